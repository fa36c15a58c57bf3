"""One material of the benchmark: 25 nodes from a CIF to a relaxed structure and a learned energy."""

from __future__ import annotations

import random
from typing import Any

#: Name → (AiiDA's type, entry point of a process, label).
NODES: dict[str, tuple[str, str | None, str]] = {
    'material': ('data.nanoos.material.Material.', None, 'material'),
    'cif': ('data.core.singlefile.SinglefileData.', None, 'uploaded.cif'),
    'import': (
        'process.calculation.calcfunction.CalcFunctionNode.',
        'aiida.calculations:nanoos.import_structure',
        'import',
    ),
    'structure': ('data.core.structure.StructureData.', None, 'as uploaded'),
    'parameters': ('data.core.dict.Dict.', None, 'protocol'),
    'simulation': (
        'process.workflow.workchain.WorkChainNode.',
        'aiida.workflows:nanoos.simulation',
        'simulation',
    ),
    'relax': ('process.workflow.workchain.WorkChainNode.', 'aiida.workflows:nanoos.relax', ''),
    'base': ('process.workflow.workchain.WorkChainNode.', 'aiida.workflows:quantumespresso.pw.base', ''),
    'kpoints': ('data.core.array.kpoints.KpointsData.', None, ''),
    'settings': ('data.core.dict.Dict.', None, ''),
    'pw': ('process.calculation.calcjob.CalcJobNode.', 'aiida.calculations:quantumespresso.pw', ''),
    'remote': ('data.core.remote.RemoteData.', None, ''),
    'retrieved': ('data.core.folder.FolderData.', None, ''),
    'output': ('data.core.dict.Dict.', None, ''),
    'trajectory': ('data.core.array.trajectory.TrajectoryData.', None, ''),
    'relaxed': ('data.core.structure.StructureData.', None, 'relaxed'),
    'normalise': (
        'process.calculation.calcfunction.CalcFunctionNode.',
        'aiida.calculations:nanoos.normalise',
        '',
    ),
    'results': ('data.core.dict.Dict.', None, ''),
    'mlip': ('process.calculation.calcjob.CalcJobNode.', 'aiida.calculations:nanoos.mlip', ''),
    'mlip_remote': ('data.core.remote.RemoteData.', None, ''),
    'mlip_retrieved': ('data.core.folder.FolderData.', None, ''),
    'mlip_results': ('data.core.dict.Dict.', None, ''),
    'forces': ('data.core.array.ArrayData.', None, ''),
    'compare': ('process.calculation.calcfunction.CalcFunctionNode.', 'aiida.calculations:compare', ''),
    'difference': ('data.core.float.Float.', None, ''),
}
PLACE = {name: place for place, name in enumerate(NODES)}

#: (from, to, type, label) by the names above.
LINKS = [
    ('material', 'import', 'input_calc', 'material'),
    ('cif', 'import', 'input_calc', 'file'),
    ('import', 'structure', 'create', 'result'),
    ('structure', 'simulation', 'input_work', 'structure'),
    ('parameters', 'simulation', 'input_work', 'parameters'),
    ('simulation', 'relax', 'call_work', 'relax'),
    ('structure', 'relax', 'input_work', 'structure'),
    ('parameters', 'relax', 'input_work', 'parameters'),
    ('relax', 'base', 'call_work', 'iteration_01'),
    ('structure', 'base', 'input_work', 'pw__structure'),
    ('kpoints', 'base', 'input_work', 'kpoints'),
    ('settings', 'base', 'input_work', 'pw__parameters'),
    ('base', 'pw', 'call_calc', 'iteration_01'),
    ('structure', 'pw', 'input_calc', 'structure'),
    ('kpoints', 'pw', 'input_calc', 'kpoints'),
    ('settings', 'pw', 'input_calc', 'parameters'),
    ('pw', 'remote', 'create', 'remote_folder'),
    ('pw', 'retrieved', 'create', 'retrieved'),
    ('pw', 'output', 'create', 'output_parameters'),
    ('pw', 'trajectory', 'create', 'output_trajectory'),
    ('pw', 'relaxed', 'create', 'output_structure'),
    ('base', 'output', 'return', 'output_parameters'),
    ('base', 'relaxed', 'return', 'output_structure'),
    ('relax', 'normalise', 'call_calc', 'normalise'),
    ('output', 'normalise', 'input_calc', 'raw'),
    ('normalise', 'results', 'create', 'result'),
    ('relax', 'relaxed', 'return', 'structure'),
    ('relax', 'results', 'return', 'results'),
    ('simulation', 'results', 'return', 'results'),
    ('simulation', 'mlip', 'call_calc', 'screen'),
    ('relaxed', 'mlip', 'input_calc', 'structure'),
    ('mlip', 'mlip_remote', 'create', 'remote_folder'),
    ('mlip', 'mlip_retrieved', 'create', 'retrieved'),
    ('mlip', 'mlip_results', 'create', 'results'),
    ('mlip', 'forces', 'create', 'forces'),
    ('simulation', 'compare', 'call_calc', 'compare'),
    ('results', 'compare', 'input_calc', 'dft'),
    ('mlip_results', 'compare', 'input_calc', 'mlip'),
    ('compare', 'difference', 'create', 'result'),
]
ELEMENTS = ('Al', 'Cu', 'Fe', 'Mg', 'Na', 'Ni', 'O', 'Si', 'Ti', 'W')


def below(*names: str) -> set[str]:
    """Return what comes of nodes, they themselves included."""
    found = set(names)
    while more := {end for start, end, *_ in LINKS if start in found} - found:
        found |= more
    return found


def attributes(name: str, number: int, dice: random.Random) -> dict[str, Any]:
    """Return what a node of the material `number` says of itself."""
    kind, entry_point, _ = NODES[name]
    element = ELEMENTS[number % len(ELEMENTS)]
    if entry_point is not None:
        return _process(name, kind, number, dice)
    if name in ('structure', 'relaxed'):
        return _structure(element, 3.5 + dice.random())
    if name in ('output', 'results', 'mlip_results'):
        energy = dice.uniform(-20_000, 0)
        return {'energy': energy, 'energy_units': 'eV', 'volume': 40 * dice.random(), 'n_atoms': 4}
    if kind == 'data.core.dict.Dict.':
        return {'SYSTEM': {'ecutwfc': 60.0, 'ecutrho': 480.0, 'occupations': 'smearing'}, 'number': number}
    if 'remote' in name:
        return {'remote_path': f'/scratch/{number:06d}/{name}'}
    return {'name': element, 'value': dice.random()}


def _process(name: str, kind: str, number: int, dice: random.Random) -> dict[str, Any]:
    state = 'finished' if dice.random() < 0.99 else 'waiting'
    shown: dict[str, Any] = {
        'process_label': f'{name.title()}Process',
        'process_state': state,
        'version': {'core': '2.9.4', 'plugin': '5.1.0'},
        'sealed': state == 'finished',
    }
    if state == 'finished':
        shown['exit_status'] = 0 if dice.random() < 0.97 else 400
    if 'calcjob' in kind:
        shown |= {
            'job_id': str(number),
            'scheduler_state': 'done',
            'remote_workdir': f'/scratch/{number:06d}',
            'resources': {'num_machines': 1, 'num_mpiprocs_per_machine': 4},
            'retrieve_list': ['aiida.out', './out/aiida.save/data-file-schema.xml'],
        }
    return shown


def _structure(element: str, a: float) -> dict[str, Any]:
    places = ((0.0, 0.0, 0.0), (0.0, a / 2, a / 2), (a / 2, 0.0, a / 2), (a / 2, a / 2, 0.0))
    return {
        'cell': [[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]],
        'pbc1': True,
        'pbc2': True,
        'pbc3': True,
        'kinds': [{'name': element, 'symbols': [element], 'weights': [1.0], 'mass': 58.7}],
        'sites': [{'kind_name': element, 'position': place} for place in places],
    }

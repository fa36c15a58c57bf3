"""The calculation of the pretrained interatomic potentials: one structure, or many in one batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiida import orm
from aiida.common.datastructures import CalcInfo, CodeInfo
from aiida.common.folders import Folder
from aiida.engine import CalcJob

from nanoos_plugins.runners.mlip import ARRAYS, RESULTS

INPUT = 'input.json'


class MlipCalculation(CalcJob):
    """Evaluate structures with a pretrained potential by our runner; its code is a Python interpreter.

    Give `structure`, or `structures` by label for a batch: one process for many values. The arrays of a batch
    are in the alphabetical order of the labels.
    """

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structures and parameters in, arrays and a summary out."""
        super().define(spec)
        spec.input(
            'structure',
            valid_type=orm.StructureData,
            required=False,
            help='Structure to evaluate, lengths [Å].',
        )
        spec.input_namespace(
            'structures',
            valid_type=orm.StructureData,
            dynamic=True,
            required=False,
            help='Structures of a batch by label, lengths [Å]; any task but md.',
        )
        spec.input(
            'parameters',
            valid_type=orm.Dict,
            help='Complete parameters of the engine `mlip` [units as in its parameter model].',
        )
        spec.inputs.validator = validate_inputs
        spec.inputs['metadata']['options']['parser_name'].default = 'nanoos.mlip'
        spec.inputs['metadata']['options']['resources'].default = {
            'num_machines': 1,
            'num_mpiprocs_per_machine': 1,
        }
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='energy [eV], forces [eV/Å], stress [GPa, tension positive], positions and cell [Å], '
            'converged [0 or 1], with a first axis over the structures, forces and positions over the atoms '
            'of all, n_atoms [-] tells where to cut; of a single structure also trajectory and series.',
        )
        spec.output(
            'summary',
            valid_type=orm.Dict,
            help='Model, version of its package, task, and the labels in the order of the arrays.',
        )
        spec.exit_code(
            300,
            'ERROR_NO_RESULTS',
            message='the program left no {name}; the end of its error output: {reason}',
            invalidates_cache=True,
        )
        spec.exit_code(
            310,
            'ERROR_INVALID_RESULTS',
            message='the results cannot be used: {reason}',
            invalidates_cache=True,
        )
        spec.exit_code(
            320,
            'ERROR_STRUCTURE_REFUSED',
            message='the model cannot evaluate the structure: {reason}',
            invalidates_cache=True,
        )

    def prepare_for_submission(self, folder: Folder) -> CalcInfo:
        """Write the input of the runner and say how to start it and what to retrieve."""
        settings = self.inputs.parameters.get_dict()
        job = {
            'model': settings['model'],
            'batch_size': settings['batch_size'],
            'settings': settings,
            'structures': [entry(label, structure) for label, structure in labelled(self.inputs)],
        }
        with folder.open(INPUT, 'w', encoding='utf-8') as handle:
            json.dump(job, handle)
        code = CodeInfo()
        code.code_uuid = self.inputs.code.uuid
        code.cmdline_params = ['-m', 'nanoos_plugins.runners.mlip', INPUT]
        info = CalcInfo()
        info.codes_info = [code]
        info.retrieve_list = [RESULTS]
        info.retrieve_temporary_list = [ARRAYS]
        return info


def labelled(inputs: Mapping[str, Any]) -> Iterator[tuple[str, orm.StructureData]]:
    """Yield (label, structure), alphabetically; the label of a single one is `structure`."""
    if 'structure' in inputs:
        yield 'structure', inputs['structure']
    yield from sorted(inputs.get('structures', {}).items())


def entry(label: str, structure: orm.StructureData) -> dict[str, Any]:
    """Return a structure as the runner reads it, lengths [Å]."""
    atoms = structure.get_ase()
    return {
        'label': label,
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.get_positions().tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': atoms.pbc.tolist(),
    }


def validate_inputs(inputs: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong: neither or both of `structure` and `structures`, or a batch of md runs."""
    single, batch = 'structure' in inputs, bool(inputs.get('structures'))
    if single == batch:
        return f'give either `structure` or `structures`, got {"both" if single else "neither"}'
    if batch and 'parameters' in inputs and inputs['parameters'].get_dict().get('task') == 'md':
        return 'task md takes one `structure`; submit one process for each of `structures`'
    return None

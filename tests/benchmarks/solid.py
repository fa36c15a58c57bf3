"""How exact surfaces and expansion are: copper against published values, other programs, experiments.

The potential is that of Mishin et al., Phys. Rev. B 63, 224106 (2001), doi:10.1103/PhysRevB.63.224106; its
surface energies are in their table III. The same potential by ASE, and the quasi-harmonic approximation of
phonopy with its own fit (Vinet) and differences between temperatures, are the other way to the expansion.
Experiments: 16.5e-6/K at 25 °C (CRC Handbook of Chemistry and Physics), γ = 2.00 at room temperature (Carr,
McCammon and White, Proc. R. Soc. A 280, 72 (1964), doi:10.1098/rspa.1964.0131).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.benchmarks.report import end_on_sigterm, report

PUBLISHED = {'111': 1.239, '100': 1.345, '110': 1.475}
TEMPERATURE = 298.0
EXPERIMENT = {'linear_expansion': 16.5e-6, 'gruneisen_parameter': 2.00}
TARGETS = {
    'surface_energy_111': '1.239 J/m² ± 0.5 %',
    'surface_energy_100': '1.345 J/m² ± 0.5 %',
    'surface_energy_110': '1.475 J/m² ± 0.5 %',
    'linear_expansion': 'that of ASE and phonopy ± 1 %, of the experiment ± 20 %',
    'gruneisen_parameter': 'that of ASE and phonopy ± 1 %, of the experiment ± 20 %',
}


def computed(name: str, **inputs: Any) -> tuple[Any, float]:
    """Return the finished process of a property of copper, and its seconds."""
    from aiida import orm
    from aiida.engine import run_get_node
    from aiida.plugins import WorkflowFactory
    from ase.build import bulk

    from nanoos_plugins.data.template import load_template

    structure = orm.StructureData(ase=bulk('Cu', 'fcc', a=3.615))
    chain: Any = WorkflowFactory(f'nanoos.{name}')
    builder = chain.get_builder_from_protocol(structure, load_template('lammps-eam-cu'), **inputs)
    begin = time.perf_counter()
    _, node = run_get_node(builder)
    if not node.is_finished_ok:
        raise SystemExit(f'{name} ended with {node.exit_status}: {node.exit_message}')
    return node, time.perf_counter() - begin


def by_ase_and_phonopy() -> dict[str, float]:
    """Return expansion [1/K] and γ by other programs, in the supercell of the protocol moderate."""
    from ase import Atoms
    from ase.build import bulk
    from ase.calculators.eam import EAM
    from phonopy import Phonopy, run_qha
    from phonopy.structure.atoms import PhonopyAtoms

    from nanoos_plugins.engines.lammps_potential import find_file

    potential, _ = find_file('Cu_mishin1.eam.alloy')
    calculator = EAM(potential=str(potential), elements=['Cu'])
    phonons, energies = [], []
    for volume in np.linspace(0.98, 1.06, 7):
        primitive = bulk('Cu', 'fcc', a=3.615 * volume ** (1 / 3))
        primitive.calc = calculator
        energies.append(primitive.get_potential_energy())
        cubic = bulk('Cu', 'fcc', a=3.615 * volume ** (1 / 3), cubic=True)
        cell = PhonopyAtoms(['Cu'] * 4, cell=cubic.cell.array, scaled_positions=cubic.get_scaled_positions())
        phonon = Phonopy(cell, supercell_matrix=3 * np.eye(3), primitive_matrix='F')
        phonon.generate_displacements(distance=0.01)
        forces = []
        for one in phonon.supercells_with_displacements:
            atoms = Atoms(one.symbols, cell=one.cell, scaled_positions=one.scaled_positions, pbc=True)
            atoms.calc = calculator
            forces.append(atoms.get_forces())
        phonon.forces = np.array(forces)
        phonon.produce_force_constants()
        phonon.symmetrize_force_constants()
        phonons.append(phonon)
    steps = TEMPERATURE + np.arange(-2.0, 3.0)
    found = run_qha(
        phonons, temperatures=steps, internal_energies=energies, mesh=60.0, exclude_gamma_acoustic=True
    )
    return {
        'linear_expansion': found.thermal_expansion[2] / 3,
        'gruneisen_parameter': found.gruneisen_parameters[2],
    }


@contextmanager
def instance() -> Iterator[None]:
    """Run everything in a temporary instance with LAMMPS; delete it at the end."""
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        os.environ['NANOOS_HOME'] = folder
        from nanoos_plugins.install.home import use_home

        use_home()
        from nanoos_plugins.data.template import system_templates
        from nanoos_plugins.engines.contract import load_engine
        from nanoos_plugins.install.engines import provide
        from nanoos_plugins.install.profile import create_embedded, delete

        create_embedded()
        try:
            provide(load_engine('lammps'), lambda line: print(line, file=sys.stderr))
            system_templates()
            yield
        finally:
            delete()


def main() -> None:
    """Compute both properties of copper and report."""
    end_on_sigterm()
    with instance():
        _report()


def _report() -> None:
    other = by_ase_and_phonopy()
    surfaces, first = computed('surfaces', miller=[[1, 1, 1], [1, 0, 0], [1, 1, 0]])
    expansion, second = computed('expansion', temperatures=[TEMPERATURE])
    figures: dict[str, float] = {}
    rows, holds = [], True
    for name, value in PUBLISHED.items():
        key = f'surface_energy_{name}'
        figures[key] = surfaces.outputs.surfaces[key]['value']
        holds &= abs(figures[key] / value - 1) < 0.005
        rows.append([f'γ({name}) [J/m²]', f'{figures[key]:.4f}', f'{value}', ''])
    for key, value in EXPERIMENT.items():
        figures[key] = expansion.outputs.expansion[key]['value']
        holds &= abs(figures[key] / other[key] - 1) < 0.01 and abs(figures[key] / value - 1) < 0.2
        rows.append([key.replace('_', ' '), f'{figures[key]:.4g}', f'{other[key]:.4g}', f'{value:.4g}'])
    figures |= {'surfaces_seconds': round(first, 1), 'expansion_seconds': round(second, 1)}
    rows += [[key.replace('_', ' '), f'{figures[key]}', '', ''] for key in list(figures)[-2:]]
    columns = ['copper', 'ours', 'published, or ASE and phonopy', 'experiment']
    report('solid', columns, rows, figures, TARGETS, bool(holds))


if __name__ == '__main__':
    main()

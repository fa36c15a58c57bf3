"""CHGNet fine-tuned on copper by an embedded-atom potential: errors, lattice parameter and bulk modulus.

The truth is known here, and is not what CHGNet was pretrained on: the potential of Mishin et al., Phys.
Rev. B 63, 224106 (2001), doi:10.1103/PhysRevB.63.224106, with a = 3.615 Å and B = 138.3 GPa.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.eam import EAM
from ase.eos import EquationOfState
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.engines.lammps_potential import find_file
from nanoos_plugins.install.home import use_home
from nanoos_plugins.ml.models.chgnet import FineTuned
from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.potential import Potential
from tests.benchmarks.report import end_on_sigterm, report

#: Rows that are learnt from, in turn, and rows of the test.
LEARNT, TEST = (10, 50), 40
#: [-] and [Å] Standard deviations of strains and displacements.
STRAIN, DISPLACEMENT = 0.02, 0.1
LATTICE, MODULUS = 3.615, 138.3


@dataclass(frozen=True)
class Figures:
    """Errors on the test [eV/atom, eV/Å, GPa], lattice parameter [Å], bulk modulus [GPa], CPU time [s]."""

    energy: float
    forces: float
    stress: float
    lattice: float
    modulus: float
    seconds: float


def cells(count: int) -> tuple[Inputs, np.ndarray]:
    """Return strained cells of two displaced atoms, and their energies [eV/atom]."""
    calculator = EAM(potential=str(find_file('Cu_mishin1.eam.alloy')[0]))
    random = np.random.default_rng(0)
    structures, energies, forces, stresses = [], [], [], []
    for _ in range(count):
        atoms = bulk('Cu', a=LATTICE) * (2, 1, 1)
        atoms.set_cell(atoms.cell @ (np.eye(3) + random.normal(scale=STRAIN, size=(3, 3))), scale_atoms=True)
        atoms.positions += random.normal(scale=DISPLACEMENT, size=(2, 3))
        atoms.calc = calculator
        structures.append(AseAtomsAdaptor.get_structure(atoms))
        energies.append(atoms.get_potential_energy() / len(atoms))
        forces.append(atoms.get_forces())
        stresses.append(_stress(atoms))
    return Inputs(elements_of(structures), {}, structures, forces, np.array(stresses)), np.array(energies)


def _stress(atoms: Atoms, step: float = 1e-4) -> np.ndarray:
    """Return the stress [GPa] by differences of energies: ASE's EAM has none."""
    stress = np.zeros((3, 3))
    for row, column in np.ndindex(3, 3):
        energies = []
        for sign in (1, -1):
            strained = atoms.copy()
            strain = np.zeros((3, 3))
            strain[row, column] += sign * step / 2
            strain[column, row] += sign * step / 2
            strained.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
            strained.calc = atoms.calc
            energies.append(strained.get_potential_energy())
        stress[row, column] = (energies[0] - energies[1]) / (2 * step * atoms.get_volume())
    return stress / units.GPa


def measured(potential: Potential, inputs: Inputs, energies: np.ndarray, seconds: float) -> Figures:
    """Return how good a potential is on cells that it has not seen."""
    found = potential.evaluate(inputs.structures)
    apart = [
        one.energy / len(own) - energy
        for one, own, energy in zip(found, inputs.structures, energies, strict=True)
    ]
    forces = [one.forces - own for one, own in zip(found, inputs.forces, strict=True)]
    stresses = np.array([one.stress for one in found]) - inputs.stresses
    crystals = [bulk('Cu', a=a) for a in LATTICE * np.linspace(0.98, 1.02, 9)]
    curve = potential.evaluate([AseAtomsAdaptor.get_structure(one) for one in crystals])
    volumes = [one.get_volume() for one in crystals]
    volume, _, modulus = EquationOfState(volumes, [one.energy for one in curve], eos='birchmurnaghan').fit()
    return Figures(
        energy=float(np.abs(apart).mean()),
        forces=float(np.abs(forces).mean()),
        stress=float(np.abs(stresses).mean()),
        lattice=float((4 * volume) ** (1 / 3)),
        modulus=float(modulus / units.GPa),
        seconds=seconds,
    )


def main() -> None:
    """Print the figures of the pretrained network, and after learning from ever more cells."""
    end_on_sigterm()
    use_home()
    torch.set_num_threads(1)
    inputs, energies = cells(max(LEARNT) + TEST)
    test = inputs.take(np.arange(max(LEARNT), len(inputs)))
    begun = Potential.of()
    begun = begun.refitted(begun.graphs(inputs.structures[: max(LEARNT)]), energies[: max(LEARNT)])
    found = {'0': measured(begun, test, energies[max(LEARNT) :], 0.0)}
    for count in LEARNT:
        begin = time.process_time()
        model = FineTuned().fit(inputs.take(np.arange(count)), energies[:count])
        seconds = time.process_time() - begin
        found[str(count)] = measured(model.potential, test, energies[max(LEARNT) :], seconds)
    rows = [
        [
            count,
            *(f'{1000 * value:.1f}' for value in (one.energy, one.forces)),
            *(f'{one.stress:.2f}', f'{one.lattice:.3f}', f'{one.modulus:.1f}', f'{one.seconds:.0f}'),
        ]
        for count, one in found.items()
    ]
    best = found[str(max(LEARNT))]
    report(
        'potential',
        ['rows', 'energy [meV/atom]', 'forces [meV/Å]', 'stress [GPa]', 'a [Å]', 'B [GPa]', 'CPU [s]'],
        rows,
        {count: vars(one) for count, one in found.items()},
        {
            'forces': 'a third of the error of the pretrained network, after 50 rows',
            'modulus': f'within 5 % of {MODULUS} GPa after 50 rows',
        },
        3 * best.forces < found['0'].forces and abs(best.modulus / MODULUS - 1) < 0.05,
    )


if __name__ == '__main__':
    main()

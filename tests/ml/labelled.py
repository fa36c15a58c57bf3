"""Crystals with energies, forces and stresses by an analytic potential: what potentials learn from."""

from __future__ import annotations

from functools import cache

import numpy as np
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.tersoff import Tersoff, TersoffParameters
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.ml.models.inputs import Inputs, elements_of

#: [eV/atom] From which the energies here count, as far from CHGNet's as those of pseudopotentials are.
ZERO = -3000.0
#: Tersoff, Phys. Rev. B 37, 6991 (1988), doi:10.1103/PhysRevB.37.6991.
SILICON = TersoffParameters(
    A=3264.7,
    B=95.373,
    lambda1=3.2394,
    lambda2=1.3258,
    lambda3=1.3258,
    beta=0.33675,
    gamma=1.0,
    m=3.0,
    n=22.956,
    c=4.8381,
    d=2.0417,
    h=0.0,
    R=3.0,
    D=0.2,
)


def distorted(random: np.random.Generator) -> Atoms:
    """Return a cell of silicon, two atoms, strained and displaced at random."""
    atoms = bulk('Si', a=5.43)
    strain = np.eye(3) + random.normal(scale=0.02, size=(3, 3))
    atoms.set_cell(atoms.cell @ strain, scale_atoms=True)
    atoms.positions[1] += random.normal(scale=0.1, size=3)
    return atoms


@cache
def silicon(count: int, seed: int = 0) -> tuple[Inputs, np.ndarray]:
    """Return cells of silicon with forces and stresses, and their energies [eV/atom], by Tersoff."""
    random = np.random.default_rng(seed)
    structures: list[Structure] = []
    energies, forces, stresses = [], [], []
    for _ in range(count):
        atoms = distorted(random)
        atoms.calc = Tersoff({('Si',) * 3: SILICON})
        energies.append(atoms.get_potential_energy() / len(atoms) + ZERO)
        forces.append(atoms.get_forces())
        stresses.append(atoms.get_stress(voigt=False) / units.GPa)
        structures.append(AseAtomsAdaptor.get_structure(atoms))
    return Inputs(elements_of(structures), {}, structures, forces, np.array(stresses)), np.array(energies)

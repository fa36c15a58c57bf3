"""Evaluate structures with CHGNet: `python -m nanoos_plugins.runners.mlip input.json`.

The input is JSON: `model` (pretrained weights, a key of `ml.embedding.MODELS`), `batch_size`, `settings` (the
engine's parameters: `task`, …), `structures`, each with `label`, `symbols`, `positions` (n_atoms, 3) [Å],
`cell` (3, 3) [Å] and `pbc`, and for a path `final`, its other end. With `potential` (`name` and `digest`) not
the pretrained weights are run, but the fine-tuned model whose files are in the folder `potential`.
Its arrays are those of `nanoos_plugins.runners.atomistic.stack`; its summary adds `model`, `digest` (of a
fine-tuned one) and `labels`.
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.ml.models.chgnet import FineTuned
from nanoos_plugins.ml.potential import Potential
from nanoos_plugins.ml.predictor import Predictor
from nanoos_plugins.runners.atomistic import Arrays, evaluate, stack
from nanoos_plugins.runners.job import Outcome, main

#: Folder of the files of a fine-tuned model.
POTENTIAL = 'potential'


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return the stacked arrays of all structures of the job.

    :raises ValueError: for an unknown model or task, a structure that the model cannot evaluate (an atom
        without neighbours within 6 Å, an element that it has not learnt), or a fine-tuned model that is none.
    """
    given = [*job['structures'], *([job['final']] if 'final' in job else [])]
    elements = {symbol for structure in given for symbol in structure['symbols']}
    potential = load_potential(job, folder, elements)
    settings = job['settings']
    final = atoms_of(job['final']) if 'final' in job else None
    structures = [atoms_of(structure) for structure in job['structures']]
    if settings['task'] == 'static':
        arrays = stack(evaluate_batch(structures, potential, job['batch_size']))
    else:
        calculator = PotentialCalculator(potential)
        arrays = stack([evaluate(atoms, calculator, settings, final) for atoms in structures])
    labels = [structure['label'] for structure in job['structures']]
    converged = bool(arrays['converged'].all())
    told = job.get('potential', {})
    summary = {'model': told.get('name', job['model']), 'digest': told.get('digest'), 'labels': labels}
    return Outcome(arrays=arrays, converged=converged, summary=summary)


def atoms_of(structure: Mapping[str, Any]) -> Atoms:
    """Return the atoms of one entry of the input; cell vectors of length zero are made unit vectors."""
    atoms = Atoms(**{key: structure[key] for key in ('symbols', 'positions', 'cell', 'pbc')})
    atoms.set_cell(atoms.cell.complete())
    return atoms


def load_potential(job: Mapping[str, Any], folder: Path, elements: set[str]) -> Potential:
    """Return the potential of a job, on the CPU and by default on one thread.

    :param elements: that it is wanted for.
    :raises ValueError: for unknown weights, or files that are not those of the digest, are of another kind of
        model, or of one that has not learnt these elements.
    """
    if 'potential' not in job:
        return Potential.of(job['model'])
    given = job['potential']
    model = Predictor.load(folder / POTENTIAL, given['digest']).model
    if not isinstance(model, FineTuned):
        raise ValueError(
            f'potential {given["name"]} is of kind {model.kind}, expected {FineTuned.kind}; name another'
        )
    unknown = sorted(elements - model.elements)
    if unknown:
        raise ValueError(
            f'potential {given["name"]} has learnt {", ".join(sorted(model.elements))}, not '
            f'{", ".join(unknown)}; train one on data with all elements of the structure'
        )
    return model.potential


class PotentialCalculator(Calculator):
    """A potential as ASE's dynamics and relaxations ask for it."""

    implemented_properties = ('energy', 'free_energy', 'forces', 'stress')

    def __init__(self, potential: Potential) -> None:
        super().__init__()
        self.potential = potential

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ('energy',),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """Compute energy [eV], forces [eV/Å] and stress [eV/Å³] at once: one pass of the network gives all.

        :raises ValueError: for an atom without neighbours.
        """
        super().calculate(atoms, properties, system_changes)
        free = self.atoms.copy()
        free.set_constraint()  # pymatgen knows none that dynamics have, and says so at each step
        (found,) = self.potential.evaluate([AseAtomsAdaptor.get_structure(free)])
        self.results = {
            'energy': found.energy,
            'free_energy': found.energy,
            'forces': found.forces,
            'stress': full_3x3_to_voigt_6_stress(found.stress) * units.GPa,
        }


def evaluate_batch(structures: Sequence[Atoms], potential: Potential, batch_size: int) -> list[Arrays]:
    """Return the arrays of single points as `atomistic.evaluate` does, many structures in one pass."""
    crystals = [AseAtomsAdaptor.get_structure(atoms) for atoms in structures]
    return [
        {
            'energy': np.array(one.energy),
            'forces': one.forces,
            'stress': one.stress,
            'positions': atoms.get_positions(),
            'cell': np.array(atoms.cell),
            'converged': np.array(1.0),
        }
        for atoms, one in zip(structures, potential.evaluate(crystals, batch_size), strict=True)
    ]


if __name__ == '__main__':
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter('ignore')  # the model's libraries greet and warn on every start
        status = main(sys.argv[1:], run, ['chgnet'])
    sys.exit(status)

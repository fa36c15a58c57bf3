"""Evaluate structures with a pretrained potential: `python -m nanoos_plugins.runners.mlip input.json`.

The input is JSON: `model` (a key of `MODELS`), `batch_size`, `settings` (the engine's parameters: `task`, …)
`structures`, each with `label`, `symbols`, `positions` (n_atoms, 3) [Å], `cell` (3, 3) [Å] and `pbc`, and for
a path `final`, its other end.
Its arrays are those of `nanoos_plugins.runners.atomistic.stack`; its summary adds `model` and `labels`.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from nanoos_plugins.runners.atomistic import Arrays, evaluate, stack
from nanoos_plugins.runners.job import Outcome, main

#: Names of the models and of their weights in the chgnet package.
MODELS = {'chgnet-0.3.0': '0.3.0', 'chgnet-r2scan': 'r2scan'}


def run(job: Mapping[str, Any], _: Path) -> Outcome:
    """Return the stacked arrays of all structures of the job.

    :raises ValueError: for an unknown model or task, or a structure that the model cannot evaluate (an atom
        without neighbours within 6 Å).
    """
    calculator = load_calculator(job['model'])
    settings = job['settings']
    final = atoms_of(job['final']) if 'final' in job else None
    structures = [atoms_of(structure) for structure in job['structures']]
    if settings['task'] == 'static':
        arrays = stack(evaluate_batch(structures, calculator.model, job['batch_size']))
    else:
        arrays = stack([evaluate(atoms, calculator, settings, final) for atoms in structures])
    labels = [structure['label'] for structure in job['structures']]
    converged = bool(arrays['converged'].all())
    return Outcome(arrays=arrays, converged=converged, summary={'model': job['model'], 'labels': labels})


def atoms_of(structure: Mapping[str, Any]) -> Atoms:
    """Return the atoms of one entry of the input; cell vectors of length zero are made unit vectors."""
    atoms = Atoms(**{key: structure[key] for key in ('symbols', 'positions', 'cell', 'pbc')})
    atoms.set_cell(atoms.cell.complete())
    return atoms


def load_calculator(model: str) -> Any:
    """Return the ASE calculator of a model, on the CPU and by default on one thread.

    :raises ValueError: for an unknown model.
    """
    if model not in MODELS:
        raise ValueError(f'unknown model {model!r}; known models: {", ".join(MODELS)}')
    import torch
    from chgnet.model import CHGNet, CHGNetCalculator

    torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', '1')))
    weights = CHGNet.load(model_name=MODELS[model], use_device='cpu', verbose=False)
    return CHGNetCalculator(weights, use_device='cpu', on_isolated_atoms='error')


def evaluate_batch(structures: list[Atoms], model: Any, batch_size: int) -> list[Arrays]:
    """Return the arrays of single points as `atomistic.evaluate` does, many structures in one pass.

    CHGNet's energies are per atom [eV], its stresses in GPa, tension positive.
    """
    from pymatgen.io.ase import AseAtomsAdaptor

    crystals = [AseAtomsAdaptor.get_structure(atoms) for atoms in structures]
    predicted = model.predict_structure(crystals, task='efs', batch_size=batch_size)
    evaluations = []
    for atoms, one in zip(structures, [predicted] if isinstance(predicted, dict) else predicted, strict=True):
        evaluations.append(
            {
                'energy': np.array(float(one['e']) * len(atoms)),
                'forces': np.asarray(one['f'], dtype=float),
                'stress': np.asarray(one['s'], dtype=float),
                'positions': atoms.get_positions(),
                'cell': np.array(atoms.cell),
                'converged': np.array(1.0),
            }
        )
    return evaluations


if __name__ == '__main__':
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter('ignore')  # the model's libraries greet and warn on every start
        status = main(sys.argv[1:], run, ['chgnet'])
    sys.exit(status)

"""Evaluate structures with a pretrained potential: `python -m nanoos_plugins.runners.mlip input.json`.

The input is JSON: `model` (a key of `MODELS`), `batch_size`, `settings` (the engine's parameters: `task`, …)
and `structures`, each with `label`, `symbols`, `positions` (n_atoms, 3) [Å], `cell` (3, 3) [Å] and `pbc`.
Beside it are written `results.npz`, the arrays of `nanoos_plugins.runners.atomistic.stack`, and
`results.json` with `model`, `version`, `task`, `labels` and, when the model cannot evaluate a structure,
`error`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from nanoos_plugins.runners.atomistic import Arrays, evaluate, stack

RESULTS = 'results.json'
ARRAYS = 'results.npz'
#: Names of the models and of their weights in the chgnet package.
MODELS = {'chgnet-0.3.0': '0.3.0', 'chgnet-r2scan': 'r2scan'}


def main(arguments: list[str]) -> int:
    """Run the input file named by the only argument and return the exit status, 1 after an error."""
    if len(arguments) != 1:
        print('usage: python -m nanoos_plugins.runners.mlip input.json', file=sys.stderr)
        return 2
    path = Path(arguments[0])
    job = json.loads(path.read_text(encoding='utf-8'))
    summary = {
        'model': job['model'],
        'version': version('chgnet'),
        'task': job['settings']['task'],
        'labels': [structure['label'] for structure in job['structures']],
    }
    try:
        arrays = run(job)
    except ValueError as error:
        summary['error'] = str(error)
        print(error, file=sys.stderr)
    else:
        np.savez(path.with_name(ARRAYS), **arrays)  # type: ignore[arg-type]
    path.with_name(RESULTS).write_text(json.dumps(summary), encoding='utf-8')
    return 1 if 'error' in summary else 0


def run(job: Mapping[str, Any]) -> Arrays:
    """Return the stacked arrays of all structures of the job.

    :raises ValueError: for an unknown model or task, or a structure that the model cannot evaluate (an atom
        without neighbours within 6 Å).
    """
    calculator = load_calculator(job['model'])
    settings = job['settings']
    structures = [atoms_of(structure) for structure in job['structures']]
    if settings['task'] == 'static':
        return stack(evaluate_batch(structures, calculator.model, job['batch_size']))
    return stack([evaluate(atoms, calculator, settings) for atoms in structures])


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
        status = main(sys.argv[1:])
    sys.exit(status)

"""Finite elements on NGSolve: `python -m nanoos_plugins.runners.fem input.json`.

The input is JSON: `settings` (the engine's parameters) and, for shape `mesh`, `mesh` (the name of a file in
the same folder). The summary adds unknowns, elements, iterations and wall_time [s].
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ngsolve as ng

from nanoos_plugins.runners.fem.elasticity import elastic
from nanoos_plugins.runners.fem.picture import figures
from nanoos_plugins.runners.fem.polycrystal import homogenised
from nanoos_plugins.runners.fem.shapes import build
from nanoos_plugins.runners.fem.transport import transport
from nanoos_plugins.runners.job import Live, Outcome, main


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return what the task of the job gives.

    :raises ValueError: for a mesh, material or load that cannot be computed, or no convergence.
    """
    begin = time.perf_counter()
    settings = job['settings']
    ng.ngsglobals.msg_level = 0
    ng.SetNumThreads(int(os.environ.get('OMP_NUM_THREADS', '1')))
    with ng.TaskManager(), Live(folder, columns(settings)) as live:
        outcome = _computed(settings, folder, job.get('mesh'), live)
    wall = round(time.perf_counter() - begin, 3)
    summary = {**outcome.summary, 'wall_time': wall}
    return replace(outcome, summary=summary, figures=figures(outcome.arrays))


def _computed(settings: Mapping[str, Any], folder: Path, mesh: str | None, live: Live) -> Outcome:
    if settings['task'] == 'homogenise':
        return homogenised(settings, live.tell)
    part = build(settings, folder, mesh)
    if settings['task'] == 'elasticity':
        return elastic(part, settings, live.tell)
    return transport(part, settings, live.tell, live.tell)


def columns(settings: Mapping[str, Any]) -> list[str]:
    """Return what is told while a task runs."""
    if settings['task'] == 'homogenise':
        return ['realisation', 'bulk modulus [GPa]', 'shear modulus [GPa]']
    if settings['task'] == 'elasticity' or settings['mode'] == 'steady':
        return ['iteration', 'residual']
    name, unit = ('temperature', 'K') if settings['task'] == 'heat' else ('concentration', 'mol/m³')
    return ['time [s]', f'mean {name} [{unit}]', f'{name} at centre [{unit}]']


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['ngsolve', 'netgen-mesher', 'numpy']))

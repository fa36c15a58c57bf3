"""Flow on NGSolve: `python -m nanoos_plugins.runners.cfd input.json`.

The input is JSON: `settings`, the engine's parameters. The summary adds unknowns, elements, iterations (of
Newton's method; in time: steps) and wall_time [s].
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

from nanoos_plugins.runners.cfd.cavity import cavity
from nanoos_plugins.runners.cfd.channel import channel
from nanoos_plugins.runners.cfd.obstacle import obstacle
from nanoos_plugins.runners.job import Live, Outcome, main

TASKS = {'channel': channel, 'cavity': cavity, 'obstacle': obstacle}
#: What is told of each time step, by task.
STEP = {
    'channel': 'mean velocity [m/s]',
    'cavity': 'kinetic energy [J/m]',
    'obstacle': 'drag coefficient',
}


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return what the task of the job gives.

    :raises ValueError: for a flow that cannot be computed, or no convergence.
    """
    begin = time.perf_counter()
    settings = job['settings']
    ng.ngsglobals.msg_level = 0
    ng.SetNumThreads(int(os.environ.get('OMP_NUM_THREADS', '1')))
    with ng.TaskManager(), Live(folder, columns(settings)) as live:
        outcome = TASKS[settings['task']](settings, live.tell)
    return replace(outcome, summary={**outcome.summary, 'wall_time': round(time.perf_counter() - begin, 3)})


def columns(settings: Mapping[str, Any]) -> list[str]:
    """Return what is told while a task runs."""
    if settings['mode'] == 'steady':
        return ['iteration', 'residual']
    return ['time [s]', STEP[settings['task']]]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['ngsolve', 'netgen-mesher', 'numpy']))

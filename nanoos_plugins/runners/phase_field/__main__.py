"""Phase fields: `python -m nanoos_plugins.runners.phase_field input.json`.

The input is JSON with `settings`, the engine's parameters. The summary adds cells, steps, snapshot_times [s]
and wall_time [s].
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nanoos_plugins.runners.job import Live, Outcome, main
from nanoos_plugins.runners.phase_field.simulation import simulated

COLUMNS = ('time [s]', 'free energy [J/m³]', 'time step [s]', 'domain size [m]')


def run(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return what the job gives.

    :raises ValueError: for a material that has no two phases, and a grid that does not hold an interface.
    """
    begin = time.perf_counter()
    with Live(folder, COLUMNS) as live:
        outcome = simulated(job['settings'], live.tell)
    wall = round(time.perf_counter() - begin, 3)
    return replace(outcome, summary={**outcome.summary, 'wall_time': wall})


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:], run, ['scipy', 'numpy']))

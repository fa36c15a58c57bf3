"""The one way in and out of our programs: `input.json` in, `results.json` and `results.npz` beside it out.

The input is a JSON object with `settings` (the engine's parameters) and what else the program needs. The
summary in `results.json` has `task`, `version` (of what computed, by package) and what `run` adds, or `error`
when the input cannot be computed. While it runs a program may append to `live.csv`, see `Live`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

INPUT = 'input.json'
RESULTS = 'results.json'
ARRAYS = 'results.npz'
LIVE = 'live.csv'

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """What people look at: arrays against one other, by their names; `log`: of a logarithmic upright axis.

    `errors`: by name of a drawn array that of its standard uncertainties.
    """

    title: str
    x: str
    y: Sequence[str]
    log: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a program computed.

    `quantities`: {value, unit, uncertainty} by name, see `quantity`; `arrays`: profiles and fields, by name
    with unit (`profile_distance_m`, `field_temperature_K`); `converged`: False when it stopped before
    its end; `warnings`: lines for people; `summary`: what else is told, JSON;
    `figures`: which profiles are drawn.
    """

    quantities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    converged: bool = True
    warnings: Sequence[str] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    figures: Sequence[Figure] = ()


def quantity(value: Any, unit: str, uncertainty: Any = None) -> dict[str, Any]:
    """Return a quantity as JSON: value (a number or nested lists), unit, standard uncertainty or None."""
    return {'value': _plain(value), 'unit': unit, 'uncertainty': _plain(uncertainty)}


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def main(
    arguments: Sequence[str], run: Callable[[Mapping[str, Any], Path], Outcome], packages: Sequence[str]
) -> int:
    """Run the input file named by the only argument and return the exit status, 1 after an error.

    :param run: computes: (input, folder it is in) → outcome; raises ValueError, in one line for people, for
        an input that cannot be computed.
    :param packages: whose versions belong into the summary.
    """
    if len(arguments) != 1:
        print(f'expected the name of the input file, got {list(arguments)}', file=sys.stderr)
        return 2
    path = Path(arguments[0])
    job = json.loads(path.read_text(encoding='utf-8'))
    summary: dict[str, Any] = {
        'task': job['settings']['task'],
        'version': {package: version(package) for package in packages},
    }
    try:
        outcome = run(job, path.parent)
    except ValueError as error:
        summary['error'] = str(error)
        print(error, file=sys.stderr)
    else:
        summary |= {
            **outcome.summary,
            'converged': outcome.converged,
            'quantities': dict(outcome.quantities),
            'warnings': list(outcome.warnings),
            'figures': [asdict(figure) for figure in outcome.figures],
        }
        np.savez(path.with_name(ARRAYS), **outcome.arrays)  # type: ignore[arg-type]
    path.with_name(RESULTS).write_text(json.dumps(summary), encoding='utf-8')
    return 1 if 'error' in summary else 0


class Live:
    """How a run goes, told while it runs: a line of numbers a step in `live.csv`.

    :param columns: their names with unit, `time [s]`; the first is what the others are drawn along.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        self._path = folder / LIVE
        self._columns = columns
        self._handle: TextIO | None = None

    def __enter__(self) -> Live:
        self._handle = self._path.open('w', encoding='utf-8')
        self._handle.write(','.join(self._columns) + '\n')
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            self._handle.close()

    def tell(self, *values: float) -> None:
        """Write one line, in the order of the columns; outside `with` nothing is written.

        :raises ValueError: when there are more or fewer values than columns.
        """
        if len(values) != len(self._columns):
            raise ValueError(f'expected {len(self._columns)} values, got {len(values)}')
        if self._handle is not None:
            self._handle.write(','.join(f'{value:.8g}' for value in values) + '\n')
            self._handle.flush()

"""Data sets: out of a file, or out of structures and results that are in the graph."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.calculations.dataset_rows import row_of, row_of_forces
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.dataset_inputs import ARRAYS, RESULTS, STRUCTURE
from nanoos_plugins.ml.rows import (
    Floats,
    Problem,
    Row,
    Rows,
    describe_problems,
    read_rows,
    without_copies,
    without_repeats,
)

#: Exit statuses of the calcfunctions.
UNREADABLE = 310
NO_ROWS = 311
_READY: ContextVar[Rows | None] = ContextVar('nanoos_ready_rows', default=None)


@contextmanager
def ready(rows: Rows) -> Iterator[None]:
    """Let the import that runs inside take what was read of the same file before, in another process."""
    token = _READY.set(rows)
    try:
        yield
    finally:
        _READY.reset(token)


@calcfunction
def import_dataset(file: orm.SinglefileData, settings: orm.Dict) -> dict[str, orm.Data] | ExitCode:
    """Make the data set that a file describes, and say which of its rows were left out.

    Fails with exit status 310 for a file of another form, 311 when no row of it can be used.

    :param file: CSV or JSON, see `nanoos_plugins.ml.table`.
    :param settings: `name`, `target` (name of its column) and, if wanted, `unit`, `structure` and `names`
        (columns of structures and of names of rows) and `splits` (columns that say the fold of each row).
    :return: `dataset` and `left_out` (`rows`: number and reason of each).
    """
    given = settings.get_dict()
    try:
        table = _READY.get() or _read(file, given)
    except ValueError as error:
        return ExitCode(UNREADABLE, str(error))
    return _made(given, table)


def _read(file: orm.SinglefileData, given: Mapping[str, Any]) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.filename).name
        path.write_bytes(file.get_content(mode='rb'))
        columns = (given.get('structure'), given.get('names'), given.get('splits', ()))
        return read_rows(path, given['target'], given.get('unit', ''), *columns)


@calcfunction
def collect_dataset(settings: orm.Dict, **nodes: Any) -> dict[str, orm.Data] | ExitCode:
    """Make a data set of structures in the graph and a quantity of their results.

    Fails with exit status 311 when no row can be used.

    :param settings: `name`, `quantity` (its name in the results, nested ones with dots), `target` (what it is
        called from now on), and `unit`, which every result must have. With `forces` instead of a quantity the
        targets are energies an atom [eV/atom], with their forces and, where the results have it, stress.
    :param nodes: `structure_<i>` and `results_<i>` of each row, and for forces `arrays_<i>`.
    :return: as of `import_dataset`.
    """
    given = settings.get_dict()
    rows, problems, uuids, times = collected(given, nodes)
    # displaced atoms are another row for forces only
    unique, repeated = without_copies(rows) if given.get('forces') else without_repeats(rows)
    return _made(given, Rows(unique, given['unit'], problems + repeated), uuids, times)


def collected(
    given: Mapping[str, Any], nodes: Mapping[str, Any]
) -> tuple[list[Row], list[Problem], dict[int, str], dict[int, float]]:
    """Return the rows of structures and results, and what is wrong with the others.

    Beside them by number of a row: the UUID of its structure, and when its results were made [s since 1970].
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    uuids: dict[int, str] = {}
    times: dict[int, float] = {}
    engines: set[str] = set()
    for number in sorted(int(name.removeprefix(STRUCTURE)) for name in nodes if name.startswith(STRUCTURE)):
        structure, results = nodes[f'{STRUCTURE}{number}'], nodes[f'{RESULTS}{number}']
        try:
            if given.get('forces'):
                row = row_of_forces(number, structure, results, nodes.get(f'{ARRAYS}{number}'), engines)
            else:
                row = row_of(number, structure, results, given['quantity'], given['unit'])
            rows.append(row)
            uuids[number], times[number] = structure.uuid, results.ctime.timestamp()
        except (ValueError, TypeError) as refused:
            problems.append(Problem(number, str(refused)))
    return rows, problems, uuids, times


def _made(
    given: Mapping[str, Any],
    table: Rows,
    uuids: Mapping[int, str] | None = None,
    times: Mapping[int, float] | None = None,
) -> dict[str, orm.Data] | ExitCode:
    """Return the outputs; `uuids` and `times` are those of rows by their numbers."""
    if not table.rows:
        return ExitCode(NO_ROWS, f'no row can be used: {"; ".join(describe_problems(table.problems, 5))}')
    dataset = Dataset(
        name=given['name'],
        target=given['target'],
        unit=table.unit,
        structures=[row.structure for row in table.rows],
        targets=[row.target for row in table.rows],
        names=[row.name for row in table.rows],
        uuids=[(uuids or {}).get(row.number, '') for row in table.rows],
        splits={
            split: [row.parts[place] for row in table.rows]
            for place, split in enumerate(given.get('splits', ()))
        },
        left_out=len(table.problems),
        times=[times[row.number] for row in table.rows] if times else (),
        forces=[row.forces for row in table.rows if row.forces is not None],
        stresses=_stresses(table.rows),
    )
    left_out = orm.Dict({'rows': [{'row': one.number, 'reason': one.reason} for one in table.problems]})
    return {'dataset': dataset, 'left_out': left_out}


def _stresses(rows: Sequence[Row]) -> list[Floats]:
    """Return the stress of each row, NaN where there is none; nothing when no row has any."""
    known = [row.stress for row in rows]
    if all(stress is None for stress in known):
        return []
    return [np.full((3, 3), np.nan) if stress is None else stress for stress in known]

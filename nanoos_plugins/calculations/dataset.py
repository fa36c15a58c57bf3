"""Data sets: out of a file, or out of structures and results that are in the graph."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.calculations.handover import HandoverRefused, numbers, pick
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.dataset_inputs import RESULTS, STRUCTURE
from nanoos_plugins.ml.rows import Problem, Row, Rows, describe_problems, ordered, read_rows, without_repeats

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
    :param settings: `name`, `target` (name of its column) and, if wanted, `unit` and `structure` (name of the
        column of structures).
    :return: `dataset` and `left_out` (`rows`: number and reason of each).
    """
    given = settings.get_dict()
    try:
        table = _READY.get() or _read(file, given)
    except ValueError as error:
        return ExitCode(UNREADABLE, str(error))
    return _made(given, table, {})


def _read(file: orm.SinglefileData, given: Mapping[str, Any]) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.filename).name
        path.write_bytes(file.get_content(mode='rb'))
        return read_rows(path, given['target'], given.get('unit', ''), given.get('structure'))


@calcfunction
def collect_dataset(settings: orm.Dict, **nodes: Any) -> dict[str, orm.Data] | ExitCode:
    """Make a data set of structures in the graph and a quantity of their results.

    Fails with exit status 311 when no row can be used.

    :param settings: `name`, `quantity` (its name in the results, nested ones with dots), `target` (what it is
        called from now on), and `unit`, which every result must have.
    :param nodes: `structure_<i>` and `results_<i>` of each row.
    :return: as of `import_dataset`.
    """
    given = settings.get_dict()
    rows, problems, uuids = [], [], {}
    for number in sorted(int(name.removeprefix(STRUCTURE)) for name in nodes if name.startswith(STRUCTURE)):
        structure, results = nodes[f'{STRUCTURE}{number}'], nodes[f'{RESULTS}{number}']
        try:
            value, _ = numbers(
                given['quantity'], pick(results.get_dict(), given['quantity'], given['unit'], None)
            )
            rows.append(_row(number, structure, float(value)))
            uuids[number] = structure.uuid
        except (HandoverRefused, ValueError, TypeError) as refused:
            problems.append(Problem(number, str(refused)))
    unique, repeated = without_repeats(rows)
    return _made(given, Rows(unique, given['unit'], problems + repeated), uuids)


def _row(number: int, structure: orm.StructureData, value: float) -> Row:
    """Return a row.

    :raises ValueError: for a structure that is no ordered crystal.
    """
    if not all(structure.pbc):
        raise ValueError(f'its structure is periodic along {structure.pbc}; expected all three directions')
    return Row(
        number, structure.label or structure.get_formula(), ordered(structure.get_pymatgen_structure()), value
    )


def _made(given: Mapping[str, Any], table: Rows, uuids: Mapping[int, str]) -> dict[str, orm.Data] | ExitCode:
    if not table.rows:
        return ExitCode(NO_ROWS, f'no row can be used: {"; ".join(describe_problems(table.problems, 5))}')
    dataset = Dataset(
        name=given['name'],
        target=given['target'],
        unit=table.unit,
        structures=[row.structure for row in table.rows],
        targets=[row.target for row in table.rows],
        names=[row.name for row in table.rows],
        uuids=[uuids.get(row.number, '') for row in table.rows],
        left_out=len(table.problems),
    )
    left_out = orm.Dict({'rows': [{'row': one.number, 'reason': one.reason} for one in table.problems]})
    return {'dataset': dataset, 'left_out': left_out}

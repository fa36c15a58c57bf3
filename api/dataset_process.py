"""Store a data set in a process of its own: `python -m api.dataset_process import|collect|forces`.

The standard input is a JSON object of the arguments, the standard output one of the answer: `{"uuid": …}`, or
`{"error": …}`.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    """Do what the command line says."""
    given = json.load(sys.stdin)
    answer: dict[str, Any]
    # AiiDA may print; the standard output is for the answer alone.
    with contextlib.redirect_stdout(sys.stderr):
        from aiida import orm

        from nanoos_plugins.install.profile import load
        from nanoos_plugins.storage.owner import acting_as

        load()
        try:
            with acting_as(orm.User.collection.get(id=given.pop('user_pk'))):
                answer = {'uuid': MAKE[sys.argv[1]](**given)}
        except ValueError as error:
            answer = {'error': ' '.join(str(error).split())}
    json.dump(answer, sys.stdout)


def _collect(name: str, workflow: str, quantity: str, unit: str, engine: str | None) -> str:
    from api.writes.shares import acting_viewer
    from nanoos_plugins.dataset_inputs import dataset_inputs

    inputs = dataset_inputs(name, workflow, quantity, unit, engine, acting_viewer())
    return _made('nanoos.collect_dataset', inputs)


def _collect_forces(name: str, engine: str | None) -> str:
    from api.writes.shares import acting_viewer
    from nanoos_plugins.dataset_inputs import force_inputs

    return _made('nanoos.collect_dataset', force_inputs(name, engine, acting_viewer()))


def _import(
    path: str,
    filename: str,
    name: str,
    target: str,
    unit: str | None,
    structure: str | None,
    rows: str,
    table: dict[str, Any],
) -> str:
    from aiida import orm

    from nanoos_plugins.calculations.dataset import ready
    from nanoos_plugins.ml.rows import describe_problems

    found = _rows(Path(rows), table)
    if not found.rows:
        raise ValueError(f'no row can be used: {"; ".join(describe_problems(found.problems))}')
    settings = {'name': name, 'target': target, 'unit': unit or ''}
    settings |= {} if structure is None else {'structure': structure}
    inputs = {'file': orm.SinglefileData(Path(path), filename=filename), 'settings': orm.Dict(settings)}
    with ready(found):
        return _made('nanoos.import_dataset', inputs)


def _rows(folder: Path, table: Mapping[str, Any]) -> Any:
    """Return the rows that the bounded process has read."""
    import numpy as np

    from nanoos_plugins.ml.packed import unpack
    from nanoos_plugins.ml.rows import Problem, Row, Rows
    from nanoos_plugins.runners.read_dataset import ROWS

    problems = [Problem(number, reason) for number, reason in table['problems']]
    if not (folder / ROWS).exists():
        return Rows([], table['unit'], problems)
    with np.load(folder / ROWS, allow_pickle=False) as arrays:
        held = dict(arrays)
    columns = (held[name].tolist() for name in ('row_numbers', 'row_names', 'targets'))
    rows = [
        Row(number, name, structure, target)
        for number, name, target, structure in zip(*columns, unpack(held), strict=True)
    ]
    return Rows(rows, table['unit'], problems)


def _made(entry_point: str, inputs: Mapping[str, Any]) -> str:
    """Return the UUID of the data set that a process made.

    :raises ValueError: when it refused its inputs.
    """
    from nanoos_plugins.launch import run

    process = run(entry_point, inputs)
    if not process.is_finished_ok:
        raise ValueError(process.exit_message or f'process {process.uuid} made no data set')
    return str(process.outputs.dataset.uuid)


MAKE: Mapping[str, Callable[..., str]] = {
    'import': _import,
    'collect': _collect,
    'forces': _collect_forces,
}

if __name__ == '__main__':
    main()

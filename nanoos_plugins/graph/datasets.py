"""Data sets: a list of them, and the runs of which one can be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.nodes import is_node
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

DATASET_TYPE = 'data.nanoos.dataset.Dataset.'
STRUCTURE_TYPE = 'data.core.structure.StructureData.'
DICT_TYPE = 'data.core.dict.Dict.'
#: Most runs that go into one data set.
MOST_RUNS = 20_000


@dataclass(frozen=True)
class Run:
    """A finished run: keys of its structure and of the dictionary that it gave.

    The structure is that which it began with. Of a simulation with `arrays` (the key of its forces and
    stress) it is that which these belong to: the last one, where it moved the atoms.
    """

    structure: int
    results: int
    arrays: int | None = None


def list_datasets(
    limit: int = 20, after: Cursor | None = None, viewer: Viewer | None = None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` data sets, newest first, and the cursor behind them."""
    return newest_first_seen(_select(), limit, after, viewer)


def find_dataset(uuid: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the row of a data set as `list_datasets` has it, with more of its attributes.

    :raises LookupError: when the viewer sees no such data set.
    """
    node = tables().node
    more = [node.c.attributes[key].label(key) for key in ('elements', 'splits', 'derivatives', 'left_out')]
    statement = _select().add_columns(*more).where(is_node(uuid), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
    if found is None:
        raise LookupError(f'there is no data set {uuid}')
    return dict(found)


def _select() -> sa.Select[Any]:
    """Return the projection of a data set."""
    node, user = tables().node, tables().user
    texts = ('name', 'target', 'unit')
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.ctime.label('created'),
            user.c.email.label('owner'),
            # An archive from outside may lack them.
            *(sa.func.coalesce(node.c.attributes[key].as_string(), '').label(key) for key in texts),
            sa.func.coalesce(node.c.attributes['count'].as_integer(), 0).label('count'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == DATASET_TYPE)
    )


def finished_runs(
    workflow: str, output: str, engine: str | None = None, viewer: Viewer | None = None
) -> list[Run]:
    """Return the runs of a workflow that ended well, newest first, with structure and an output of each.

    :param workflow: `eos` of `nanoos.eos`.
    :param output: label of the output, a dictionary.
    :param engine: only those by this engine.
    :raises ValueError: when there are more than `MOST_RUNS`.
    """
    statement, began, _ = _select_runs(workflow, output, engine, viewer)
    return _runs(statement.add_columns(began.c.id), workflow, viewer)


def finished_simulations(engine: str | None = None, viewer: Viewer | None = None) -> list[Run]:
    """Return the simulations that ended well and gave arrays, newest first, those in other jobs among them.

    :param engine: only those by this engine.
    :raises ValueError: when there are more than `MOST_RUNS`.
    """
    statement, began, process = _select_runs('simulation', 'results', engine, viewer)
    arrays, last = (tables().node.alias(name) for name in ('arrays', 'last'))
    gave, moved = tables().link.alias('gave'), tables().link.alias('moved')
    statement = (
        statement.join(gave, sa.and_(gave.c.input_id == process.c.id, gave.c.label == 'arrays'))
        .join(arrays, arrays.c.id == gave.c.output_id)
        .outerjoin(moved, sa.and_(moved.c.input_id == process.c.id, moved.c.label == 'structure'))
        .outerjoin(last, last.c.id == moved.c.output_id)
        .where(seen_by(viewer, arrays.c), sa.or_(last.c.id.is_(None), seen_by(viewer, last.c)))
        .add_columns(sa.func.coalesce(last.c.id, began.c.id), arrays.c.id)
    )
    return _runs(statement, 'simulation', viewer)


def _select_runs(
    workflow: str, output: str, engine: str | None, viewer: Viewer | None
) -> tuple[sa.Select[Any], Any, Any]:
    """Return the statement of the results of runs, and its tables of what they began with and of the runs."""
    process, structure, results = (tables().node.alias(name) for name in ('process', 'structure', 'results'))
    went_in, came_out = tables().link.alias('went_in'), tables().link.alias('came_out')
    statement = (
        sa.select(results.c.id)
        .select_from(process)
        .join(went_in, sa.and_(went_in.c.output_id == process.c.id, went_in.c.label == 'structure'))
        .join(structure, structure.c.id == went_in.c.input_id)
        .join(came_out, sa.and_(came_out.c.input_id == process.c.id, came_out.c.label == output))
        .join(results, results.c.id == came_out.c.output_id)
        .where(
            process.c.process_type == f'aiida.workflows:nanoos.{workflow}',
            process.c.attributes['exit_status'].as_integer() == 0,
            structure.c.node_type == STRUCTURE_TYPE,
            results.c.node_type == DICT_TYPE,
            *(seen_by(viewer, one.c) for one in (process, structure, results)),
        )
        .order_by(process.c.id.desc())
        .limit(MOST_RUNS + 1)
    )
    if engine is not None:
        template, by = tables().node.alias('template'), tables().link.alias('by')
        statement = (
            statement.join(by, sa.and_(by.c.output_id == process.c.id, by.c.label == 'template'))
            .join(template, template.c.id == by.c.input_id)
            .where(template.c.attributes['engine'].as_string() == engine)
        )
    return statement, structure, process


def _runs(statement: sa.Select[Any], workflow: str, viewer: Viewer | None) -> list[Run]:
    """Return the runs of a statement of results, structures and, if it has them, arrays.

    :raises ValueError: when there are more than `MOST_RUNS`.
    """
    with connection(viewer) as opened:
        found = [Run(row[1], row[0], *row[2:]) for row in opened.execute(statement)]
    if len(found) > MOST_RUNS:
        raise ValueError(f'more than {MOST_RUNS} runs of {workflow}: ask for one engine')
    return found

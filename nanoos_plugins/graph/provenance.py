"""The provenance of a few processes, read in a fixed number of bounded statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from nanoos_plugins.graph.folding import (
    Kind,
    Provenance,
    ProvenanceLink,
    ProvenanceNode,
    fold_calls,
    passed_on_once,
)
from nanoos_plugins.graph.status import job_status
from nanoos_plugins.graph.tables import CALL_LINKS, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

MOST_PROCESSES = 5000
MOST_LINKS = 50_000
INTERNAL_LABELS = ('retrieved', 'remote_folder', 'remote_stash')


def _called(opened: sa.Connection, viewer: Viewer | None, roots: Sequence[int], depth: int) -> dict[int, int]:
    """Return {pk of a process: pk of the process that stands for it}, `depth` calls below the roots.

    :raises ValueError: when the roots called more than `MOST_PROCESSES` processes.
    """
    node, link = tables().node, tables().link
    start = sa.select(node.c.id, node.c.id.label('shown'), sa.literal(0).label('depth')).where(
        node.c.id.in_(roots), seen_by(viewer, node.c)
    )
    tree = start.cte('tree', recursive=True)
    shown = sa.case((tree.c.depth < depth, link.c.output_id), else_=tree.c.shown)
    called = (
        sa.select(link.c.output_id, shown, tree.c.depth + 1)
        .join(node, node.c.id == link.c.output_id)
        .where(link.c.input_id == tree.c.id, link.c.type.in_(CALL_LINKS), seen_by(viewer, node.c))
    )
    tree = tree.union(called)
    statement = sa.select(tree.c.id, tree.c.shown).order_by(tree.c.depth.desc()).limit(MOST_PROCESSES + 1)
    found = {row.id: row.shown for row in opened.execute(statement)}
    if len(found) > MOST_PROCESSES:
        raise ValueError(f'more than {MOST_PROCESSES} processes below {list(roots)}; draw fewer at once')
    return found


def _links(
    opened: sa.Connection, viewer: Viewer | None, condition: sa.ColumnElement[bool]
) -> set[ProvenanceLink]:
    """Return the links that fulfil a condition and of which the viewer sees both ends."""
    link = tables().link
    statement = sa.select(link.c.input_id, link.c.output_id, link.c.type, link.c.label).where(condition)
    if viewer is not None:
        source, target = tables().node.alias(), tables().node.alias()
        statement = (
            statement.join(source, source.c.id == link.c.input_id)
            .join(target, target.c.id == link.c.output_id)
            .where(seen_by(viewer, source.c), seen_by(viewer, target.c))
        )
    rows = opened.execute(statement.limit(MOST_LINKS))
    return {ProvenanceLink(row.input_id, row.output_id, row.type, row.label) for row in rows}


def _touching(opened: sa.Connection, viewer: Viewer | None, processes: Iterable[int]) -> set[ProvenanceLink]:
    link, pks = tables().link, list(processes)
    going_out = _links(opened, viewer, link.c.input_id.in_(pks))
    return going_out | _links(opened, viewer, link.c.output_id.in_(pks))


def describe(opened: sa.Connection, viewer: Viewer | None, pks: Iterable[int]) -> dict[int, ProvenanceNode]:
    """Return those of the nodes that the viewer sees, by their keys, as they are drawn."""
    node = tables().node
    text = {
        key: node.c.attributes[key].as_string().label(key)
        for key in ('process_label', 'process_state', 'formula', 'name', 'element')
    }
    statement = sa.select(
        node.c.id,
        node.c.node_type,
        node.c.label,
        node.c.attributes['exit_status'].as_integer().label('exit_status'),
        node.c.attributes['paused'].as_boolean().label('paused'),
        *text.values(),
    ).where(node.c.id.in_(list(pks)), seen_by(viewer, node.c))
    return {row.id: _node(row) for row in opened.execute(statement)}


def _kind(node_type: str) -> Kind:
    prefixes: dict[str, Kind] = {
        'process.workflow.': 'workflow',
        'process.calculation.calcjob.': 'calcjob',
        'process.': 'calcfunction',
        'data.core.structure.': 'structure',
        'data.core.code.': 'code',
        'data.nanoos.template.': 'template',
    }
    return next((kind for prefix, kind in prefixes.items() if node_type.startswith(prefix)), 'data')


def _node(row: sa.Row[tuple[object, ...]]) -> ProvenanceNode:
    kind = _kind(row.node_type)
    is_process = row.node_type.startswith('process.')
    status = job_status(row.process_state, row.exit_status, bool(row.paused)) if is_process else None
    caption = row.label or row.formula or row.name or row.element or ''
    title = (row.process_label if is_process else None) or row.node_type.split('.')[-2]
    return ProvenanceNode(row.id, kind, title, caption, status, (row.id,))


def read_provenance(
    pks: Sequence[int], depth: int = 1, internals: bool = False, viewer: Viewer | None = None
) -> Provenance:
    """Return what the processes `pks` called, `depth` calls deep, with the data that they exchanged.

    Deeper processes are folded into the one that called them, with the data that only they used. Data that
    went into `pks` come with the calculation that made them and its inputs.

    :param internals: keep what every CalcJob has beside its results: remote folder and retrieved files.
    :param viewer: who looks; a node that they do not see is as if it were not there.
    :raises ValueError: when that is more than can be drawn.
    """
    link = tables().link
    with connection(viewer) as opened:
        shown = _called(opened, viewer, pks, depth)
        links = _touching(opened, viewer, shown)
        data = {end for entry in links for end in (entry.source, entry.target)} - set(shown)
        made = sa.and_(link.c.output_id.in_(list(data)), link.c.type == 'create')
        makers = _links(opened, viewer, made)
        outside = {maker.source for maker in makers} - set(shown)
        links |= {maker for maker in makers if maker.source in outside}
        went_in = sa.and_(link.c.output_id.in_(list(outside)), link.c.type == 'input_calc')
        links |= _links(opened, viewer, went_in)
        folded = passed_on_once(fold_calls(links, shown | {pk: pk for pk in outside}))
        if not internals:
            folded = {entry for entry in folded if entry.label not in INTERNAL_LABELS}
        keys = {end for entry in folded for end in (entry.source, entry.target)} | set(pks)
        nodes = describe(opened, viewer, keys)
    missing = [pk for pk in pks if pk not in nodes]
    if missing:
        raise ValueError(f'no node has pk {missing[0]}')
    return Provenance(nodes, frozenset(folded))


@dataclass(frozen=True)
class Extent:
    """How much there is below some processes: the number of nodes, and the e-mails of their owners."""

    nodes: int
    owners: list[str]


def extent(pks: Sequence[int], provided_by: str, viewer: Viewer | None = None) -> Extent:
    """Return the extent of the processes `pks`, all that they called, and the data of these.

    :param provided_by: e-mail of the user who owns what the instance provides; not named as an owner.
    :param viewer: who looks; a node that they do not see is not counted.
    """
    node, user = tables().node, tables().user
    with connection(viewer) as opened:
        processes = _called(opened, viewer, pks, 0)
        links = _touching(opened, viewer, processes)
        keys = {end for entry in links for end in (entry.source, entry.target)} | set(processes)
        statement = (
            sa.select(user.c.email, sa.func.count())
            .join(node, node.c.user_id == user.c.id)
            .where(node.c.id.in_(list(keys)), seen_by(viewer, node.c))
            .group_by(user.c.email)
        )
        counts: dict[str, int] = {row[0]: row[1] for row in opened.execute(statement)}
    return Extent(sum(counts.values()), sorted(set(counts) - {provided_by}))

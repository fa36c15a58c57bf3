"""A chain as it runs: what it was given, the jobs of its steps, what was handed over and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.calculations.handover import pick
from nanoos_plugins.data.quantities import Quantity
from nanoos_plugins.graph.jobs import Job, load_jobs
from nanoos_plugins.graph.tables import CALL_LINKS, connection, tables
from nanoos_plugins.graph.templates import TEMPLATE_TYPE
from nanoos_plugins.storage.shares import Viewer, seen_by

HAND_OVER = 'hand_over_values'
DICT_TYPE = 'data.core.dict.Dict.'


@dataclass(frozen=True)
class Handed:
    """What a step was handed, by parameter, and the calculation that did it."""

    uuid: str
    values: dict[str, Quantity]


@dataclass(frozen=True)
class ChainRun:
    """One run, as far as the viewer sees it.

    `chain`: the document; `templates` {name, engine} and `jobs` by label of the step, the first job being the
    step itself and the others those with an uncertain value shifted; `structures`: UUIDs by name; `handed` by
    label; `found`: {value, unit, uncertainty} by name, with the node `report` that has them.
    """

    chain: dict[str, Any]
    templates: dict[str, dict[str, str]] = field(default_factory=dict)
    structures: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, list[Job]] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    report: str | None = None
    found: dict[str, dict[str, Any]] = field(default_factory=dict)


def find_run(job: Job, viewer: Viewer | None) -> ChainRun:
    """Return how the run of a chain goes, in a fixed number of statements.

    :raises LookupError: when the job is no chain, or the viewer does not see which.
    """
    with connection(viewer) as opened:
        inputs = _linked(opened, [job.pk], ('input_work',), viewer)
        chain = next((row.attributes for row in inputs if row.label == 'chain'), None)
        if job.workflow != 'nanoos.multiscale' or chain is None:
            raise LookupError(f'job {job.uuid} is no chain that you see')
        called = _called(opened, job.pk, viewer)
        report = _report(opened, job.pk, viewer)
        handed = _handed(opened, called, viewer)
    labels = {f'{chain["name"]}: {label}': label for label in chain['steps']}
    steps = [row for row in called if row.label in labels and row.process_label != HAND_OVER]
    jobs: dict[str, list[Job]] = {}
    for row, one in zip(steps, load_jobs([row.id for row in steps], viewer), strict=True):
        jobs.setdefault(labels[row.label], []).append(one)
    return ChainRun(
        chain=chain,
        templates={
            name: {'name': row.attributes['name'], 'engine': row.attributes['engine']}
            for name, row in _within('templates', inputs).items()
            if row.node_type == TEMPLATE_TYPE
        },
        structures={name: str(row.uuid) for name, row in _within('structures', inputs).items()},
        jobs=jobs,
        handed={label: handed[ones[0].pk] for label, ones in jobs.items() if ones[0].pk in handed},
        report=None if report is None else str(report.uuid),
        found={} if report is None else report.attributes,
    )


def _within(namespace: str, rows: Sequence[sa.Row[Any]]) -> dict[str, sa.Row[Any]]:
    """Return the inputs of a namespace by their name in it."""
    prefix = f'{namespace}__'
    return {row.label.removeprefix(prefix): row for row in rows if row.label.startswith(prefix)}


def _linked(
    opened: sa.Connection, pks: Sequence[int], types: Sequence[str], viewer: Viewer | None
) -> Sequence[sa.Row[Any]]:
    """Return what went into processes: whose (`of`), label of the link, and the attributes that are short."""
    node, link = tables().node, tables().link
    statement = (
        sa.select(link.c.output_id.label('of'), link.c.label, node.c.uuid, node.c.node_type)
        # Of a structure the attributes are its atoms.
        .add_columns(
            sa.case((node.c.node_type.in_((DICT_TYPE, TEMPLATE_TYPE)), node.c.attributes)).label('attributes')
        )
        .join(node, node.c.id == link.c.input_id)
        .where(link.c.output_id.in_(pks), link.c.type.in_(types), seen_by(viewer, node.c))
    )
    return opened.execute(statement).all()


def _called(opened: sa.Connection, pk: int, viewer: Viewer | None) -> Sequence[sa.Row[Any]]:
    """Return what a chain called, oldest first."""
    node, link = tables().node, tables().link
    statement = (
        sa.select(node.c.id, node.c.uuid, node.c.label)
        .add_columns(node.c.attributes['process_label'].as_string().label('process_label'))
        .join(link, link.c.output_id == node.c.id)
        .where(link.c.input_id == pk, link.c.type.in_(CALL_LINKS), seen_by(viewer, node.c))
        .order_by(node.c.id)
    )
    return opened.execute(statement).all()


def _report(opened: sa.Connection, pk: int, viewer: Viewer | None) -> sa.Row[Any] | None:
    """Return the node with the answers of a chain, None until there is one."""
    node, link = tables().node, tables().link
    statement = (
        sa.select(node.c.uuid, node.c.attributes)
        .join(link, link.c.output_id == node.c.id)
        .where(link.c.input_id == pk, link.c.type == 'return', link.c.label == 'report')
        .where(seen_by(viewer, node.c))
    )
    return opened.execute(statement).first()


def _handed(opened: sa.Connection, called: Sequence[sa.Row[Any]], viewer: Viewer | None) -> dict[int, Handed]:
    """Return what was handed to the jobs of a chain, by their pk.

    The parameters that a job was given are what the calculation that handed them over made.
    """
    by_pk = {row.id: row for row in called}
    handing = [row.id for row in called if row.process_label == HAND_OVER]
    link = tables().link
    made = link.alias('made')
    statement = (
        sa.select(link.c.output_id.label('job'), made.c.input_id.label('by'))
        .join(made, sa.and_(made.c.output_id == link.c.input_id, made.c.type == 'create'))
        .where(
            link.c.output_id.in_(list(by_pk)),
            link.c.type == 'input_work',
            link.c.label == 'parameters',
            made.c.input_id.in_(handing),
        )
    )
    pairs = opened.execute(statement).all()
    inputs: dict[int, dict[str, Any]] = {}
    for row in _linked(opened, handing, ('input_calc',), viewer):
        inputs.setdefault(row.of, {})[row.label] = row.attributes
    return {
        row.job: Handed(str(by_pk[row.by].uuid), dict(_values(inputs.get(row.by, {}))))
        for row in pairs
        if row.by in by_pk
    }


def _values(inputs: Mapping[str, Any]) -> list[tuple[str, Quantity]]:
    """Return what a calculation handed over, by parameter, from its inputs."""
    wanted = inputs.get('wanted', {}).items()
    return [
        (parameter, pick(inputs[want['result']], want['quantity'], want['unit'], want['at']))
        for parameter, want in wanted
        if want['result'] in inputs
    ]

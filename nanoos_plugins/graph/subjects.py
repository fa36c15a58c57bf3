"""What jobs are about: the structure, the template and so the engine that each was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by


@dataclass(frozen=True)
class Subject:
    """What a job is about, as far as the viewer sees it; `formula` is None for a structure that has none."""

    structure: str | None = None
    formula: str | None = None
    template: str | None = None
    engine: str | None = None


def subjects(pks: Sequence[int], viewer: Viewer | None = None) -> list[Subject]:
    """Return what the processes `pks` are about, in that order, in one statement."""
    if not pks:
        return []
    node, link = tables().node, tables().link
    texts = [node.c.attributes[key].as_string().label(key) for key in ('formula', 'name', 'engine')]
    statement = (
        sa.select(link.c.output_id, link.c.label, node.c.uuid, *texts)
        .join(node, node.c.id == link.c.input_id)
        .where(
            link.c.output_id.in_(pks),
            link.c.type == 'input_work',
            link.c.label.in_(('structure', 'template')),
            seen_by(viewer, node.c),
        )
    )
    with connection(viewer) as opened:
        found = {(row.output_id, row.label): row for row in opened.execute(statement)}
    return [_subject(found.get((pk, 'structure')), found.get((pk, 'template'))) for pk in pks]


def _subject(
    structure: sa.Row[tuple[object, ...]] | None, template: sa.Row[tuple[object, ...]] | None
) -> Subject:
    return Subject(
        structure=None if structure is None else str(structure.uuid),
        formula=None if structure is None else structure.formula,
        template=None if template is None else template.name,
        engine=None if template is None else template.engine,
    )


def is_about(
    engine: str | None, begin: datetime | None, end: datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a job fulfils which runs by an engine and was made from begin to end."""
    node, link, template = tables().node, tables().link, tables().node.alias('template')
    conditions: list[sa.ColumnElement[bool]] = []
    if engine is not None:
        conditions.append(
            sa.exists().where(
                link.c.output_id == node.c.id,
                link.c.type == 'input_work',
                link.c.label == 'template',
                template.c.id == link.c.input_id,
                template.c.attributes['engine'].as_string() == engine,
            )
        )
    if begin is not None:
        conditions.append(node.c.ctime >= begin)
    if end is not None:
        conditions.append(node.c.ctime < end)
    return conditions

"""What would submit a job once more: the settings that it was given, read from its inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.jobs import Job
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Node types of plain values, and in which attribute the value is; that of a dictionary is all of them.
_PLAIN = {
    'data.core.bool.Bool.': 'value',
    'data.core.int.Int.': 'value',
    'data.core.float.Float.': 'value',
    'data.core.str.Str.': 'value',
    'data.core.list.List.': 'list',
    'data.core.dict.Dict.': None,
}


@dataclass(frozen=True)
class Resubmission:
    """What a job was given: `settings` are its own inputs and the parameters over those of the template."""

    workflow: str
    label: str
    structure: str | None
    template: str
    code: str | None
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def resubmission(job: Job, viewer: Viewer | None) -> Resubmission:
    """Return what would submit a job once more.

    :raises LookupError: when the viewer does not see its structure or its template.
    """
    node, link = tables().node, tables().link
    statement = (
        sa.select(link.c.label, node.c.uuid, node.c.node_type)
        # Of a structure the attributes are its atoms.
        .add_columns(sa.case((node.c.node_type.in_(_PLAIN), node.c.attributes)).label('attributes'))
        .join(node, node.c.id == link.c.input_id)
        .where(link.c.output_id == job.pk, link.c.type == 'input_work', seen_by(viewer, node.c))
    )
    with connection(viewer) as opened:
        inputs = {row.label: row for row in opened.execute(statement)}
        labels = sa.select(link.c.label).where(link.c.output_id == job.pk, link.c.type == 'input_work')
        given: set[str] = set(opened.execute(labels).scalars())
    for label in ('structure', 'template'):
        # an engine for a continuum was given no structure; one that is not seen is another matter
        if label not in inputs and (label in given or label == 'template'):
            raise LookupError(f'job {job.uuid} has no {label} that you see: it cannot be submitted again')
    values = {label: _value(row) for label, row in inputs.items() if row.node_type in _PLAIN}
    return Resubmission(
        workflow=job.workflow.removeprefix('nanoos.'),
        label=job.label,
        structure=str(inputs['structure'].uuid) if 'structure' in inputs else None,
        template=str(inputs['template'].uuid),
        code=str(inputs['code'].uuid) if 'code' in inputs else None,
        options=values.pop('options', {}),
        settings={**values.pop('parameters', {}), **values},
    )


def _value(row: sa.Row[Any]) -> Any:
    key = _PLAIN[row.node_type]
    return row.attributes if key is None else row.attributes[key]

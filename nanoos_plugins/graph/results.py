"""Results below a material: what completed jobs computed of its structures, and by which engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from aiida.engine import ProcessState

from nanoos_plugins.data.quantities import Quantity, quantities
from nanoos_plugins.graph.jobs import JOB_PREFIX, WORKFLOW_PREFIX
from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.materials import revisions
from nanoos_plugins.graph.structures import below
from nanoos_plugins.graph.tables import CALL_LINKS, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

DICT_TYPE = 'data.core.dict.Dict.'
#: What an engine says of its run; where the workflow made more of it, that is told instead.
OF_ENGINE = 'results'
#: Parts of what an engine says that are no quantities, or stand elsewhere.
NO_QUANTITIES = ('engine', 'label', 'task', 'warnings')


@dataclass(frozen=True)
class Result:
    """What one job computed of a structure, which is described by its attributes, None where it has none."""

    job: str
    workflow: str
    engine: str
    created: datetime
    structure: str
    formula: str | None
    number_of_atoms: int | None
    quantities: list[Quantity]


def list_results(
    material_id: str, limit: int, after: Cursor | None, viewer: Viewer | None
) -> tuple[list[Result], Cursor | None]:
    """Return the results of up to `limit` jobs, newest first, and the cursor behind: two statements."""
    pks = [row['pk'] for row in revisions(material_id, viewer)]
    rows, rest = newest_first(_jobs(pks, viewer), limit, after, viewer)
    outputs = _outputs([row['pk'] for row in rows], viewer)
    return [_result(row, outputs[row['pk']]) for row in rows], rest


def _jobs(revision_pks: list[int], viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of the completed jobs of the structures below revisions of a material."""
    node, link = tables().node, tables().link
    structure, template = node.alias('structure'), node.alias('template')
    of, by, call = link.alias('of'), link.alias('by'), link.alias('call')
    found = below(revision_pks, viewer)
    state = node.c.attributes['process_state'].as_string()
    called = sa.exists().where(call.c.output_id == node.c.id, call.c.type.in_(CALL_LINKS))
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid.label('job'),
            node.c.process_type,
            node.c.ctime.label('created'),
            template.c.attributes['engine'].as_string().label('engine'),
            structure.c.uuid.label('structure'),
            structure.c.attributes['formula'].as_string().label('formula'),
            structure.c.attributes['number_of_atoms'].as_integer().label('number_of_atoms'),
        )
        .select_from(found)
        .join(of, sa.and_(of.c.input_id == found.c.id, of.c.type == 'input_work', of.c.label == 'structure'))
        .join(node, node.c.id == of.c.output_id)
        .join(structure, structure.c.id == found.c.id)
        .join(by, sa.and_(by.c.output_id == node.c.id, by.c.type == 'input_work', by.c.label == 'template'))
        .join(template, template.c.id == by.c.input_id)
        .where(
            node.c.process_type.startswith(JOB_PREFIX, autoescape=True),
            state == ProcessState.FINISHED.value,
            node.c.attributes['exit_status'].as_integer() == 0,
            sa.not_(called),
            seen_by(viewer, node.c),
            seen_by(viewer, template.c),
        )
    )


def _outputs(job_pks: Sequence[int], viewer: Viewer | None) -> dict[int, dict[str, dict[str, Any]]]:
    """Return the dictionaries that jobs gave back, by job and label."""
    node, link = tables().node, tables().link
    statement = (
        sa.select(link.c.input_id, link.c.label, node.c.attributes)
        .join(node, node.c.id == link.c.output_id)
        .where(
            link.c.input_id.in_(job_pks),
            link.c.type == 'return',
            node.c.node_type == DICT_TYPE,
            seen_by(viewer, node.c),
        )
        .order_by(link.c.label)
    )
    found: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    with connection(viewer) as opened:
        for row in opened.execute(statement):
            found[row.input_id][row.label] = row.attributes
    return found


def _result(row: dict[str, Any], outputs: dict[str, dict[str, Any]]) -> Result:
    told = {label: document for label, document in outputs.items() if label != OF_ENGINE} or outputs
    return Result(
        job=str(row['job']),
        workflow=row['process_type'].removeprefix(WORKFLOW_PREFIX),
        engine=row['engine'],
        created=row['created'],
        structure=str(row['structure']),
        formula=row['formula'],
        number_of_atoms=row['number_of_atoms'],
        quantities=[one for document in told.values() for one in _quantities(document)],
    )


def _quantities(document: dict[str, Any]) -> Iterator[Quantity]:
    """Yield what a dictionary says; an energy with a number of atoms also for one atom, to be compared."""
    told = {key: value for key, value in document.items() if key not in NO_QUANTITIES}
    energy, atoms = told.get('energy'), told.get('n_atoms')
    if isinstance(energy, dict) and energy.get('unit') == 'eV' and isinstance(atoms, int) and atoms > 0:
        yield Quantity('energy_per_atom', energy['value'] / atoms, 'eV')
    # What an engine has of its own stands one level deeper.
    own = told.pop('quantities', {})
    yield from quantities({**told, **own})

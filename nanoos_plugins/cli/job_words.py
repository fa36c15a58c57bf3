"""What the commands of `nanoos job` read and write: identifiers, cursors, jobs as dictionaries."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiida import orm
from aiida.common.exceptions import MultipleObjectsError, NotExistent
from aiida.common.links import LinkType

from nanoos_plugins.cli.output import CliError
from nanoos_plugins.graph.jobs import Job


def find_job(identifier: str) -> int:
    """Return the pk of the process that a pk or a UUID (or its first characters) means.

    :raises CliError: when there is none, several, or something else.
    """
    node = _find(identifier, 'job', 'nanoos job list')
    if not isinstance(node, orm.ProcessNode):
        raise CliError(
            f'{identifier} is a {type(node).__name__}, not a job; `nanoos job list` shows the jobs'
        )
    return stored_pk(node)


def find_structure(identifier: str) -> orm.StructureData:
    """Return the structure that a pk or a UUID (or its first characters) means.

    :raises CliError: when there is none, several, or something else.
    """
    node = _find(identifier, 'structure', 'nanoos structure list')
    if not isinstance(node, orm.StructureData):
        raise CliError(
            f'{identifier} is a {type(node).__name__}, not a structure; `nanoos structure list` shows them'
        )
    return node


def _find(identifier: str, what: str, where: str) -> orm.Node:
    try:
        return orm.load_node(identifier)
    except (NotExistent, ValueError):
        raise CliError(f'no {what} {identifier!r}: expected a pk or UUID as in `{where}`') from None
    except MultipleObjectsError:
        raise CliError(f'{identifier!r} is the beginning of several UUIDs; give more of it') from None


def load_job(pk: int) -> orm.ProcessNode:
    """Return the process node."""
    node: orm.ProcessNode = orm.load_node(pk)  # type: ignore[assignment]
    return node


def stored_pk(node: orm.Node) -> int:
    """Return the pk of a node that is stored.

    :raises ValueError: when it is not.
    """
    if node.pk is None:
        raise ValueError(f'{node} is not stored')
    return node.pk


def outputs_of(node: orm.ProcessNode) -> dict[str, orm.Data]:
    """Return the data outputs of a process by link label."""
    links = node.base.links.get_outgoing(orm.Data, link_type=(LinkType.CREATE, LinkType.RETURN)).all()
    return {link.link_label: link.node for link in links if isinstance(link.node, orm.Data)}


def job_dict(job: Job) -> dict[str, Any]:
    """Return the job as a dictionary that can be written as JSON, times as ISO 8601."""
    created, modified = job.created.isoformat(), job.modified.isoformat()
    return {**asdict(job), 'status': job.status.value, 'created': created, 'modified': modified}


def cursor_text(after: tuple[datetime, int]) -> str:
    """Return the position in a list as text, `<ISO time>,<pk>`."""
    return f'{after[0].isoformat()},{after[1]}'


def parse_cursor(text: str) -> tuple[datetime, int]:
    """Return the position that `cursor_text` wrote.

    :raises CliError: for anything else.
    """
    moment, _, pk = text.rpartition(',')
    try:
        return datetime.fromisoformat(moment), int(pk)
    except ValueError:
        raise CliError(f'{text!r} is no cursor: expected what `nanoos job list` printed') from None

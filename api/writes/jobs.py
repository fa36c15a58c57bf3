"""Submit jobs, exactly once each, and steer them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from aiida import orm
from aiida.manage import get_manager

from api.errors import RequestError
from api.writes.permitted import Submitter
from nanoos_plugins.data.template import Template
from nanoos_plugins.job_inputs import SHARED, WORKFLOWS, job_inputs
from nanoos_plugins.launch import KeyUsedError, load_process, submit_once, submitted
from nanoos_plugins.port_schema import inputs_from_json, node_from_json
from nanoos_plugins.steering import Action, send
from nanoos_plugins.storage.owner import acting_pk
from nanoos_plugins.storage.shares import Viewer
from nanoos_plugins.tasks import connect


def submit_job(
    key: str,
    digest: str,
    group_pk: int | None,
    is_admin: bool,
    workflow: str,
    structure: str | None,
    template: str,
    protocol: str | None,
    settings: dict[str, Any],
    label: str | None,
    code: str | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Submit a job; return its UUID, and whether it was made now.

    :raises RequestError: 409 when the key came with another request.
    :raises NotFoundError: for a node that is not there, or not for who submits.
    :raises PermissionError: for what tenants may not run.
    :raises ValueError: for inputs that do not fit together.
    """
    me, submitter = who(group_pk, is_admin)
    with answers():
        earlier = submitted(me, key, digest)
        if earlier is not None:
            return {'uuid': earlier.uuid, 'made': False}
        chosen = None
        if structure is not None:
            chosen = submitter.load(UUID(structure), orm.StructureData, 'structure')
        found = submitter.load_template(template)
        asked = None if code is None else submitter.load_code(UUID(code))
        runs_by = submitter.check(found, settings, asked, options)
        values = own_settings(workflow, settings, submitter.load_input)
        inputs = job_inputs(workflow, chosen, found, protocol, values, label)
        if runs_by is not None:
            inputs['code'] = runs_by
        if options:
            inputs['options'] = orm.Dict(options)
        node = submit_once(f'nanoos.{workflow}', inputs, me, key, digest)
        return {'uuid': node.uuid, 'made': True}


def own_settings(
    workflow: str, settings: Mapping[str, Any], load: Callable[[UUID], orm.Node]
) -> dict[str, Any]:
    """Return the settings, those for ports of the workflow as nodes: so a wrong type is told by its name.

    :param load: returns the node of a UUID, and raises what it likes when there is none.
    :raises ValueError: for a value of another type; the message begins with the setting.
    """
    ports = load_process(f'nanoos.{workflow}').spec().inputs
    return {
        name: node_from_json(ports[name], value, load, f'settings.{name}')
        if name in ports and name not in SHARED
        else value
        for name, value in settings.items()
        if value is not None or name not in ports
    }


def submit_process(
    key: str, digest: str, group_pk: int | None, is_admin: bool, entry_point: str, inputs: dict[str, Any]
) -> dict[str, Any]:
    """Submit a process by its ports; return its UUID, and whether it was made now.

    :raises RequestError: 409 when the key came with another request.
    :raises NotFoundError: for a node that is not there, or not for who submits.
    :raises PermissionError: for what tenants may not run.
    :raises ValueError: for inputs that the ports do not take; the message begins with the port.
    """
    me, submitter = who(group_pk, is_admin)
    if entry_point.removeprefix('nanoos.') not in WORKFLOWS:
        raise PermissionError(f'{entry_point} may not be submitted')
    with answers():
        earlier = submitted(me, key, digest)
        if earlier is not None:
            return {'uuid': earlier.uuid, 'made': False}
        values = inputs_from_json(load_process(entry_point), inputs, submitter.load_input)
        given = {name: _dict(values, name) for name in ('parameters', 'options')}
        template = values.get('template')
        if not isinstance(template, Template):
            raise ValueError('inputs.template: required, {"uuid": …} of a template')
        code = submitter.check(template, given['parameters'], values.get('code'), given['options'])
        if code is not None:
            values['code'] = code
        node = submit_once(entry_point, values, me, key, digest)
        return {'uuid': node.uuid, 'made': True}


def _dict(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    node = values.get(name)
    found: dict[str, Any] = node.get_dict() if isinstance(node, orm.Dict) else {}
    return found


def steer_job(action: Action, uuid: str) -> None:
    """Send a job the message to pause, to go on or to end; what has ended meanwhile is left alone.

    :raises PermissionError: when it belongs to somebody else.
    :raises TimeoutError: when the daemon is not running.
    """
    _look_anew()
    node = orm.QueryBuilder().append(orm.ProcessNode, filters={'uuid': uuid}).first(flat=True)
    if node is None or node.user.pk != acting_pk():
        raise PermissionError('only its owner may steer a job')
    connect()
    send(action, node.pk)


def _look_anew() -> None:
    """End the session's last reading, so that what the daemon has written since is seen."""
    get_manager().get_profile_storage().get_session().commit()  # type: ignore[attr-defined]


def who(group_pk: int | None, is_admin: bool) -> tuple[orm.User, Submitter]:
    """Return the user who acts, and what they may do."""
    _look_anew()
    me = orm.User.collection.get(id=acting_pk())
    assert me.pk is not None
    return me, Submitter(Viewer(me.pk, group_pk), is_admin)


@contextmanager
def answers() -> Iterator[None]:
    """Answer a key that was used by 409, and values that AiiDA cannot convert by 422."""
    try:
        yield
    except KeyUsedError as error:
        raise RequestError(409, str(error)) from None
    except TypeError as error:
        raise ValueError(f'inputs: {error}') from error

"""Computers and codes: where somebody can submit to, and what they can run there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.keyset import Cursor, newest_first
from nanoos_plugins.graph.nodes import is_node
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Runs on this machine under the account of the daemon, which all tenants share.
LOCAL_TRANSPORT = 'core.local'
#: In a computer's metadata: whether users may bring accounts of their own.
OWN_ACCOUNTS = 'nanoos_own_accounts'
#: What a user is told of how they reach a computer: the rest are paths and texts for a shell.
TOLD_SETTINGS = ('username', 'use_login_shell', 'safe_interval')
CODE_TYPES = 'data.core.code.'


def list_computers(viewer: Viewer, is_admin: bool) -> list[dict[str, Any]]:
    """Return the computers that the viewer can submit to or bring an account for, by label; an admin's: all.

    :return: pk, uuid, label, hostname, description, transport, scheduler, own_accounts, configured, enabled
        (whether the viewer can submit there now), settings (as far as they are told).
    """
    with connection(None if is_admin else viewer) as opened:
        rows = opened.execute(_computers(viewer, is_admin).order_by(tables().computer.c.label))
        return [_computer(row) for row in rows.mappings()]


def find_computer(uuid: str, viewer: Viewer, is_admin: bool) -> dict[str, Any]:
    """Return a computer as in `list_computers`.

    :raises LookupError: when there is none that the viewer can submit to or bring an account for.
    """
    column = tables().computer.c.uuid
    wanted = _computers(viewer, is_admin).where(column == column.type.python_type(uuid))
    with connection(None if is_admin else viewer) as opened:
        row = opened.execute(wanted).mappings().first()
    if row is None:
        raise LookupError(f'there is no computer {uuid}')
    return _computer(row)


def is_enabled(computer_pk: int, user_pk: int) -> bool:
    """Return whether a user can submit to a computer."""
    authinfo = tables().authinfo
    statement = sa.select(authinfo.c.id).where(
        authinfo.c.dbcomputer_id == computer_pk,
        authinfo.c.aiidauser_id == user_pk,
        authinfo.c.enabled.is_(sa.true()),
    )
    with connection() as opened:
        return opened.execute(statement).first() is not None


def list_codes(
    viewer: Viewer, is_admin: bool, limit: int, after: Cursor | None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` codes that the viewer sees and can run, newest first, and the cursor behind them.

    Those are the system's, own ones on computers of an own account, and for an administrator all that they
    see, each on a computer that the viewer can submit to. A walk over the codes of all: they are few.

    :return: pk, uuid, label, description, plugin, computer (its label), computer_uuid, owner, created.
    """
    rows, rest = newest_first(_codes(viewer, is_admin), limit, after, viewer)
    return [_code(row) for row in rows], rest


def find_code(uuid: str, viewer: Viewer, is_admin: bool) -> dict[str, Any]:
    """Return a code as in `list_codes`.

    :raises LookupError: when there is none that the viewer can run.
    """
    with connection(viewer) as opened:
        row = opened.execute(_codes(viewer, is_admin).where(is_node(uuid))).mappings().first()
    if row is None:
        raise LookupError(f'there is no code {uuid}')
    return _code(row)


def _computers(viewer: Viewer, is_admin: bool) -> sa.Select[Any]:
    computer, authinfo = tables().computer, tables().authinfo
    own_accounts = computer.c.metadata[OWN_ACCOUNTS].as_boolean()
    statement = sa.select(
        computer.c.id.label('pk'),
        computer.c.uuid,
        computer.c.label,
        computer.c.hostname,
        computer.c.description,
        computer.c.transport_type.label('transport'),
        computer.c.scheduler_type.label('scheduler'),
        sa.func.coalesce(own_accounts, sa.false()).label('own_accounts'),
        authinfo.c.id.is_not(None).label('configured'),
        sa.func.coalesce(authinfo.c.enabled, sa.false()).label('enabled'),
        authinfo.c.auth_params,
    ).outerjoin(
        authinfo,
        sa.and_(authinfo.c.dbcomputer_id == computer.c.id, authinfo.c.aiidauser_id == viewer.user_pk),
    )
    if is_admin:
        return statement
    return statement.where(sa.or_(authinfo.c.id.is_not(None), own_accounts.is_(sa.true())))


def _computer(row: Any) -> dict[str, Any]:
    found = {key: value for key, value in row.items() if key != 'auth_params'}
    params = row['auth_params'] or {}
    told = {key: params[key] for key in TOLD_SETTINGS if key in params}
    return {**found, 'uuid': str(row['uuid']), 'settings': told}


def _codes(viewer: Viewer, is_admin: bool) -> sa.Select[Any]:
    node, user = tables().node, tables().user
    computer, authinfo = tables().computer, tables().authinfo
    statement = (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.label,
            node.c.description,
            node.c.attributes['input_plugin'].as_string().label('plugin'),
            computer.c.label.label('computer'),
            computer.c.uuid.label('computer_uuid'),
            user.c.email.label('owner'),
            node.c.ctime.label('created'),
        )
        .join(user, user.c.id == node.c.user_id)
        .join(computer, computer.c.id == node.c.dbcomputer_id)
        .join(authinfo, authinfo.c.dbcomputer_id == computer.c.id)
        .where(
            # As bounds: an index serves them in every database.
            node.c.node_type >= CODE_TYPES,
            node.c.node_type < f'{CODE_TYPES[:-1]}/',
            authinfo.c.aiidauser_id == viewer.user_pk,
            authinfo.c.enabled.is_(sa.true()),
            seen_by(viewer, node.c),
        )
    )
    if is_admin:
        return statement
    own = sa.and_(node.c.user_id == viewer.user_pk, computer.c.transport_type != LOCAL_TRANSPORT)
    return statement.where(sa.or_(user.c.email == SYSTEM_EMAIL, own))


def _code(row: Any) -> dict[str, Any]:
    return {**row, 'uuid': str(row['uuid']), 'computer_uuid': str(row['computer_uuid'])}

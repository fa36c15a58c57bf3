"""The code that an engine runs by when nobody names one."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent

from nanoos_plugins.engines.contract import Engine
from nanoos_plugins.storage.owner import system_user

COMPUTER = 'localhost'


def default_code(engine: Engine[Any], owner: orm.User | None) -> orm.AbstractCode:
    """Return the code of an engine on this machine: the owner's own, else the one that the instance provides.

    Another user's code is never taken, whatever its label is.

    :param owner: None: only the one that the instance provides.
    :raises NotExistent: when there is neither.
    """
    owners = [system_user()] if owner is None else [owner, system_user()]
    for user in owners:
        filters = {'label': engine.code_label, 'user_id': user.pk}
        query = orm.QueryBuilder()
        query.append(orm.Computer, filters={'label': COMPUTER}, tag='computer')
        query.append(orm.AbstractCode, filters=filters, with_computer='computer', tag='code')
        found: orm.AbstractCode | None = query.order_by({'code': {'id': 'desc'}}).first(flat=True)
        if found is not None:
            return found
    raise NotExistent(
        f'engine {engine.name} has no code {engine.code_label}@{COMPUTER} of yours or of this instance'
    )

"""Make and revise materials."""

from __future__ import annotations

from typing import Any, cast

from aiida import orm

from api.errors import RequestError
from api.writes.shares import writable_material
from nanoos_plugins.calculations.revise_material import revising
from nanoos_plugins.data.material import Material
from nanoos_plugins.launch import run


def make_material(attributes: dict[str, Any]) -> str:
    """Make a material and return its `material_id`.

    :raises ValueError: when an attribute has the wrong form.
    """
    material = Material(**attributes)
    material.store()
    return material.material_id


def revise_material(material_id: str, revision: int, changes: dict[str, Any]) -> None:
    """Make the next revision of a material; everything is checked before anything is stored.

    :param revision: the number of the revision that the changes are based on.
    :raises LookupError: when the caller sees no such material.
    :raises PermissionError: when they may only read it.
    :raises RequestError: 409 when `revision` is not the newest that the caller sees.
    :raises ValueError: for changes of the wrong form, or that change nothing.
    """
    with revising():
        newest = writable_material(material_id)
        if newest.revision != revision:
            raise RequestError(
                409,
                f'revision {revision} of material {newest.name!r} is not its newest: look at revision '
                f'{newest.revision} and base the changes on it',
            )
        newest.revised(changes)
        made_by(run('nanoos.revise_material', {'material': newest, 'changes': orm.Dict(changes)}))


def made_by(process: orm.ProcessNode) -> orm.Data:
    """Return what a calcfunction made.

    :raises RequestError: 422 when it refused its inputs, 500 when it broke.
    """
    if process.is_finished_ok:
        return cast(orm.Data, process.outputs.result)
    if process.exit_status is not None:
        raise RequestError(422, process.exit_message or f'process {process.uuid} failed')
    raise RequestError(500, f'process {process.uuid} broke; its report tells more')

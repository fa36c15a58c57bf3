"""Revise a material: old revision and changes in, new revision out, so that the history is in the graph."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.data.material import Material, newest
from nanoos_plugins.install.home import home
from nanoos_plugins.storage.shares import is_visible

CONFLICT = 409
INVALID_CHANGES = 320


class RevisionConflictError(ValueError):
    """Somebody else has revised the material meanwhile; the message names the newest revision."""


def check_newest(material: Material) -> None:
    """Check that this revision is the one to revise: the newest for who acts.

    A newer one that is not seen is in nobody's way: somebody made it with whom the material is no longer
    shared. What belongs to the owner of this revision counts as seen, also for an administrator at the
    command line, to whom nothing is shared.

    :raises RevisionConflictError: when there is a newer one that is seen.
    """
    query = orm.QueryBuilder()
    filters = {
        'attributes.material_id': material.material_id,
        'attributes.revision': {'>': material.revision},
    }
    query.append(Material, filters=filters, tag='newer')
    query.order_by({'newer': [{'attributes.revision': {'order': 'desc', 'cast': 'i'}}]})
    me = orm.User.collection.get_default()
    assert me is not None
    for latest in query.all(flat=True):
        if latest.user.pk == material.user.pk or is_visible(latest, me):
            raise RevisionConflictError(
                f'revision {material.revision} of material {material.name!r} is not its newest: '
                f'revise revision {latest.revision} ({latest.uuid}) instead'
            )


@contextmanager
def revising() -> Iterator[None]:
    """Let one process of this instance at a time check a material and revise it."""
    with (home() / 'revise_material.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@calcfunction
def revise_material(material: Material, changes: orm.Dict) -> Material | ExitCode:
    """Make the next revision of a material.

    Fails with exit status 409 when the revision is not the newest, 320 when the changes are not valid.

    :param material: the newest revision
    :param changes: the new values of name, formula, description, tags, metadata or archived
    """
    try:
        check_newest(material)
        # Of all revisions, seen or not: no number is given twice.
        return material.revised(changes.get_dict(), newest(material.material_id).revision + 1)
    except RevisionConflictError as error:
        return ExitCode(CONFLICT, str(error))
    except ValueError as error:
        return ExitCode(INVALID_CHANGES, str(error))

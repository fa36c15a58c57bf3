"""Which fine-tuned model somebody means: one that they see, by its key or its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from aiida import orm

    from nanoos_plugins.data.model import Model

_KEY = re.compile(r'\d{1,18}')


def find_potential(identifier: str) -> Model:
    """Return the fine-tuned model that is meant by a pk, a UUID or a name.

    A name means the newest model of that name and of a kind that can be run: one's own, else the system's. A
    model that who acts does not see is as if it were not there.

    :raises ValueError: when there is none, or it is of another kind.
    """
    from aiida import orm

    from nanoos_plugins.calculations.mlip import KIND, validate_potential
    from nanoos_plugins.data.model import Model
    from nanoos_plugins.storage.shares import is_visible

    me = orm.User.collection.get_default()
    assert me is not None
    for filters in _meanings(identifier, me, KIND):
        query = orm.QueryBuilder().append(Model, filters=filters, tag='model')
        found: Model | None = query.order_by({'model': {'id': 'desc'}}).limit(1).first(flat=True)
        if found is None or not is_visible(found, me):
            continue
        wrong = validate_potential(found, None)
        if wrong is not None:
            raise ValueError(wrong)
        return found
    raise ValueError(
        f'potential {identifier!r:.80}: there is no such model of kind {KIND}; see `nanoos model list`'
    )


def _meanings(identifier: str, me: orm.User, kind: str) -> list[dict[str, Any]]:
    """Return the filters of what is meant, the best first."""
    from nanoos_plugins.storage.owner import system_user

    if _KEY.fullmatch(identifier):
        return [{'id': int(identifier)}]
    try:
        return [{'uuid': str(UUID(identifier))}]
    except ValueError:
        pass
    named = {'attributes.name': identifier, 'attributes.kind': kind}
    return [{**named, 'user_id': user.pk} for user in (me, system_user())]


def check_elements(model: Model, elements: set[str]) -> None:
    """Refuse elements that a model has not learnt.

    :raises ValueError: names them and those that it has.
    """
    learnt = model.base.attributes.get('elements')
    unknown = sorted(elements - set(learnt))
    if unknown:
        raise ValueError(
            f'potential {model.name} has learnt {", ".join(learnt)}, not {", ".join(unknown)}; train one on '
            'data with all elements of the structure'
        )

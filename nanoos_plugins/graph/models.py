"""Models: a list by target, with their errors."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nanoos_plugins.data.model import STAGE, Stage
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.nodes import is_node
from nanoos_plugins.graph.seen import newest_first_seen
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

MODEL_TYPE = 'data.nanoos.model.Model.'


#: Errors on rows that a model had not seen.
METRICS = ('mae', 'rmse', 'r2', 'coverage')


def list_models(
    limit: int = 20,
    after: Cursor | None = None,
    target: str | None = None,
    viewer: Viewer | None = None,
    stage: Stage | None = None,
    name: str | None = None,
    text: str | None = None,
    owner: str | None = None,
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` models, newest first, and the cursor behind them; None does not restrict.

    :param text: in the name or the target, in upper or lower case.
    :param owner: e-mail.

    `mae`, `rmse`, `r2` and `coverage` are those of rows that the model had not seen; `version` counts the
    models of one name and owner that the viewer sees, in the order in which they came.
    """
    attributes, statement = tables().node.c.attributes, _select(viewer)
    for key, value in (('target', target), ('name', name)):
        if value is not None:
            statement = statement.where(attributes[key].as_string() == value)
    if stage is not None:
        statement = statement.where(_stage() == stage)
    if text is not None:
        places = (attributes[key].as_string().icontains(text, autoescape=True) for key in ('name', 'target'))
        statement = statement.where(sa.or_(*places))
    if owner is not None:
        statement = statement.where(tables().user.c.email == owner)
    return newest_first_seen(statement, limit, after, viewer)


def find_model(uuid: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the row of a model as `list_models` has it, and what else its attributes say.

    That is: `elements`, `metrics`, `calibration`, `pretrained`, `digest`.

    :raises LookupError: when the viewer sees no such model.
    """
    node = tables().node
    keys = ('elements', 'metrics', 'calibration', 'pretrained', 'digest')
    more = [node.c.attributes[key].label(key) for key in keys]
    statement = _select(viewer).add_columns(*more).where(is_node(uuid), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
    if found is None:
        raise LookupError(f'there is no model {uuid}')
    return dict(found)


def _stage() -> sa.ColumnElement[str]:
    return sa.func.coalesce(tables().node.c.extras[STAGE].as_string(), 'candidate')


def _select(viewer: Viewer | None) -> sa.Select[Any]:
    """Return the projection of a model."""
    node, user = tables().node, tables().user
    texts = ('name', 'kind', 'target', 'unit')
    metrics = node.c.attributes['metrics']
    return (
        sa.select(
            node.c.id.label('pk'),
            node.c.uuid,
            node.c.ctime.label('created'),
            user.c.email.label('owner'),
            # An archive from outside may lack them.
            *(sa.func.coalesce(node.c.attributes[key].as_string(), '').label(key) for key in texts),
            *(metrics[key].as_float().label(key) for key in METRICS),
            _version(viewer).label('version'),
            _stage().label('stage'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == MODEL_TYPE)
    )


def version_of(pk: int, viewer: Viewer | None = None) -> int:
    """Return the version of a model, see `list_models`."""
    with connection(viewer) as opened:
        found = opened.scalar(sa.select(_version(viewer)).where(tables().node.c.id == pk))
    return int(found or 0)


def _version(viewer: Viewer | None) -> sa.ScalarSelect[int]:
    """Return how many models of the name and owner of a row there are up to it."""
    node, other = tables().node, tables().node.alias('other')
    return (
        sa.select(sa.func.count())
        .select_from(other)
        .where(
            other.c.node_type == MODEL_TYPE,
            other.c.user_id == node.c.user_id,
            other.c.attributes['name'].as_string() == node.c.attributes['name'].as_string(),
            other.c.id <= node.c.id,
            seen_by(viewer, other.c),
        )
        .correlate(node)
        .scalar_subquery()
    )

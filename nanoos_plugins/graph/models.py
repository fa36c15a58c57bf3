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
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return up to `limit` models, newest first, and the cursor behind them; None does not restrict.

    `mae`, `rmse`, `r2` and `coverage` are those of rows that the model had not seen.
    """
    attributes, statement = tables().node.c.attributes, _select()
    for key, value in (('target', target), ('name', name)):
        if value is not None:
            statement = statement.where(attributes[key].as_string() == value)
    if stage is not None:
        statement = statement.where(_stage() == stage)
    return newest_first_seen(statement, limit, after, viewer)


def find_model(uuid: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Return the row of a model as `list_models` has it, and what else its attributes say.

    That is: `elements`, `metrics`, `calibration`, `pretrained`, `digest`.

    :raises LookupError: when the viewer sees no such model.
    """
    node = tables().node
    keys = ('elements', 'metrics', 'calibration', 'pretrained', 'digest')
    more = [node.c.attributes[key].label(key) for key in keys]
    statement = _select().add_columns(*more).where(is_node(uuid), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        found = opened.execute(statement).mappings().first()
    if found is None:
        raise LookupError(f'there is no model {uuid}')
    return dict(found)


def _stage() -> sa.ColumnElement[str]:
    return sa.func.coalesce(tables().node.c.extras[STAGE].as_string(), 'candidate')


def _select() -> sa.Select[Any]:
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
            _stage().label('stage'),
        )
        .join(user, node.c.user_id == user.c.id)
        .where(node.c.node_type == MODEL_TYPE)
    )

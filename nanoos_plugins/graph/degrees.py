"""How many links nodes have to what a viewer sees: what a picture of their surroundings does not show yet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.at_once import fetch
from nanoos_plugins.graph.nodes import chunks
from nanoos_plugins.graph.somebody import parameters_of, somebody
from nanoos_plugins.graph.tables import Tables, connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: Most links that are counted of a node in one direction: a code may be used a hundred thousand times.
MOST_COUNTED = 100


def count_links(viewer: Viewer | None, pks: Iterable[int]) -> dict[int, int]:
    """Return how many links each of the nodes has to nodes that the viewer sees.

    :param pks: keys of nodes that the viewer sees.
    """
    statement = _counts(tables(), somebody(viewer))
    with connection(viewer) as opened:
        rows = [
            row
            for chunk in chunks(pks)
            for row in fetch(opened, statement, {'pks': chunk, **parameters_of(viewer)})
        ]
    return {row[0]: row[1] + row[2] for row in rows}


@lru_cache
def _counts(tabled: Tables, viewer: Viewer | None) -> sa.Select[Any]:
    """Return the statement of the nodes `pks`, each with the numbers of its links in and out."""
    link = tabled.link
    return sa.select(
        tabled.node.c.id,
        _counted(tabled, viewer, link.c.output_id, link.c.input_id).label('incoming'),
        _counted(tabled, viewer, link.c.input_id, link.c.output_id).label('outgoing'),
    ).where(among(tabled.node.c.id, 'pks'))


def _counted(
    tabled: Tables, viewer: Viewer | None, here: sa.ColumnElement[int], there: sa.ColumnElement[int]
) -> sa.ScalarSelect[int]:
    """Return the number of links of a node whose end `there` the viewer sees."""
    other = tabled.node.alias('other')
    some = (
        sa.select(sa.literal_column('1').label('one'))
        .select_from(tabled.link)
        .join(other, other.c.id == there)
        .where(here == tabled.node.c.id, seen_by(viewer, other.c))
        .limit(sa.literal_column(str(MOST_COUNTED), sa.Integer))
        .correlate(tabled.node)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()

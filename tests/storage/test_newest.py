"""Pages of what somebody sees, newest first."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from nanoos_plugins.storage.newest import newest_seen
from nanoos_plugins.storage.shares import Viewer, seen_by
from nanoos_plugins.storage.sqlite_dos import INDEXES
from tests.storage.graphs import GROUP, MEMBER, NODE, USER, add_tenants


@pytest.mark.parametrize('viewer', [Viewer(1), Viewer(2), Viewer(3), Viewer(2, 1), None])
@pytest.mark.parametrize('limit', [1, 7, 200])
def test_pages_of_the_newest_hold_what_is_seen(
    database: sa.Connection, viewer: Viewer | None, limit: int
) -> None:
    add_tenants(database)
    group = {'id': 1, 'uuid': uuid4().hex, 'label': 'some', 'user_id': 1}
    database.execute(sa.insert(GROUP).values(group))
    for pk in range(1, 121, 2):
        database.execute(sa.insert(MEMBER).values(dbgroup_id=1, dbnode_id=pk))
    is_asked = NODE.c.id % 5 != 0
    newest = (NODE.c.ctime.desc(), NODE.c.id.desc())
    asked = sa.select(NODE.c.id).where(is_asked, seen_by(viewer, NODE.c)).order_by(*newest)
    statement = sa.select(NODE.c.id, NODE.c.ctime, USER.c.email).join(USER).where(is_asked)
    found, after = [], None
    while rows := database.execute(newest_seen(statement, NODE, viewer, limit, after)).all():
        assert len(rows) <= limit
        found += [row.id for row in rows]
        after = (rows[-1].ctime, rows[-1].id)
    assert found == database.scalars(asked).all()
    assert len(found) > 10


def test_pages_follow_indexes(database: sa.Connection) -> None:
    """No branch of a page sorts or scans the nodes, whoever asks."""
    for name, columns in INDEXES.items():
        database.exec_driver_sql(f'CREATE INDEX {name} ON {columns}')
    add_tenants(database)
    database.exec_driver_sql('ANALYZE')
    page = newest_seen(sa.select(NODE.c.id, NODE.c.ctime), NODE, Viewer(2), 50, None)
    text = str(page.compile(database, compile_kwargs={'literal_binds': True}))
    steps = [row.detail for row in database.exec_driver_sql(f'EXPLAIN QUERY PLAN {text}')]
    assert not [step for step in steps if step.startswith('SCAN db_dbnode')], steps
    assert [step for step in steps if 'ix_nanoos_cover_ctime (root_id=?' in step], steps
    assert len([step for step in steps if 'ix_nanoos_node_user_ctime_id (user_id=?' in step]) == 2, steps
    # The keys that the branches found are sorted, and the page itself; the branches are not.
    assert len([step for step in steps if step == 'USE TEMP B-TREE FOR ORDER BY']) == 2, steps

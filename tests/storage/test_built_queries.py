"""Queries that were built once are used again, and only where the very same is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.storage.tenancy import BUILT, LONGEST_KEY, MOST_BUILT

pytestmark = pytest.mark.usefixtures('profile')


def built() -> Any:
    """Return the queries that this session has kept, by their keys."""
    storage: Any = orm.Node.collection.backend
    return storage.get_session().info[BUILT]


def numbers(**filters: Any) -> orm.QueryBuilder:
    return orm.QueryBuilder().append(orm.Int, filters=filters, project='attributes.value')


def test_a_new_builder_that_asks_the_same_gets_the_same_query_and_a_new_answer() -> None:
    label = 'asked twice'
    assert numbers(label=label).all(flat=True) == []
    kept = list(built())
    orm.Int(7, label=label).store()
    assert numbers(label=label).all(flat=True) == [7]
    assert list(built())[-1] == kept[-1]
    assert len(built()) == len(kept) <= MOST_BUILT


def test_times_that_nearly_agree_are_told_apart() -> None:
    node = orm.Float(1.5).store()
    assert numbers_before(node, node.ctime) == 0
    assert numbers_before(node, node.ctime + timedelta(microseconds=1)) == 1


def numbers_before(node: orm.Float, moment: datetime) -> int:
    filters = {'id': node.pk, 'ctime': {'<': moment.astimezone(UTC)}}
    return orm.QueryBuilder().append(orm.Float, filters=filters).count()


def test_only_so_many_and_no_long_ones_are_kept() -> None:
    for number in range(MOST_BUILT + 10):
        numbers(id=number).all()
    assert len(built()) == MOST_BUILT
    before = list(built())
    numbers(id={'in': list(range(LONGEST_KEY))}).all()
    assert list(built()) == before

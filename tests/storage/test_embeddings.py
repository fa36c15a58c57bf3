"""Embeddings as vectors: kept by PostgreSQL where it has pgvector, whoever writes and whatever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from aiida.storage.psql_dos.utils import create_sqlalchemy_engine

from nanoos_plugins.data.features import pooled
from nanoos_plugins.storage import embeddings, tables
from nanoos_plugins.storage.embeddings import EMBEDDINGS, FEATURES_TYPE, WIDTH, has_embeddings, is_embedding
from nanoos_plugins.storage.security import release, secure, tell
from nanoos_plugins.storage.shares import Viewer
from tests.postgres import Postgres
from tests.storage.graphs import NODE, START, insert, open_database

ONES = [1.0] * WIDTH


@pytest.fixture
def opened(postgres_engine: sa.Engine) -> Iterator[sa.Connection]:
    """Return a connection to an empty database on PostgreSQL."""
    connection = open_database(postgres_engine)
    yield connection
    connection.close()


def store(
    opened: sa.Connection, numbers: Any, kind: str = FEATURES_TYPE, owner: int = 1, **others: Any
) -> int:
    """Store features by plain SQL, and return their key."""
    attributes = {'pretrained': 'chgnet-0.3.0', 'version': 1, 'pooled': numbers, **others}
    row = {'uuid': uuid4().hex, 'user_id': owner, 'node_type': kind, 'ctime': START, 'attributes': attributes}
    pk: int = opened.execute(insert(opened, NODE).values(row)).inserted_primary_key[0]
    return pk


def kept(opened: sa.Connection, pk: int) -> list[tuple[int, str, str]]:
    """Return owner, network and version of the embeddings of a node."""
    columns = EMBEDDINGS.c.user_id, EMBEDDINGS.c.pretrained, EMBEDDINGS.c.version
    return [tuple(row) for row in opened.execute(sa.select(*columns).where(EMBEDDINGS.c.node_id == pk))]  # type: ignore[misc]


def direction(opened: sa.Connection, pk: int) -> list[float]:
    asked = sa.text('SELECT direction::text::jsonb FROM nanoos_embedding WHERE node_id = :pk')
    found: list[float] = opened.execute(asked, {'pk': pk}).scalar_one()
    return found


def test_the_direction_of_an_embedding_is_kept(opened: sa.Connection) -> None:
    numbers = np.random.default_rng(0).normal(size=WIDTH)
    features = store(opened, pooled({'mean': numbers}), owner=2)
    assert kept(opened, features) == [(2, 'chgnet-0.3.0', '1')]
    expected = numbers / np.linalg.norm(numbers)
    assert direction(opened, features) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert kept(opened, store(opened, ONES, kind='data.core.dict.Dict.')) == []


@pytest.mark.parametrize(
    'value',
    [
        None,
        'words',
        str(ONES),
        {'a': 1},
        [],
        [1.0, 2.0],
        [1.0] * 20_000,
        [0.0] * WIDTH,
        ['1'] * WIDTH,
        [None] * WIDTH,
        [[1.0]] * WIDTH,
        [True] * WIDTH,
        [1e300] * WIDTH,
        [10**400] * WIDTH,
    ],
)
def test_what_is_no_embedding_is_left_out_and_stored_all_the_same(opened: sa.Connection, value: Any) -> None:
    features = store(opened, value)
    assert kept(opened, features) == []
    assert opened.scalar(sa.select(NODE.c.id).where(NODE.c.id == features)) == features
    assert not is_embedding(value)


def test_why_there_is_none_or_of_what_it_is_counts_too(opened: sa.Connection) -> None:
    assert kept(opened, store(opened, ONES, problem='an isolated atom')) == []
    assert kept(opened, store(opened, ONES, pretrained=None)) == []
    assert kept(opened, store(opened, ONES, version='x')) == [(1, 'chgnet-0.3.0', 'x')]
    assert is_embedding(ONES)


def test_changes_are_followed(opened: sa.Connection) -> None:
    features = store(opened, ONES)
    this = sa.update(NODE).where(NODE.c.id == features)
    changed = {'pretrained': 'chgnet-r2scan', 'version': 2, 'pooled': [-1.0, *[0.0] * (WIDTH - 1)]}
    opened.execute(this.values(attributes=changed))
    assert kept(opened, features) == [(1, 'chgnet-r2scan', '2')]
    assert direction(opened, features)[:2] == [-1, 0]
    opened.execute(this.values(user_id=3))
    assert kept(opened, features) == [(3, 'chgnet-r2scan', '2')]
    opened.execute(this.values(attributes={**changed, 'pooled': []}))
    assert kept(opened, features) == []
    opened.execute(this.values(attributes=changed))
    opened.execute(sa.delete(NODE).where(NODE.c.id == features))
    assert kept(opened, features) == []


def test_all_of_it_is_made_again_but_not_twice(opened: sa.Connection) -> None:
    embeddings.unwatch(opened)
    assert not has_embeddings(opened)
    features = store(opened, ONES)
    embeddings.watch(opened)
    assert kept(opened, features) == [(1, 'chgnet-0.3.0', '1')]
    opened.execute(sa.update(EMBEDDINGS).values(version='untouched'))
    embeddings.watch(opened)
    assert kept(opened, features) == [(1, 'chgnet-0.3.0', 'untouched')]
    opened.exec_driver_sql("COMMENT ON TABLE nanoos_embedding IS 'an older version'")
    embeddings.watch(opened)
    assert kept(opened, features) == [(1, 'chgnet-0.3.0', '1')]
    opened.rollback()


def test_sqlite_has_none(database: sa.Connection) -> None:
    embeddings.watch(database)
    assert not has_embeddings(database)
    assert not sa.inspect(database).has_table(EMBEDDINGS.name)
    embeddings.unwatch(database)


def test_a_server_may_lose_the_extension_and_get_it(postgres: Postgres) -> None:
    """Only its superuser may make it; then a migration, as the owner, makes the rest."""
    config = postgres.create_database()
    superuser = sa.create_engine(postgres.url(config['database_name']), isolation_level='AUTOCOMMIT')
    engine = create_sqlalchemy_engine(config)
    reader = sa.create_engine(
        engine.url.set(username=config['reader_username'], password=config['reader_password'])
    )
    try:
        with open_database(engine) as opened:
            secure(opened, config['reader_username'])
            features = [store(opened, ONES)]
            opened.commit()
            with superuser.connect() as mighty:
                mighty.exec_driver_sql('DROP EXTENSION vector CASCADE')
            features.append(store(opened, ONES))
            opened.commit()
            for extension in (False, True):
                release(opened)
                tables.unwatch(opened)
                tables.create(opened)
                secure(opened, config['reader_username'])
                opened.commit()
                assert has_embeddings(opened) == extension
                features.append(store(opened, ONES))
                opened.commit()
                with superuser.connect() as mighty:
                    mighty.exec_driver_sql('CREATE EXTENSION IF NOT EXISTS vector')
            with reader.connect() as reading:
                tell(reading, Viewer(1))
                found = reading.scalars(sa.select(EMBEDDINGS.c.node_id).order_by(EMBEDDINGS.c.node_id))
                assert found.all() == features
                tell(reading, Viewer(2))
                assert reading.scalars(sa.select(EMBEDDINGS.c.node_id)).all() == []
    finally:
        for one in (superuser, engine, reader):
            one.dispose()

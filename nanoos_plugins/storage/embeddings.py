"""Embeddings of structures as vectors of pgvector, kept by the database where its server has that extension.

The attribute itself is a list of 64 numbers in JSON, and to read 100 000 of them takes seconds. So
`nanoos_embedding` has their directions, one row a node, made by triggers whoever writes. What is no embedding
is left out, and keeps no node from being stored. Without the extension there is no table, and searches do
without, as on SQLite.

There is no approximate index: it would not find all, least of all for those who see few of many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.storage.shares import METADATA, reference

FEATURES_TYPE = 'data.nanoos.features.Features.'
#: Numbers of an embedding.
WIDTH = 64
#: Near the end of single precision.
_LARGEST = 1e38


class Vector(sa.types.UserDefinedType[Sequence[float]]):
    """A vector of pgvector with as many numbers as an embedding, in single precision."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return its name in SQL."""
        return f'vector({WIDTH})'

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Sequence[float] | None], str | None]:
        """Return what writes numbers as the extension reads them."""
        return lambda numbers: None if numbers is None else f'[{",".join(map(str, numbers))}]'


EMBEDDINGS = sa.Table(
    'nanoos_embedding',
    METADATA,
    sa.Column('node_id', reference('db_dbnode'), primary_key=True),
    sa.Column('user_id', reference('db_dbuser'), nullable=False, index=True, comment='owner of the node'),
    sa.Column('pretrained', sa.String, nullable=False, comment='network of which it is an embedding'),
    sa.Column('version', sa.String, nullable=False, comment='of the computation'),
    sa.Column('direction', Vector, nullable=False, comment='the embedding divided by its length'),
)

#: NULL where there is none. Whatever a node has in its place is no error: an archive may bring anything.
_DIRECTION = f"""
CREATE OR REPLACE FUNCTION nanoos_direction(attributes jsonb) RETURNS vector IMMUTABLE LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE embedding vector;
BEGIN
    IF attributes ->> 'problem' IS NOT NULL OR jsonb_typeof(attributes -> 'pooled') <> 'array' THEN
        RETURN NULL;
    END IF;
    embedding := (attributes ->> 'pooled')::vector({WIDTH});
    RETURN CASE WHEN vector_norm(embedding) > 0 THEN l2_normalize(embedding) END;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN RETURN NULL;
END $body$"""
_INSERT = """WITH made AS MATERIALIZED (
        SELECT n.id, n.user_id, n.attributes ->> 'pretrained' AS pretrained,
            n.attributes ->> 'version' AS version, nanoos_direction(n.attributes) AS direction
        FROM db_dbnode n WHERE n.node_type = '{type}'{condition})
    INSERT INTO nanoos_embedding (node_id, user_id, pretrained, version, direction)
    SELECT id, user_id, pretrained, version, direction FROM made
    WHERE pretrained IS NOT NULL AND version IS NOT NULL AND direction IS NOT NULL"""
_FILL = _INSERT.format(type=FEATURES_TYPE, condition='')
_KEEP = f"""
CREATE OR REPLACE FUNCTION nanoos_embedding_keep() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
    -- Neither is there when the extension has been dropped, or a server without it has got a backup.
    IF to_regclass('nanoos_embedding') IS NULL OR to_regprocedure('nanoos_direction(jsonb)') IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM nanoos_embedding WHERE node_id = NEW.id;
    {_INSERT.format(type=FEATURES_TYPE, condition=' AND n.id = NEW.id')};
    RETURN NULL;
END $body$"""
_TRIGGERS = tuple(
    f'CREATE TRIGGER nanoos_embedding_{event.split()[0].lower()} AFTER {event} ON db_dbnode FOR EACH ROW'
    f" WHEN (NEW.node_type = '{FEATURES_TYPE}'{condition}) EXECUTE FUNCTION nanoos_embedding_keep()"
    for event, condition in (
        ('INSERT', ''),
        (
            'UPDATE OF attributes, user_id',
            ' AND (OLD.user_id <> NEW.user_id OR OLD.attributes IS DISTINCT FROM NEW.attributes)',
        ),
    )
)
_STATEMENTS = (_DIRECTION, _KEEP, *_TRIGGERS, _FILL)
#: Another one makes all of it anew.
_VERSION = sha256('\n'.join([str(sa.schema.CreateTable(EMBEDDINGS)), *_STATEMENTS]).encode()).hexdigest()


def is_embedding(value: object) -> bool:
    """Return whether what was read of JSON is as many numbers as an embedding has, not all of them 0."""
    if not isinstance(value, list) or len(value) != WIDTH or not set(map(type, value)) <= {int, float}:
        return False
    return any(value) and all(abs(number) < _LARGEST for number in value)


def has_extension(connection: sa.Connection) -> bool:
    """Return whether a database has pgvector, of a version (0.7) that can do what is needed here."""
    if connection.dialect.name != 'postgresql':
        return False
    return connection.scalar(_NORMALISES) is not None


#: Before PostgreSQL 16 it is an error to ask for a function of a type that there is not.
_NORMALISES = sa.text(
    "SELECT CASE WHEN to_regtype('vector') IS NOT NULL THEN to_regprocedure('l2_normalize(vector)') END"
)


def has_embeddings(connection: sa.Connection) -> bool:
    """Return whether a database keeps embeddings as vectors.

    To drop the extension takes the column along.
    """
    if connection.dialect.name != 'postgresql':
        return False
    return bool(connection.scalar(_HAS_COLUMN))


_HAS_COLUMN = sa.text(
    "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('nanoos_embedding')"
    " AND attname = 'direction' AND NOT attisdropped"
)


def watch(connection: sa.Connection) -> None:
    """Make table and triggers where they are missing or of another version, and all rows.

    The extension is made as well, if whoever connects may do so. Where there is none nothing is done.
    """
    if connection.dialect.name != 'postgresql':
        return
    if not has_extension(connection):
        add_extension(connection)
    if not has_extension(connection) or (has_embeddings(connection) and _noted(connection) == _VERSION):
        return
    unwatch(connection)
    METADATA.create_all(connection, tables=[EMBEDDINGS])
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON TABLE nanoos_embedding IS '{_VERSION}'")


def unwatch(connection: sa.Connection) -> None:
    """Remove table and triggers, which keep AiiDA from changing its tables. `watch` makes all of it again."""
    if connection.dialect.name != 'postgresql':
        return
    connection.exec_driver_sql('DROP FUNCTION IF EXISTS nanoos_embedding_keep() CASCADE')
    connection.exec_driver_sql('DROP FUNCTION IF EXISTS nanoos_direction(jsonb)')
    connection.exec_driver_sql('DROP TABLE IF EXISTS nanoos_embedding')


def add_extension(connection: sa.Connection) -> None:
    """Make the extension if the server has it and whoever connects may do so; else nothing happens."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql('CREATE EXTENSION IF NOT EXISTS vector')
    except (sa.exc.NotSupportedError, sa.exc.ProgrammingError):
        return  # the server does not have it, or only a superuser may make it


def _noted(connection: sa.Connection) -> str | None:
    statement = "SELECT obj_description('nanoos_embedding'::regclass, 'pg_class')"
    noted: str | None = connection.scalar(sa.text(statement))
    return noted

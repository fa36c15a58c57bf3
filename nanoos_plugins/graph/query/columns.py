"""What a field of a vertex is in the database: a column, or JSON as text, never parsed on its way."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from nanoos_plugins.graph.nodes import CHECKPOINT
from nanoos_plugins.graph.query.words import COLUMNS

Expression = sa.ColumnElement[Any]


def is_json(entity: str, field: str, cast: str | None = None) -> bool:
    """Return whether a field comes as JSON text."""
    return COLUMNS[entity].get(field.split('.')[0]) == 'json' and cast is None


def expression(dialect: str, entity: str, table: sa.FromClause, field: str, cast: str | None) -> Expression:
    """Return the expression of a field; NULL where a path leads nowhere or the value is not of the cast.

    :param table: what has the columns of the entity.
    :param cast: AiiDA's `f`, `i` or `t`; without it a path gives JSON as text.
    """
    column, *path = field.split('.')
    if column == 'pk':
        return table.c.id
    if not path:
        return _whole(dialect, entity, table, column)
    sqlite = dialect == 'sqlite'
    value = _sqlite_value if sqlite else _postgresql_value
    return value(table.c[column], path, cast)


def _whole(dialect: str, entity: str, table: sa.FromClause, column: str) -> Expression:
    content = table.c[column]
    if not is_json(entity, column):
        return content
    text = sa.cast(content, sa.Text)
    if (entity, column) != ('node', 'attributes'):
        return text
    rest = (
        sa.func.json_remove(content, f'$.{CHECKPOINT}')
        if dialect == 'sqlite'
        else sa.type_coerce(content, sa.Text).op('-')(CHECKPOINT)
    )
    return sa.case((table.c.node_type.startswith('process.'), sa.cast(rest, sa.Text)), else_=text)


def _sqlite_value(column: sa.ColumnElement[Any], path: list[str], cast: str | None) -> Expression:
    where = '$' + ''.join(f'."{key}"' for key in path)
    kind, value = sa.func.json_type(column, where), sa.func.json_extract(column, where)
    if cast is None:
        # SQLite gives true and false as numbers.
        return sa.case(
            (kind.in_(['true', 'false']), kind),
            (kind.is_not(None), sa.func.json_quote(value, type_=sa.Text)),
        )
    if cast == 't':
        return sa.case((kind == 'text', sa.type_coerce(value, sa.Text)))
    number: sa.types.TypeEngine[Any] = sa.Float() if cast == 'f' else sa.Integer()
    return sa.case((kind.in_(['integer', 'real']), sa.cast(value, number)))


def _postgresql_value(column: sa.ColumnElement[Any], path: list[str], cast: str | None) -> Expression:
    where = postgresql.array(path, type_=sa.Text)
    value = sa.type_coerce(column, postgresql.JSONB).op('#>', return_type=postgresql.JSONB())(where)
    if cast is None:
        return sa.cast(value, sa.Text)
    kind = sa.func.jsonb_typeof(value)
    text = sa.type_coerce(column, postgresql.JSONB).op('#>>', return_type=sa.Text())(where)
    if cast == 't':
        return sa.case((kind == 'string', text))
    # By way of the exact number: beyond double precision there is none to compare with.
    exact = sa.case((kind == 'number', sa.cast(text, sa.Numeric)))
    near = sa.case((sa.func.abs(exact) < sa.literal_column('1e300::numeric'), sa.cast(exact, sa.Double)))
    return near if cast == 'f' else sa.func.trunc(near, type_=sa.Double)

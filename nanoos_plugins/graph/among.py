"""Whether a column is among many values, as one statement however many they are.

With a parameter for each of them, a statement is written anew for each number of values: PostgreSQL would
plan it each time, and SQLAlchemy build it.
"""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Json(sa.TypeDecorator[list[Any]]):
    """A list that is one text for SQLite, which has no arrays."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:
        """Return the list as JSON."""
        return orjson.dumps(value).decode()


class among(FunctionElement[bool]):  # noqa: N801  # it reads as a function of SQL
    """The condition that a column has one of the values of a list, which is the parameter `name`."""

    inherit_cache = True
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        values = sa.ARRAY(type(column.type)).with_variant(_Json(), 'sqlite')
        super().__init__(column, sa.bindparam(name, type_=values))

    def self_group(self, against: Any = None) -> among:
        """Return the condition as it is: compared with 1, as SQLAlchemy does for SQLite, no index has it."""
        return self


@compiles(among, 'sqlite')
def _on_sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f'{column} IN (SELECT value FROM json_each({values}))'


@compiles(among, 'postgresql')
def _on_postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f'{column} = ANY ({values})'

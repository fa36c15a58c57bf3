"""The filters of a vertex or edge: each word is known, each value fits its column, all is within bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from nanoos_plugins.graph.nodes import CHECKPOINT
from nanoos_plugins.graph.query.words import (
    CLOSED_COLUMNS,
    COLUMNS,
    JSON_TYPES,
    OPERATORS,
    Kind,
    QueryError,
    check_word,
    show,
)

#: Most comparisons of a vertex, most values of a list, deepest nesting, longest text [characters].
MOST_CONDITIONS, MOST_VALUES, MOST_DEPTH, LONGEST = 100, 1000, 8, 10_000
LOGICAL = ('and', 'or', '!and', '!or', '~and', '~or')
#: In a path of JSON these mean something to a database.
_SYNTAX = frozenset('"\\{}[],')
#: What every database holds as a whole number.
_LARGEST = 2**63
#: Up to here whole numbers and double precision are the same.
_EXACT = 2**53


class Checker:
    """Checks the filters of one vertex or edge.

    :param where: its place in the query, for messages.
    :param entity: whose columns they are, `link` for an edge.
    """

    def __init__(self, where: str, entity: str) -> None:
        self.where = where
        self.entity = entity
        self._conditions = 0

    def check(self, spec: Any, depth: int = 0) -> dict[str, Any]:
        """Return the filters with values as AiiDA's QueryBuilder takes them.

        :raises QueryError: for the first thing that is wrong.
        """
        if not isinstance(spec, dict):
            raise QueryError(f'{self.where}: expected an object of columns, got {show(spec)}')
        self._bound(depth)
        checked: dict[str, Any] = {}
        for name, condition in spec.items():
            if name in LOGICAL:
                checked[name] = [self.check(one, depth + 1) for one in self._list(name, condition)]
            else:
                kind = check_field(self.where, self.entity, name)
                checked[name] = self._condition(name, kind, condition, depth)
        return checked

    def _condition(self, name: str, kind: Kind, condition: Any, depth: int) -> dict[str, Any]:
        """Return the comparisons of one column, `{operator: value}`."""
        self._bound(depth)
        if not isinstance(condition, dict):
            condition = {'==': condition}
        checked: dict[str, Any] = {}
        for word, value in condition.items():
            operator = str(word).removeprefix('!').removeprefix('~') if word[:1] in '!~' else word
            negated = '~' if operator != word else ''
            if operator in ('and', 'or'):
                parts = [self._condition(name, kind, one, depth + 1) for one in self._list(word, value)]
                checked[negated + operator] = parts
                continue
            self._conditions += 1
            self._bound(depth)
            where = f'{self.where}: {name}'
            known = ('has_key',) if kind == 'json' and '.' not in name else OPERATORS[kind]
            check_word(where, 'operator', operator, known)
            checked[negated + operator] = _VALUES[kind](f'{where} {word}', operator, value)
            if kind == 'json' and '.' not in name and value == CHECKPOINT:
                raise QueryError(f'{where}: {CHECKPOINT} are not open to queries')
        return checked

    def _list(self, word: str, value: Any) -> list[Any]:
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            raise QueryError(f'{self.where}: {word} takes a list of objects, got {show(value)}')
        return value

    def _bound(self, depth: int) -> None:
        if self._conditions > MOST_CONDITIONS or depth > MOST_DEPTH:
            raise QueryError(
                f'{self.where}: at most {MOST_CONDITIONS} conditions, nested {MOST_DEPTH} deep, are taken'
            )


def check_field(where: str, entity: str, name: Any) -> Kind:
    """Return what a column, or a path into one of JSON, holds.

    :raises QueryError: when it is not there or not open to queries.
    """
    if not isinstance(name, str):
        raise QueryError(f'{where}: expected the name of a column, got {show(name)}')
    column, *path = name.split('.')
    columns = COLUMNS[entity]
    # AiiDA has words of its own for both; what else it has is closed.
    closed = {word: reason for word, reason in CLOSED_COLUMNS.items() if word not in columns}
    kind = columns[check_word(where, f'column of a {entity}', column, columns, closed)]
    if path and kind != 'json':
        raise QueryError(f'{where}: {column} is no JSON; there is no path {show(name)} in it')
    if path and path[0] == CHECKPOINT:
        raise QueryError(f'{where}: {CHECKPOINT} are not open to queries')
    for key in path:
        if not key or key != key.strip() or _SYNTAX & set(key) or not key.isprintable() or len(key) > 200:
            raise QueryError(f'{where}: a key in a path is plain text, got {show(key)} in {show(name)}')
    return kind


def check_text(where: str, value: Any) -> str:
    """Return a text that every database takes.

    :raises QueryError: when it is none.
    """
    if not isinstance(value, str) or len(value) > LONGEST or '\0' in value or not _is_unicode(value):
        raise QueryError(f'{where}: expected a text of at most {LONGEST} characters, got {show(value)}')
    return value


def _is_unicode(text: str) -> bool:
    return not any('\ud800' <= letter <= '\udfff' for letter in text)


def _pattern(where: str, value: Any) -> str:
    text = check_text(where, value)
    if (len(text) - len(text.rstrip('\\'))) % 2:
        raise QueryError(f'{where}: a pattern cannot end with a single backslash, got {show(text)}')
    return text


def _uuid(where: str, operator: str, value: Any) -> Any:
    if operator == 'like':
        return _pattern(where, value)
    values = _values(where, value) if operator == 'in' else [value]
    try:
        checked = [str(UUID(check_text(where, one))) for one in values]
    except ValueError:
        raise QueryError(f'{where}: expected a UUID, got {show(value)}') from None
    return checked if operator == 'in' else checked[0]


def _text(where: str, operator: str, value: Any) -> Any:
    if operator in ('like', 'ilike'):
        return _pattern(where, value)
    if operator == 'in':
        return [check_text(where, one) for one in _values(where, value)]
    return check_text(where, value)


def _time(where: str, operator: str, value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(check_text(where, value))
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        if not 1900 <= time.year <= 2200:
            raise ValueError(value)
    except (ValueError, OverflowError):
        raise QueryError(f'{where}: expected a time, 2026-01-31T12:00:00Z, got {show(value)}') from None
    return time


def _json(where: str, operator: str, value: Any) -> Any:
    if operator in ('like', 'ilike'):
        return _pattern(where, value)
    if operator == 'of_type':
        return check_word(where, 'type of JSON', value, JSON_TYPES)
    if operator == 'has_key':
        return check_text(where, value)
    if operator in ('of_length', 'longer', 'shorter'):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            raise QueryError(f'{where}: expected a length, got {show(value)}')
        return value
    if operator == 'in':
        return _same_kind(where, _values(where, value))
    if operator in ('==', 'contains'):
        return _any(where, value, 0)
    return _scalar(where, value)


def _same_kind(where: str, values: list[Any]) -> list[Any]:
    checked = [_scalar(where, one) for one in values]
    if len({type(one) for one in checked}) > 1:
        raise QueryError(f'{where}: expected values of one kind, texts or numbers')
    return checked


def _scalar(where: str, value: Any) -> str | float | int:
    """Return a text or number that can be compared.

    Whole numbers become real ones: on SQLite, AiiDA's comparison with a whole number cuts off what is behind
    the point.
    """
    if isinstance(value, str):
        return check_text(where, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise QueryError(f'{where}: expected a text or a number, got {show(value)}')
    return float(value) if abs(value) <= _EXACT else value


def _is_finite(value: float) -> bool:
    return -_LARGEST <= value < _LARGEST if isinstance(value, int) else math.isfinite(value)


def _any(where: str, value: Any, depth: int) -> Any:
    """Return any JSON but null."""
    if value is None:
        raise QueryError(f"{where}: nothing equals null; ask for {{'of_type': 'null'}}")
    if isinstance(value, bool):
        return value
    if isinstance(value, dict | list):
        return _nested(where, value, depth)
    return _scalar(where, value)


def _nested(where: str, value: Any, depth: int) -> Any:
    if depth > MOST_DEPTH or len(value) > MOST_VALUES:
        raise QueryError(f'{where}: at most {MOST_VALUES} values, nested {MOST_DEPTH} deep, are taken')
    if isinstance(value, dict):
        return {check_text(where, key): _nested_value(where, one, depth) for key, one in value.items()}
    return [_nested_value(where, one, depth) for one in value]


def _nested_value(where: str, value: Any, depth: int) -> Any:
    # Inside of JSON a number is compared as it is written, and null is a value.
    if value is None or isinstance(value, int) and _is_finite(value):
        return value
    return _any(where, value, depth + 1)


def _values(where: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
        raise QueryError(f'{where}: expected a list of 1 to {MOST_VALUES} values, got {show(value)}')
    return value


_VALUES: Mapping[Kind, Callable[[str, str, Any], Any]] = {
    'uuid': _uuid,
    'text': _text,
    'time': _time,
    'json': _json,
}

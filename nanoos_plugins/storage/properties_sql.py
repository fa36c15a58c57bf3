"""The SQL of the triggers that keep the table of declared properties, for SQLite and PostgreSQL alike.

Each node type has triggers of its own, so that a node without declared properties costs a comparison of its
type. A row is made only of a value that the database can compare and index: of another kind it is left out.
AiiDA never changes the type of a stored node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nanoos_plugins.storage.declared import DECLARED, Kind

#: Longest text that is kept [characters]: PostgreSQL indexes none of more than 2704 bytes.
LONGEST = 255
_COLUMNS = 'node_id, user_id, name, position, number, text'


def definitions(dialect: str) -> dict[str, list[str]]:
    """Return the statements that make each trigger, by its name."""
    found = {}
    for number, prefix in enumerate(DECLARED):
        for event in ('insert', 'update'):
            name = f'nanoos_property_{event}_{number}'
            found[name] = list(_trigger(dialect, name, event, prefix))
    return found


def fill(dialect: str, prefix: str) -> str:
    """Return the statement that makes the rows of all nodes whose type begins so."""
    return _insert(dialect, 'n', prefix, f'FROM db_dbnode n WHERE {_is_type("n", prefix)}')


def _trigger(dialect: str, name: str, event: str, prefix: str) -> Iterator[str]:
    """Yield the statements that make a trigger."""
    body = f'{_insert(dialect, "NEW", prefix)};'
    when = _is_type('NEW', prefix)
    if event == 'update':
        body = f'DELETE FROM nanoos_property WHERE node_id = NEW.id; {body}'
        when = f'{when} AND ({_changed(dialect, prefix)})'
    head = f'CREATE TRIGGER {name} AFTER {_event(event)} ON db_dbnode FOR EACH ROW WHEN ({when})'
    if dialect == 'sqlite':
        yield f'{head}\nBEGIN {body} END'
        return
    yield (
        f'CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$'
        f' BEGIN {body} RETURN NULL; END $body$'
    )
    yield f'{head} EXECUTE FUNCTION {name}()'


def _event(event: str) -> str:
    return 'INSERT' if event == 'insert' else 'UPDATE OF attributes, user_id'


def _is_type(row: str, prefix: str) -> str:
    """Return the condition that the type of a row begins so; LIKE takes no notice of case on SQLite."""
    return f"substr({row}.node_type, 1, {len(prefix)}) = '{prefix}'"


def _changed(dialect: str, prefix: str) -> str:
    """Return the condition that an update changed anything that is kept."""
    differs = 'IS NOT' if dialect == 'sqlite' else 'IS DISTINCT FROM'
    values = f'{_all(dialect, "OLD", prefix)} {differs} {_all(dialect, "NEW", prefix)}'
    return f'OLD.user_id <> NEW.user_id OR {values}'


def _all(dialect: str, row: str, prefix: str) -> str:
    """Return the expression of all declared attributes at once: SQLite reads the whole JSON each time."""
    if dialect == 'sqlite':
        return f'json_extract({_document(row)}, {", ".join(map(_path, DECLARED[prefix]))})'
    return f'({", ".join(_value(dialect, row, path) for path in DECLARED[prefix])})'


def _value(dialect: str, row: str, path: str) -> str:
    """Return the expression of an attribute: the value itself on SQLite, JSON on PostgreSQL."""
    if dialect == 'sqlite':
        return f'json_extract({_document(row)}, {_path(path)})'
    return f"({row}.attributes #> '{{{path.replace('.', ',')}}}')"


def _document(row: str) -> str:
    """Return the attributes of a row on SQLite, NULL where they are no JSON: a NaN is none."""
    return f'CASE WHEN json_valid({row}.attributes) THEN {row}.attributes END'


def _path(path: str) -> str:
    return "'$" + ''.join(f'."{key}"' for key in path.split('.')) + "'"


def _insert(dialect: str, row: str, prefix: str, source: str = '') -> str:
    """Return the statement that makes the rows of a node, or with a `source` those of its nodes."""
    make = _sqlite_rows if dialect == 'sqlite' else _postgresql_rows
    rows = ' UNION ALL '.join(make(row, DECLARED[prefix], source))
    return (
        f'INSERT INTO nanoos_property ({_COLUMNS})'
        f' SELECT * FROM ({rows}) made WHERE number IS NOT NULL OR text IS NOT NULL'
    )


def _sqlite_rows(row: str, attributes: Mapping[str, Kind], source: str) -> Iterator[str]:
    for path, kind in attributes.items():
        json_type = f'json_type({_document(row)}, {_path(path)})'
        value = _value('sqlite', row, path)
        number, text, position, each = 'NULL', 'NULL', '0', ''
        if kind == 'number':
            is_number = f"{json_type} IN ('integer', 'real') AND abs({value}) < 1e300"
            number = f'CASE WHEN {is_number} THEN {value} END'
        elif kind == 'text':
            text = f"CASE WHEN {json_type} = 'text' AND length({value}) <= {LONGEST} THEN {value} END"
        else:
            words = f"CASE WHEN {json_type} = 'array' THEN {_value('sqlite', row, path)} ELSE '[]' END"
            each, position = f'json_each({words}) e', 'e.key'
            text = f"CASE WHEN e.type = 'text' AND length(e.atom) <= {LONGEST} THEN e.atom END"
        yield _row(row, path, f'{position} AS position, {number} AS number, {text} AS text', source, each)


def _postgresql_rows(row: str, attributes: Mapping[str, Kind], source: str) -> Iterator[str]:
    for path, kind in attributes.items():
        value = _value('postgresql', row, path)
        number, text, position, each = 'NULL::float8', 'NULL::text', '0', ''
        if kind == 'number':
            # Beyond these a number has no equal in double precision, and the node could not be stored.
            number = (
                f"CASE WHEN jsonb_typeof({value}) = 'number' THEN"
                f' CASE WHEN abs({value}::numeric) < 1e300 THEN {value}::float8 END END'
            )
        elif kind == 'text':
            text = _postgresql_text(value)
        else:
            words = f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} ELSE '[]'::jsonb END"
            each = f'jsonb_array_elements({words}) WITH ORDINALITY AS e(value, place)'
            position, text = 'e.place::int', _postgresql_text('e.value')
        yield _row(row, path, f'{position} AS position, {number} AS number, {text} AS text', source, each)


def _postgresql_text(value: str) -> str:
    letters = f"{value} #>> '{{}}'"
    return f"CASE WHEN jsonb_typeof({value}) = 'string' AND length({letters}) <= {LONGEST} THEN {letters} END"


def _row(row: str, path: str, columns: str, source: str, each: str) -> str:
    """Return the statement of the rows of one attribute."""
    wanted = f"SELECT {row}.id AS node_id, {row}.user_id AS user_id, '{path}' AS name, {columns}"
    if source and each:
        return f'{wanted} {source.replace(" WHERE ", f" CROSS JOIN {each} WHERE ")}'
    return f'{wanted} {source}' + (f'FROM {each}' if each else '')

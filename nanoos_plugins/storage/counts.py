"""How many nodes each user has, by type, by state and by day, kept by the database itself.

To count takes as long as there are nodes. `nanoos_count` has a row for each thing that is counted of a user,
some hundreds, and triggers keep it whoever writes. What is shared is not counted here: who sees it changes
with every share.

On SQLite alone, where one writes at a time: elsewhere all who make nodes of one user would wait for each
other at these rows.
"""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage.shares import METADATA, reference

COUNTS = sa.Table(
    'nanoos_count',
    METADATA,
    sa.Column('user_id', reference('db_dbuser'), primary_key=True),
    sa.Column('kind', sa.String, primary_key=True, comment='type, state or day'),
    sa.Column('name', sa.String, primary_key=True, comment='a node type, a state, or a day in UTC'),
    sa.Column('number', sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: State of a process that finished with another exit status than 0; the others are AiiDA's.
FAILED = 'failed'


def has_counts(dialect: str) -> bool:
    """Return whether a database keeps counts."""
    return dialect == 'sqlite'


def watch(connection: sa.Connection) -> None:
    """Make table and triggers on SQLite where they are missing or of another version, and then count anew."""
    if not has_counts(connection.dialect.name):
        return
    METADATA.create_all(connection, tables=[COUNTS])
    if _present(connection) == _TRIGGERS:
        return
    if not getattr(connection.connection.driver_connection, 'in_transaction', True):
        connection.exec_driver_sql('BEGIN IMMEDIATE')
    unwatch(connection)
    for statement in _TRIGGERS.values():
        connection.exec_driver_sql(statement)
    for kind, value in _counted('n').items():
        connection.exec_driver_sql(
            'INSERT INTO nanoos_count (user_id, kind, name, number)'
            f" SELECT n.user_id, '{kind}', {value} AS name, count(*) FROM db_dbnode n"
            f' WHERE {value} IS NOT NULL GROUP BY n.user_id, {value}'
        )


def unwatch(connection: sa.Connection) -> None:
    """Remove the triggers, which keep AiiDA from changing its tables, and all counts: `watch` counts anew."""
    present = _present(connection)
    for name in present:
        connection.exec_driver_sql(f'DROP TRIGGER {name}')
    if present:
        connection.execute(sa.delete(COUNTS))


def _present(connection: sa.Connection) -> dict[str, str]:
    """Return the statements that made ours of the triggers that the database has, by name."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        " AND name LIKE 'nanoos!_count!_%' ESCAPE '!'"
    )
    return {str(name): str(sql) for name, sql in rows}


def _counted(row: str) -> dict[str, str]:
    """Return the expression of what a node is counted as, for each kind."""
    return {'type': f'{row}.node_type', 'state': _state(row), 'day': f'substr({row}.ctime, 1, 10)'}


def _state(row: str) -> str:
    """Return the expression of the state of a process, NULL for data."""
    state, status = (f"json_extract({row}.attributes, '$.{key}')" for key in ('process_state', 'exit_status'))
    finished = f"CASE WHEN {state} = 'finished' AND {status} <> 0 THEN '{FAILED}' ELSE {state} END"
    return f"CASE WHEN {_is_process(row)} THEN coalesce({finished}, 'created') END"


def _is_process(row: str) -> str:
    return f"substr({row}.node_type, 1, 8) = 'process.'"


def _add(row: str, number: int, *kinds: str) -> str:
    """Return the statement that counts a node so many times more."""
    counted = _counted(row)
    things = ' UNION ALL '.join(f"SELECT '{kind}' AS kind, {counted[kind]} AS name" for kind in kinds)
    return (
        'INSERT INTO nanoos_count (user_id, kind, name, number)'
        f' SELECT {row}.user_id, k.kind, k.name, {number} FROM ({things}) k WHERE k.name IS NOT NULL'
        ' ON CONFLICT (user_id, kind, name) DO UPDATE SET number = number + excluded.number;'
    )


def _trigger(name: str, event: str, condition: str, *body: str) -> str:
    return (
        f'CREATE TRIGGER {name} AFTER {event} ON db_dbnode FOR EACH ROW WHEN {condition}\n'
        f'BEGIN {" ".join(body)} END'
    )


_ALL = ('type', 'state', 'day')
#: Both at once: SQLite reads the whole JSON, a checkpoint of a process included, each time.
_BOTH = "json_extract({}.attributes, '$.process_state', '$.exit_status')"
_TRIGGERS = {
    'nanoos_count_made': _trigger('nanoos_count_made', 'INSERT', '1', _add('NEW', 1, *_ALL)),
    'nanoos_count_deleted': _trigger('nanoos_count_deleted', 'DELETE', '1', _add('OLD', -1, *_ALL)),
    'nanoos_count_changed': _trigger(
        'nanoos_count_changed',
        'UPDATE OF attributes',
        f'OLD.user_id = NEW.user_id AND {_is_process("NEW")}'
        f' AND {_BOTH.format("OLD")} IS NOT {_BOTH.format("NEW")}',
        _add('OLD', -1, 'state'),
        _add('NEW', 1, 'state'),
    ),
    # AiiDA does neither: for those who do it by hand.
    'nanoos_count_given': _trigger(
        'nanoos_count_given',
        'UPDATE OF user_id, node_type, ctime',
        'OLD.user_id <> NEW.user_id OR OLD.node_type <> NEW.node_type OR OLD.ctime <> NEW.ctime',
        _add('OLD', -1, *_ALL),
        _add('NEW', 1, *_ALL),
    ),
}

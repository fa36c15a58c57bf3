"""Row-level security on PostgreSQL: the role that reads for people gets no row that its viewer may not see.

The statements of `graph` say whom they ask for; here the database repeats it below them, so that a statement
which forgets its condition finds nothing that it should not. AiiDA's own role owns the tables and is not
bound by it. Whoever reads says for whom by `tell`, for one transaction; if nobody does, there are no rows.

A policy is evaluated before any condition of the statement that could tell something of a row: PostgreSQL
knows that of comparisons of numbers, times, texts and UUIDs, which go on using their indexes.
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa

from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Viewer

#: A comparison for each row; a subquery would be planned for each mention of a table.
_IS_OWN = '{0} = nanoos_viewer() OR {0} = nanoos_system()'


def _function(head: str, body: str) -> str:
    """Return the statement of a function that looks below the policies; it is asked by them only."""
    return (
        f'CREATE OR REPLACE FUNCTION {head} STABLE SECURITY DEFINER LANGUAGE plpgsql'
        f' SET search_path FROM CURRENT AS $body$ BEGIN {body}; END $body$'
    )


def _setting(name: str) -> str:
    # Once set for a transaction, a setting is empty in the next ones, no longer NULL.
    return (
        f'CREATE OR REPLACE FUNCTION nanoos_{name}() RETURNS int STABLE LANGUAGE sql'
        f" AS $body$ SELECT nullif(current_setting('nanoos.{name}', true), '')::int $body$"
    )


#: The owner of the root `r`: by subqueries, lest a planner begins with all nodes of somebody.
_OWNER = """coalesce((SELECT n.user_id FROM db_dbnode n WHERE n.id = r.node_id),
                (SELECT g.user_id FROM db_dbgroup g WHERE g.id = r.group_id))"""
_FUNCTIONS = (
    _setting('viewer'),
    _setting('group'),
    _setting('system'),
    _function(
        'nanoos_system_user() RETURNS int',
        f"RETURN (SELECT id FROM db_dbuser WHERE email = '{SYSTEM_EMAIL}')",
    ),
    # The functions below return the key by which something is seen, NULL when it is not.
    _function(
        'nanoos_owned(root int) RETURNS int',
        f"""RETURN (
            SELECT r.id FROM nanoos_root r WHERE r.id = root AND nanoos_viewer() = {_OWNER})""",
    ),
    _function(
        'nanoos_granted() RETURNS SETOF int ROWS 10',
        """RETURN QUERY SELECT s.root_id FROM nanoos_share s WHERE s.grantee_id = nanoos_viewer()
            UNION SELECT s.root_id FROM nanoos_share s
            WHERE s.grantee_id IS NULL AND nanoos_viewer() IS NOT NULL""",
    ),
    _function(
        'nanoos_covered(node int) RETURNS int',
        f"""RETURN coalesce(
            (SELECT c.root_id FROM nanoos_cover c JOIN nanoos_share s ON s.root_id = c.root_id
                WHERE c.node_id = node AND nanoos_viewer() IS NOT NULL
                AND (s.grantee_id = nanoos_viewer() OR s.grantee_id IS NULL) LIMIT 1),
            (SELECT c.root_id FROM nanoos_cover c JOIN nanoos_root r ON r.id = c.root_id
                WHERE c.node_id = node AND nanoos_viewer() = {_OWNER}
                AND EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = c.root_id) LIMIT 1))""",
    ),
    _function(
        'nanoos_member_of(node int) RETURNS int',
        """RETURN (
            SELECT m.dbgroup_id FROM db_dbgroup_dbnodes m
            WHERE m.dbnode_id = node AND m.dbgroup_id = nanoos_group() LIMIT 1)""",
    ),
    _function(
        'nanoos_shared_group(node_group int) RETURNS int',
        """RETURN (
            SELECT r.id FROM nanoos_root r
            WHERE r.group_id = node_group
            AND r.id IN (SELECT nanoos_granted()))""",
    ),
    # Whose nodes the viewer may meet.
    _function(
        'nanoos_sharers() RETURNS SETOF int ROWS 10',
        f"""RETURN QUERY SELECT {_OWNER}
            FROM nanoos_root r WHERE r.id = ANY (ARRAY(SELECT nanoos_granted()))
            UNION SELECT s.grantee_id FROM nanoos_share s
            WHERE s.access = 'write' AND s.grantee_id IS NOT NULL
            AND s.root_id = ANY (ARRAY(SELECT nanoos_granted()))""",
    ),
    _function(
        'nanoos_shared_with(person int) RETURNS int',
        """RETURN (
            SELECT s.root_id FROM nanoos_share s
            WHERE s.grantee_id = person AND nanoos_owned(s.root_id) IS NOT NULL LIMIT 1)""",
    ),
)


def _seen(table: str, column: str) -> str:
    """Return the condition that a row is of one of another table that is seen."""
    return f'(SELECT t.id FROM {table} t WHERE t.id = {column}) IS NOT NULL'


_OPEN = '{0} IN (SELECT nanoos_granted()) OR nanoos_owned({0}) IS NOT NULL'
_NODE = 'db_dbnode'
#: Table → the condition under which a row is seen. A table that a policy asks has its own policy there, and
#: all of it is planned for each mention in a statement: hence functions. Nearly every row is taken to fulfil
#: `IS NOT NULL`, so that statements are planned as if there were no policies.
POLICIES = {
    _NODE: f"""({_IS_OWN.format('user_id')} OR nanoos_covered(id) IS NOT NULL)
        AND (nanoos_group() IS NULL OR nanoos_member_of(id) IS NOT NULL)""",
    'nanoos_cover': _OPEN.format('root_id'),
    'nanoos_share': """nanoos_viewer() IS NOT NULL AND (grantee_id = nanoos_viewer() OR grantee_id IS NULL
        OR nanoos_owned(root_id) IS NOT NULL)""",
    'nanoos_root': _OPEN.format('id'),
    'db_dblink': f'{_seen(_NODE, "input_id")} AND {_seen(_NODE, "output_id")}',
    'db_dblog': _seen(_NODE, 'dbnode_id'),
    'db_dbcomment': _seen(_NODE, 'dbnode_id'),
    'db_dbgroup': f'{_IS_OWN.format("user_id")} OR nanoos_shared_group(id) IS NOT NULL',
    'db_dbgroup_dbnodes': f'{_seen("db_dbgroup", "dbgroup_id")} AND {_seen(_NODE, "dbnode_id")}',
    'db_dbuser': f"""{_IS_OWN.format('id')} OR id IN (SELECT nanoos_sharers())
        OR nanoos_shared_with(id) IS NOT NULL""",
    'db_dbauthinfo': 'aiidauser_id = nanoos_viewer()',
    # Those one may submit to, may bring an account for, and those of the system's codes.
    'db_dbcomputer': """nanoos_viewer() IS NOT NULL AND (metadata ->> 'nanoos_own_accounts' = 'true'
        OR EXISTS (SELECT 1 FROM db_dbauthinfo a WHERE a.dbcomputer_id = db_dbcomputer.id)
        OR id IN (SELECT n.dbcomputer_id FROM db_dbnode n WHERE n.user_id = nanoos_system()))""",
    'nanoos_change': _seen(_NODE, 'node_id'),
    'nanoos_line': _seen('db_dblog', 'log_id'),
    'nanoos_property': f"""nanoos_group() IS NULL AND ({_IS_OWN.format('user_id')})
        OR {_seen(_NODE, 'node_id')}""",
}
#: A view that looks below the policies for what concerns the viewer; it also says of which version they are.
_KNOWN = 'nanoos_cover_known'


def tell(connection: sa.Connection, viewer: Viewer) -> None:
    """Say for whom the statements of this transaction ask, and who the system's user is."""
    connection.execute(_TELL, {'viewer': str(viewer.user_pk), 'group': str(viewer.group_pk or '')})


_TELL = sa.text(
    "SELECT set_config('nanoos.viewer', :viewer, true), set_config('nanoos.group', :group, true),"
    " set_config('nanoos.system', nanoos_system_user()::text, true)"
)


def secure(connection: sa.Connection, reader: str) -> None:
    """Let the role `reader` read what its viewer may see, and nothing else; nothing is done twice.

    :raises ValueError: when there is no such role, or it owns the tables and is bound by nothing.
    """
    if not _is_bound(connection, reader):
        raise ValueError(
            f'role {reader!r} cannot read for people: expected another one than that of AiiDA, without the '
            f"attributes SUPERUSER and BYPASSRLS; make it with CREATE ROLE {reader} LOGIN PASSWORD '…'"
        )
    statements = list(_statements(connection.dialect.identifier_preparer.quote(reader)))
    digest = sha256('\n'.join(statements).encode()).hexdigest()
    noted = sa.text(f"SELECT obj_description('{_KNOWN}'::regclass, 'pg_class')")
    if connection.scalar(noted) == digest:
        return
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON VIEW {_KNOWN} IS '{digest}'")


def release(connection: sa.Connection) -> None:
    """Remove what keeps AiiDA from changing its tables; until `secure` nobody but their owner reads them."""
    for table in POLICIES:
        connection.exec_driver_sql(
            f"DO $body$ BEGIN IF to_regclass('{table}') IS NOT NULL THEN"
            f' DROP POLICY IF EXISTS nanoos_seen ON {table}; END IF; END $body$'
        )
    connection.exec_driver_sql(f'DROP VIEW IF EXISTS {_KNOWN}')


def _is_bound(connection: sa.Connection, reader: str) -> bool:
    asked = sa.text(
        "SELECT NOT (rolsuper OR rolbypassrls OR pg_has_role(oid, current_user::regrole, 'MEMBER'))"
        ' FROM pg_roles WHERE rolname = :reader'
    )
    return bool(connection.scalar(asked, {'reader': reader}))


def _statements(reader: str) -> list[str]:
    """Return all statements, in their order."""
    found = [*_FUNCTIONS, f'GRANT SELECT ON {_KNOWN} TO {reader}']
    for table, condition in POLICIES.items():
        found += [
            f'REVOKE ALL ON {table} FROM {reader}, PUBLIC',
            f'GRANT SELECT ON {table} TO {reader}',
            f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY',
            f'DROP POLICY IF EXISTS nanoos_seen ON {table}',
            f'CREATE POLICY nanoos_seen ON {table} FOR SELECT TO {reader} USING ({condition})',
        ]
    return found

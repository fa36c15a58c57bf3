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

#: What a subquery asks only once per statement.
_VIEWER, _GROUP, _SYSTEM = (f'(SELECT nanoos_{name}())' for name in ('viewer', 'group', 'system'))


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


_FUNCTIONS = (
    _setting('viewer'),
    _setting('group'),
    _function(
        'nanoos_system() RETURNS int',
        f"RETURN (SELECT id FROM db_dbuser WHERE email = '{SYSTEM_EMAIL}' AND nanoos_viewer() IS NOT NULL)",
    ),
    # The policies of nodes and groups lead to shares: these functions keep them from going round in a circle.
    _function(
        'nanoos_owns(root int) RETURNS boolean',
        """RETURN EXISTS (
            SELECT 1 FROM nanoos_root r JOIN db_dbnode n ON n.id = r.node_id
            WHERE r.id = root AND n.user_id = nanoos_viewer()
            UNION ALL SELECT 1 FROM nanoos_root r JOIN db_dbgroup g ON g.id = r.group_id
            WHERE r.id = root AND g.user_id = nanoos_viewer())""",
    ),
    _function(
        'nanoos_in_group(node int) RETURNS boolean',
        """RETURN EXISTS (
            SELECT 1 FROM db_dbgroup_dbnodes m
            WHERE m.dbnode_id = node AND m.dbgroup_id = nanoos_group())""",
    ),
    # Whose nodes the viewer may meet, and with whom the viewer shares.
    _function(
        'nanoos_known() RETURNS SETOF int',
        """RETURN QUERY
            WITH owned AS (
                SELECT r.id FROM db_dbnode n JOIN nanoos_root r ON r.node_id = n.id
                WHERE n.user_id = nanoos_viewer()
                UNION ALL SELECT r.id FROM db_dbgroup g JOIN nanoos_root r ON r.group_id = g.id
                WHERE g.user_id = nanoos_viewer()
            ), open AS (
                SELECT s.root_id FROM nanoos_share s
                WHERE s.grantee_id = nanoos_viewer() OR s.grantee_id IS NULL AND nanoos_viewer() IS NOT NULL
                UNION SELECT id FROM owned
            )
            SELECT m.user_id FROM open o JOIN nanoos_cover_member m ON m.root_id = o.root_id
            WHERE m.user_id IS NOT NULL
            UNION SELECT s.grantee_id FROM owned o JOIN nanoos_share s ON s.root_id = o.id
            WHERE s.grantee_id IS NOT NULL""",
    ),
)


def _node(column: str) -> str:
    """Return the condition that a row is of a node that is seen."""
    return f'EXISTS (SELECT 1 FROM db_dbnode n WHERE n.id = {column})'


#: Table → the condition under which a row is seen. A table that a policy asks has its own policy there.
POLICIES = {
    'db_dbnode': f"""(user_id = {_VIEWER} OR user_id = {_SYSTEM}
        OR EXISTS (SELECT 1 FROM nanoos_cover c WHERE c.node_id = db_dbnode.id))
        AND ({_GROUP} IS NULL OR nanoos_in_group(id))""",
    'nanoos_cover': 'EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = nanoos_cover.root_id)',
    'nanoos_share': f"""{_VIEWER} IS NOT NULL
        AND (grantee_id = {_VIEWER} OR grantee_id IS NULL OR nanoos_owns(root_id))""",
    'nanoos_root': 'EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = nanoos_root.id)',
    'db_dblink': f'{_node("input_id")} AND {_node("output_id")}',
    'db_dblog': _node('dbnode_id'),
    'db_dbcomment': _node('dbnode_id'),
    'db_dbgroup': f"""user_id = {_VIEWER} OR user_id = {_SYSTEM}
        OR EXISTS (SELECT 1 FROM nanoos_root r WHERE r.group_id = db_dbgroup.id)""",
    'db_dbgroup_dbnodes': 'EXISTS (SELECT 1 FROM db_dbgroup g WHERE g.id = dbgroup_id)'
    f' AND {_node("dbnode_id")}',
    'db_dbuser': f'id = {_VIEWER} OR id = {_SYSTEM} OR id IN (SELECT nanoos_known())',
    'db_dbauthinfo': f'aiidauser_id = {_VIEWER}',
    # Those one may submit to, may bring an account for, and those of the system's codes.
    'db_dbcomputer': f"""{_VIEWER} IS NOT NULL AND (metadata ->> 'nanoos_own_accounts' = 'true'
        OR EXISTS (SELECT 1 FROM db_dbauthinfo a WHERE a.dbcomputer_id = db_dbcomputer.id)
        OR id IN (SELECT n.dbcomputer_id FROM db_dbnode n WHERE n.user_id = {_SYSTEM}))""",
    'nanoos_change': _node('node_id'),
    'nanoos_line': 'EXISTS (SELECT 1 FROM db_dblog l WHERE l.id = log_id)',
    'nanoos_property': _node('node_id'),
}
#: A view that looks below the policies for what concerns the viewer; it also says of which version they are.
_KNOWN = 'nanoos_cover_known'


def tell(connection: sa.Connection, viewer: Viewer) -> None:
    """Say for whom the statements of this transaction ask."""
    connection.execute(_TELL, {'viewer': str(viewer.user_pk), 'group': str(viewer.group_pk or '')})


_TELL = sa.text("SELECT set_config('nanoos.viewer', :viewer, true), set_config('nanoos.group', :group, true)")


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

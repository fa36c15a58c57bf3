"""Row-level security on PostgreSQL: the role that reads for people gets no row that its viewer may not see.

The statements of `graph` say whom they ask for; here the database repeats it below them, so that a statement
which forgets its condition finds nothing that it should not. AiiDA's own role owns the tables and is not
bound by it. Whoever reads says for whom by `tell`, for one transaction; if nobody does, there are no rows.

A policy is evaluated before any condition of the statement that could tell something of a row: PostgreSQL
knows that of comparisons of numbers, times, texts and UUIDs, which go on using their indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
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


_FUNCTIONS = (
    _setting('viewer'),
    _setting('group'),
    _setting('system'),
    'CREATE OR REPLACE FUNCTION nanoos_roots() RETURNS int[] STABLE LANGUAGE sql'
    " AS $body$ SELECT coalesce(nullif(current_setting('nanoos.roots', true), ''), '{}')::int[] $body$",
    _function(
        'nanoos_system_user() RETURNS int',
        f"RETURN (SELECT id FROM db_dbuser WHERE email = '{SYSTEM_EMAIL}')",
    ),
    # As `shares.open_roots` says it.
    _function(
        'nanoos_open_roots() RETURNS int[]',
        """RETURN ARRAY(
            SELECT s.root_id FROM nanoos_share s WHERE s.grantee_id = nanoos_viewer()
            UNION SELECT s.root_id FROM nanoos_share s
            WHERE s.grantee_id IS NULL AND nanoos_viewer() IS NOT NULL
            UNION SELECT s.root_id FROM nanoos_root r JOIN nanoos_share s ON s.root_id = r.id
            WHERE r.owner_id = nanoos_viewer() AND s.access = 'write')""",
    ),
    """CREATE OR REPLACE FUNCTION nanoos_tell(viewer int, node_group int) RETURNS void LANGUAGE plpgsql
    AS $body$ BEGIN
        PERFORM set_config('nanoos.viewer', viewer::text, true);
        PERFORM set_config('nanoos.group', coalesce(node_group::text, ''), true);
        PERFORM set_config('nanoos.system', coalesce(nanoos_system_user()::text, ''), true);
        PERFORM set_config('nanoos.roots', nanoos_open_roots()::text, true);
    END $body$""",
    # The functions below return the key by which something is seen, NULL when it is not.
    _function(
        'nanoos_owned(root int) RETURNS int',
        """RETURN (
            SELECT r.id FROM nanoos_root r WHERE r.id = root AND r.owner_id = nanoos_viewer())""",
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
            WHERE r.group_id = node_group AND r.id = ANY (nanoos_roots()))""",
    ),
    # Whom the viewer may meet: as the owners of nodes, and as those with whom the viewer shares.
    _function(
        'nanoos_people() RETURNS SETOF int ROWS 10',
        """RETURN QUERY SELECT r.owner_id FROM nanoos_root r WHERE r.id = ANY (nanoos_roots())
            UNION SELECT s.grantee_id FROM nanoos_share s
            WHERE s.access = 'write' AND s.grantee_id IS NOT NULL AND s.root_id = ANY (nanoos_roots())
            UNION SELECT s.grantee_id FROM nanoos_root r JOIN nanoos_share s ON s.root_id = r.id
            WHERE r.owner_id = nanoos_viewer() AND s.grantee_id IS NOT NULL""",
    ),
)


def _seen(table: str, column: str) -> str:
    """Return the condition that a row is of one of another table that is seen."""
    return f'(SELECT t.id FROM {table} t WHERE t.id = {column}) IS NOT NULL'


#: In a subquery the setting is read once, not for each row.
_OPEN = '{} = ANY ((SELECT nanoos_roots())::int[])'
#: The table has a policy of its own, by which only open roots cover.
_COVERED = '(SELECT c.root_id FROM nanoos_cover c WHERE c.node_id = {} LIMIT 1) IS NOT NULL'
_NODE = 'db_dbnode'
#: Table → the condition under which a row is seen. A table that a policy asks has its own policy there, and
#: all of it is planned for each mention in a statement: hence functions. Nearly every row is taken to fulfil
#: `IS NOT NULL`, so that statements are planned as if there were no policies.
POLICIES = {
    _NODE: f"""({_IS_OWN.format('user_id')} OR {_COVERED.format('db_dbnode.id')})
        AND (nanoos_group() IS NULL OR nanoos_member_of(id) IS NOT NULL)""",
    'nanoos_cover': _OPEN.format('root_id'),
    'nanoos_share': """nanoos_viewer() IS NOT NULL AND (grantee_id = nanoos_viewer() OR grantee_id IS NULL
        OR nanoos_owned(root_id) IS NOT NULL)""",
    'nanoos_root': f'{_OPEN.format("id")} OR owner_id = nanoos_viewer()',
    'db_dblink': f'{_seen(_NODE, "input_id")} AND {_seen(_NODE, "output_id")}',
    'db_dblog': _seen(_NODE, 'dbnode_id'),
    'db_dbcomment': _seen(_NODE, 'dbnode_id'),
    'db_dbgroup': f'{_IS_OWN.format("user_id")} OR nanoos_shared_group(id) IS NOT NULL',
    'db_dbgroup_dbnodes': f'{_seen("db_dbgroup", "dbgroup_id")} AND {_seen(_NODE, "dbnode_id")}',
    'db_dbuser': f'{_IS_OWN.format("id")} OR id IN (SELECT nanoos_people())',
    'db_dbauthinfo': 'aiidauser_id = nanoos_viewer()',
    # Those one may submit to, may bring an account for, and those of the system's codes.
    'db_dbcomputer': """nanoos_viewer() IS NOT NULL AND (metadata ->> 'nanoos_own_accounts' = 'true'
        OR EXISTS (SELECT 1 FROM db_dbauthinfo a WHERE a.dbcomputer_id = db_dbcomputer.id)
        OR id IN (SELECT n.dbcomputer_id FROM db_dbnode n WHERE n.user_id = nanoos_system()))""",
    'nanoos_change': _seen(_NODE, 'node_id'),
    'nanoos_line': _seen('db_dblog', 'log_id'),
    'nanoos_property': f"""nanoos_group() IS NULL
        AND ({_IS_OWN.format('user_id')} OR {_COVERED.format('nanoos_property.node_id')})
        OR nanoos_group() IS NOT NULL AND {_seen(_NODE, 'node_id')}""",
    # A search reads all rows of an owner: what is the same for each is asked once.
    'nanoos_embedding': f"""(SELECT nanoos_group()) IS NULL
        AND (user_id = (SELECT nanoos_viewer()) OR user_id = (SELECT nanoos_system())
            OR {_COVERED.format('nanoos_embedding.node_id')})
        OR (SELECT nanoos_group()) IS NOT NULL AND {_seen(_NODE, 'node_id')}""",
}
#: Tables that a database has only where its server has an extension.
OPTIONAL = ('nanoos_embedding',)
#: A view that looks below the policies for what concerns the viewer; it also says of which version they are.
_KNOWN = 'nanoos_cover_known'


def tell(connection: sa.Connection, viewer: Viewer) -> None:
    """Say for whom the statements of this transaction ask: who that is, and which roots are open to them.

    To find these out for each row of each table would take most of the time of a statement.
    """
    connection.execute(_TELL, {'viewer': viewer.user_pk, 'group': viewer.group_pk})


_TELL = sa.text('SELECT nanoos_tell(CAST(:viewer AS int), CAST(:group AS int))')


def secure(connection: sa.Connection, reader: str) -> None:
    """Let the role `reader` read what its viewer may see, and nothing else; nothing is done twice.

    :raises ValueError: when there is no such role, or it owns the tables and is bound by nothing.
    """
    if not _is_bound(connection, reader):
        raise ValueError(
            f'role {reader!r} cannot read for people: expected another one than that of AiiDA, without the '
            f"attributes SUPERUSER and BYPASSRLS; make it with CREATE ROLE {reader} LOGIN PASSWORD '…'"
        )
    has_table = sa.inspect(connection).has_table
    tables = [one for one in POLICIES if one not in OPTIONAL or has_table(one)]
    statements = list(_statements(connection.dialect.identifier_preparer.quote(reader), tables))
    digest = sha256('\n'.join(statements).encode()).hexdigest()
    # A table that was made anew has no policy.
    noted = sa.text(
        f"SELECT obj_description('{_KNOWN}'::regclass, 'pg_class'), count(*) FROM pg_policies"
        " WHERE schemaname = current_schema AND policyname = 'nanoos_seen'"
    )
    if tuple(connection.execute(noted).one()) == (digest, len(tables)):
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


def _statements(reader: str, tables: Sequence[str]) -> list[str]:
    """Return all statements, in their order, for the tables that there are."""
    found = [*_FUNCTIONS, f'GRANT SELECT ON {_KNOWN} TO {reader}']
    for table in tables:
        found += [
            f'REVOKE ALL ON {table} FROM {reader}, PUBLIC',
            f'GRANT SELECT ON {table} TO {reader}',
            f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY',
            f'DROP POLICY IF EXISTS nanoos_seen ON {table}',
            f'CREATE POLICY nanoos_seen ON {table} FOR SELECT TO {reader} USING ({POLICIES[table]})',
        ]
    return found

"""The SQL of the views and triggers that keep the cover, see `cover`.

CROSS JOIN says in which order a database joins: it has no statistics of our tables when they are new.
On PostgreSQL the triggers do their work at the end of the writer's transaction, see `turns`.
"""

from __future__ import annotations

from collections.abc import Iterator

from nanoos_plugins.storage.shares import BATCHES, INPUT, ONWARD, RETURNED
from nanoos_plugins.storage.turns import deferred, in_turn

VIEWS = {
    # NULL stands for everybody.
    'nanoos_cover_member': """
        SELECT r.id AS root_id, r.owner_id AS user_id FROM nanoos_root r
        UNION ALL SELECT root_id, grantee_id FROM nanoos_share WHERE access = 'write'""",
    # What the cover of a root starts from: nothing where nobody shares it any more.
    'nanoos_cover_seed': """
        SELECT r.id AS root_id, r.node_id AS node_id FROM nanoos_root r
        WHERE r.node_id IS NOT NULL AND EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = r.id)
        UNION ALL SELECT r.id, g.dbnode_id
        FROM nanoos_root r JOIN db_dbgroup_dbnodes g ON g.dbgroup_id = r.group_id
        WHERE EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = r.id)""",
}

#: The members as far as readers may know them: on PostgreSQL, those of the roots that are open to the viewer
#: whom `security.tell` named.
_KNOWN = ' SELECT m.root_id, m.user_id FROM nanoos_cover_member m'
_VIEWER = "nullif(current_setting('nanoos.viewer', true), '')::int"
_CONCERNS = f"""EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = m.root_id AND (
            s.grantee_id = {_VIEWER} OR s.grantee_id IS NULL AND {_VIEWER} IS NOT NULL
            OR EXISTS (SELECT 1 FROM nanoos_root r WHERE r.id = m.root_id AND r.owner_id = {_VIEWER})))"""

_READ = "('input_calc', 'input_work')"
_KIND = f"CASE {{}} WHEN 'return' THEN {RETURNED} ELSE {ONWARD} END"


def _is_member(root: str, node: str) -> str:
    """Return the condition that a node (its alias) belongs to a member of the root."""
    return (
        f'EXISTS (SELECT 1 FROM nanoos_cover_member m WHERE m.root_id = {root}'
        f' AND (m.user_id = {node}.user_id OR m.user_id IS NULL))'
    )


def _goes_on(link: str, process_type: str) -> str:
    """Return the condition that a cover follows a link (its alias or row) to a node of this process type."""
    batches = ', '.join(f"'{one}'" for one in BATCHES)
    return f"NOT ({link}.type = 'input_calc' AND coalesce({process_type}, '') IN ({batches}))"


def _type_of(node: str) -> str:
    return f'(SELECT b.process_type FROM db_dbnode b WHERE b.id = {node})'


def _spread(seeds: str) -> str:
    """Return the statement that covers `seeds` (root_id, node_id, kind) and all that they lead to.

    It goes no further where the cover goes on already, so that the usual new link costs one step.
    """
    return f"""
        INSERT INTO nanoos_cover (root_id, node_id, kind, ctime)
        SELECT f.root_id, f.node_id, f.kind, n.ctime FROM (
            WITH RECURSIVE walk(root_id, node_id, kind) AS (
                SELECT s.root_id, s.node_id, s.kind FROM ({seeds}) s CROSS JOIN db_dbnode n
                WHERE n.id = s.node_id
                AND {_is_member('s.root_id', 'n')} AND {_is_new('s.root_id', 's.node_id')}
                UNION
                SELECT w.root_id, l.output_id, {_KIND.format('l.type')}
                FROM walk w CROSS JOIN db_dblink l CROSS JOIN db_dbnode n
                WHERE l.input_id = w.node_id AND n.id = l.output_id
                AND w.kind = {ONWARD} AND {_is_member('w.root_id', 'n')}
                AND {_goes_on('l', 'n.process_type')}
                AND {_is_new('w.root_id', 'l.output_id')}
            )
            SELECT a.root_id, a.node_id, max(a.kind) AS kind FROM (
                SELECT root_id, node_id, kind FROM walk
                UNION ALL
                SELECT w.root_id, l.input_id, {INPUT}
                FROM walk w CROSS JOIN db_dblink l CROSS JOIN db_dbnode n
                WHERE l.output_id = w.node_id AND n.id = l.input_id
                AND {_of('w', 'l.type')} IN {_READ} AND {_is_member('w.root_id', 'n')}
            ) a GROUP BY a.root_id, a.node_id
        ) f CROSS JOIN db_dbnode n WHERE n.id = f.node_id
        ON CONFLICT (root_id, node_id) DO UPDATE SET kind = excluded.kind
        WHERE excluded.kind > nanoos_cover.kind"""


def _of(found: str, column: str) -> str:
    """Return a column of a table that is joined to the row `found`, as one that depends on that row.

    A condition on the joined table alone makes SQLite read that table as a whole, each time, for a Bloom
    filter of the rows that fulfil it.
    """
    return f'CASE WHEN {found}.node_id >= 0 THEN {column} END'


def _is_new(root: str, node: str) -> str:
    return (
        f'NOT EXISTS (SELECT 1 FROM nanoos_cover c WHERE c.root_id = {root} AND c.node_id = {node}'
        f' AND c.kind = {ONWARD})'
    )


def _link_made() -> Iterator[str]:
    yield _spread(
        f'SELECT root_id, NEW.output_id AS node_id, {_KIND.format("NEW.type")} AS kind FROM nanoos_cover'
        f' WHERE node_id = NEW.input_id AND kind = {ONWARD}'
        f' AND {_goes_on("NEW", _type_of("NEW.output_id"))}'
    )
    yield f"""
        INSERT INTO nanoos_cover (root_id, node_id, kind, ctime)
        SELECT o.root_id, n.id, {INPUT}, n.ctime FROM nanoos_cover o JOIN db_dbnode n ON n.id = NEW.input_id
        WHERE o.node_id = NEW.output_id AND o.kind > {INPUT} AND NEW.type IN {_READ}
        AND {_is_member('o.root_id', 'n')}
        ON CONFLICT (root_id, node_id) DO NOTHING"""


def _doubt(seeds: str) -> Iterator[str]:
    """Yield the statements that take `seeds` (root_id, node_id) out of the cover if nothing holds them there.

    All that hangs on them goes first; what the rest of the cover still reaches comes back. Counting by how
    many links a node is reached would be cheaper, but wrong where links go round in a circle.
    """
    yield f"""
        INSERT INTO nanoos_doubt (root_id, node_id)
        SELECT f.root_id, f.node_id FROM (
            WITH RECURSIVE lost(root_id, node_id, kind) AS (
                SELECT c.root_id, c.node_id, c.kind
                FROM ({seeds}) s CROSS JOIN nanoos_cover c
                WHERE c.root_id = s.root_id AND c.node_id = s.node_id
                UNION
                SELECT c.root_id, c.node_id, c.kind
                FROM lost CROSS JOIN db_dblink l CROSS JOIN nanoos_cover c
                WHERE l.input_id = lost.node_id AND lost.kind = {ONWARD}
                AND c.root_id = lost.root_id AND c.node_id = l.output_id
            )
            SELECT root_id, node_id FROM lost
            UNION SELECT c.root_id, c.node_id
            FROM lost CROSS JOIN db_dblink l CROSS JOIN nanoos_cover c
            WHERE l.output_id = lost.node_id AND {_of('lost', 'l.type')} IN {_READ}
            AND c.root_id = lost.root_id AND c.node_id = l.input_id AND {_of('lost', 'c.kind')} = {INPUT}
        ) f"""
    yield """
        DELETE FROM nanoos_cover
        WHERE (root_id, node_id) IN (SELECT d.root_id, d.node_id FROM nanoos_doubt d)"""
    yield _spread(
        f"""SELECT d.root_id, d.node_id, {ONWARD} AS kind FROM nanoos_doubt d
        WHERE EXISTS (
            SELECT 1 FROM nanoos_cover_seed s WHERE s.root_id = d.root_id AND s.node_id = d.node_id
        )
        UNION ALL SELECT d.root_id, d.node_id, {_KIND.format('l.type')}
        FROM nanoos_doubt d CROSS JOIN db_dblink l CROSS JOIN nanoos_cover c
        WHERE l.output_id = d.node_id
        AND c.root_id = d.root_id AND c.node_id = l.input_id AND {_of('d', 'c.kind')} = {ONWARD}
        AND {_goes_on('l', _type_of('d.node_id'))}"""
    )
    yield f"""
        INSERT INTO nanoos_cover (root_id, node_id, kind, ctime)
        SELECT d.root_id, n.id, {INPUT}, n.ctime FROM nanoos_doubt d CROSS JOIN db_dbnode n
        WHERE n.id = d.node_id AND {_is_member('d.root_id', 'n')} AND EXISTS (
            SELECT 1 FROM db_dblink l CROSS JOIN nanoos_cover c
            WHERE l.input_id = d.node_id AND {_of('d', 'l.type')} IN {_READ}
            AND c.root_id = d.root_id AND c.node_id = l.output_id AND {_of('d', 'c.kind')} > {INPUT}
        )
        ON CONFLICT (root_id, node_id) DO NOTHING"""
    yield 'DELETE FROM nanoos_doubt'


def _rebuild(root: str) -> Iterator[str]:
    """Yield the statements that make the cover of a root anew."""
    yield f'DELETE FROM nanoos_cover WHERE root_id = {root}'
    yield _spread(f'SELECT root_id, node_id, {ONWARD} AS kind FROM nanoos_cover_seed WHERE root_id = {root}')


def rebuild_all() -> Iterator[str]:
    """Yield the statements that make the cover of all roots anew."""
    yield 'DELETE FROM nanoos_cover'
    yield _spread(f'SELECT root_id, node_id, {ONWARD} AS kind FROM nanoos_cover_seed')


def _covers(*nodes: str) -> str:
    return ' OR '.join(f'EXISTS (SELECT 1 FROM nanoos_cover WHERE node_id = {node})' for node in nodes)


_ANY_ROOT = 'EXISTS (SELECT 1 FROM nanoos_root)'
_LINK_LOST = (
    'SELECT root_id, node_id FROM nanoos_cover WHERE node_id = OLD.output_id'
    f' UNION SELECT root_id, node_id FROM nanoos_cover WHERE node_id = OLD.input_id AND kind = {INPUT}'
)
_GROUPED = (
    f'SELECT r.id AS root_id, NEW.dbnode_id AS node_id, {ONWARD} AS kind FROM nanoos_root r'
    ' WHERE r.group_id = NEW.dbgroup_id AND EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = r.id)'
)
_UNGROUPED = (
    'SELECT r.id AS root_id, OLD.dbnode_id AS node_id FROM nanoos_root r WHERE r.group_id = OLD.dbgroup_id'
)
# By age, not by number: on PostgreSQL it is asked at the commit, when there may be more that are new.
_FIRST = 'NOT EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = NEW.root_id AND s.id < NEW.id)'
_LAST = 'NOT EXISTS (SELECT 1 FROM nanoos_share s WHERE s.root_id = OLD.root_id)'

#: Name of each trigger → what fires it, when it does anything, and what it does. AiiDA changes neither
#: links nor the owners of nodes: the triggers for that are for those who do it by hand.
TRIGGERS = {
    'nanoos_cover_link_made': (
        'INSERT ON db_dblink',
        _covers('NEW.input_id', 'NEW.output_id'),
        [*_link_made()],
    ),
    'nanoos_cover_link_lost': (
        'DELETE ON db_dblink',
        _covers('OLD.input_id', 'OLD.output_id'),
        [*_doubt(_LINK_LOST)],
    ),
    'nanoos_cover_link_changed': (
        'UPDATE OF input_id, output_id, type ON db_dblink',
        _ANY_ROOT,
        [*rebuild_all()],
    ),
    'nanoos_cover_grouped': (
        'INSERT ON db_dbgroup_dbnodes',
        'EXISTS (SELECT 1 FROM nanoos_root WHERE group_id = NEW.dbgroup_id)',
        [_spread(_GROUPED)],
    ),
    'nanoos_cover_ungrouped': (
        'DELETE ON db_dbgroup_dbnodes',
        'EXISTS (SELECT 1 FROM nanoos_root WHERE group_id = OLD.dbgroup_id)',
        [*_doubt(_UNGROUPED)],
    ),
    'nanoos_cover_group_changed': (
        'UPDATE OF dbnode_id, dbgroup_id ON db_dbgroup_dbnodes',
        _ANY_ROOT,
        [*rebuild_all()],
    ),
    'nanoos_cover_shared': (
        'INSERT ON nanoos_share',
        f"NEW.access = 'write' OR {_FIRST}",
        [*_rebuild('NEW.root_id')],
    ),
    'nanoos_cover_revoked': (
        'DELETE ON nanoos_share',
        f"OLD.access = 'write' OR {_LAST}",
        [*_rebuild('OLD.root_id')],
    ),
    'nanoos_cover_share_changed': ('UPDATE ON nanoos_share', _ANY_ROOT, [*rebuild_all()]),
    'nanoos_cover_root_changed': ('UPDATE ON nanoos_root', _ANY_ROOT, [*rebuild_all()]),
    'nanoos_cover_node_given': (
        'UPDATE OF user_id ON db_dbnode',
        f'OLD.user_id <> NEW.user_id AND {_ANY_ROOT}',
        ['UPDATE nanoos_root SET owner_id = NEW.user_id WHERE node_id = NEW.id', *rebuild_all()],
    ),
    'nanoos_cover_group_given': (
        'UPDATE OF user_id ON db_dbgroup',
        f'OLD.user_id <> NEW.user_id AND {_ANY_ROOT}',
        ['UPDATE nanoos_root SET owner_id = NEW.user_id WHERE group_id = NEW.id', *rebuild_all()],
    ),
}


def definitions(dialect: str) -> dict[tuple[str, str], str]:
    """Return the statement that makes each view, trigger and, on PostgreSQL, function, by kind and name."""
    views = VIEWS | {'nanoos_cover_known': _KNOWN if dialect == 'sqlite' else f'{_KNOWN} WHERE {_CONCERNS}'}
    found = {('VIEW', name): f'CREATE VIEW {name} AS{select}' for name, select in views.items()}
    for name, (event, condition, body) in TRIGGERS.items():
        statements = ''.join(f'{statement};' for statement in body)
        if dialect == 'sqlite':
            found['TRIGGER', name] = (
                f'CREATE TRIGGER {name} AFTER {event} FOR EACH ROW WHEN {condition}\nBEGIN\n{statements}\nEND'
            )
        else:
            found['FUNCTION', name] = in_turn(name, f'IF {condition} THEN {statements} END IF')
            found['TRIGGER', name] = deferred(name, event)
    return found

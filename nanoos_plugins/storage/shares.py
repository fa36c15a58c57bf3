"""Shares: which nodes a user may see that belong to somebody else.

A share opens a root (a node, or the nodes of a group) to one user or to everybody, for reading or for
submitting under it as well. It covers the root, its present and future descendants and the direct inputs of
the processes among them, as far as they belong to the root's *members*: its owner and those who may write.
So what a reader makes from a shared node stays the reader's own, what a writer makes under it is seen by the
owner and all others the root is shared with, and nobody can give away nodes of a third party.

Data that a workflow only returns are covered, but what others computed from them is not: they may be inputs
that the workflow passed through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa
from aiida import orm
from aiida.manage import get_manager
from sqlalchemy.orm import Session

from nanoos_plugins.storage.owner import SYSTEM_EMAIL

Access = Literal['read', 'write']

METADATA = sa.MetaData()


def _aiida_table(name: str, *columns: str) -> sa.Table:
    """Return the part of one of AiiDA's tables that our tables and statements refer to."""
    key = sa.Column('id', sa.Integer, primary_key=True)
    return sa.Table(name, METADATA, key, *(sa.Column(column, sa.Integer) for column in columns))


NODES = _aiida_table('db_dbnode', 'user_id')
GROUPS = _aiida_table('db_dbgroup', 'user_id')
GROUP_NODES = _aiida_table('db_dbgroup_dbnodes', 'dbnode_id', 'dbgroup_id')
LINKS = _aiida_table('db_dblink', 'input_id', 'output_id')
LINKS.append_column(sa.Column('type', sa.String))
USERS = _aiida_table('db_dbuser')
for _text in ('email', 'first_name', 'last_name'):
    USERS.append_column(sa.Column(_text, sa.String))


def reference(table: str, **options: Any) -> sa.ForeignKey:
    """Return a foreign key to one of AiiDA's tables or ours; what refers to a deleted row goes with it."""
    return sa.ForeignKey(f'{table}.id', ondelete='CASCADE', **options)


ROOTS = sa.Table(
    'nanoos_root',
    METADATA,
    sa.Column('id', sa.Integer, primary_key=True),
    sa.Column('node_id', reference('db_dbnode'), unique=True),
    sa.Column('group_id', reference('db_dbgroup'), unique=True),
    sa.CheckConstraint('(node_id IS NULL) <> (group_id IS NULL)', name='ck_nanoos_root_node_or_group'),
)
SHARES = sa.Table(
    'nanoos_share',
    METADATA,
    sa.Column('id', sa.Integer, primary_key=True),
    sa.Column('root_id', reference('nanoos_root'), nullable=False),
    sa.Column('grantee_id', reference('db_dbuser'), comment='NULL: everybody'),
    sa.Column('access', sa.Enum('read', 'write', native_enum=False), nullable=False),
    sa.Column('ctime', sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint("access IN ('read', 'write')", name='ck_nanoos_share_access'),
    sa.UniqueConstraint('root_id', 'grantee_id', name='uq_nanoos_share_root_grantee'),
)
sa.Index('ix_nanoos_share_grantee', SHARES.c.grantee_id)
sa.Index(
    'uq_nanoos_share_everybody',
    SHARES.c.root_id,
    unique=True,
    sqlite_where=SHARES.c.grantee_id.is_(None),
    postgresql_where=SHARES.c.grantee_id.is_(None),
)


@dataclass(frozen=True)
class Share:
    """One share of a root: with whom (None: everybody) and for what."""

    grantee: orm.User | None
    access: Access


@dataclass(frozen=True)
class Viewer:
    """Who looks at the graph: a user, and with `group_pk` at nothing but the nodes of that group."""

    user_pk: int
    group_pk: int | None = None


def create_tables(connection: sa.Connection) -> None:
    """Create the tables of shares where they are missing."""
    METADATA.create_all(connection, tables=[ROOTS, SHARES])


def share(root: orm.Node | orm.Group, grantee: orm.User | None, access: Access = 'read') -> None:
    """Open `root` to `grantee` (None: to everybody); an existing share gets the new access.

    :raises PermissionError: when the root does not belong to the user who asks.
    :raises ValueError: for an unknown access, or a root or grantee that is not stored.
    """
    if access not in ('read', 'write'):
        raise ValueError(f"access is 'read' or 'write', got {access!r}")
    if grantee is not None and grantee.pk is None:
        raise ValueError(f'user {grantee.email} is not stored: store it before sharing with this user')
    _check_owner(root)
    session = _session()
    root_id = _root_id(session, root)
    if root_id is None:
        new_root = sa.insert(ROOTS).values({_column(root).name: root.pk})
        root_id = session.scalar(new_root.returning(ROOTS.c.id))
    session.execute(sa.delete(SHARES).where(SHARES.c.root_id == root_id, _is_grantee(grantee)))
    session.execute(
        sa.insert(SHARES).values(root_id=root_id, grantee_id=grantee.pk if grantee else None, access=access)
    )
    session.commit()


def revoke(root: orm.Node | orm.Group, grantee: orm.User | None) -> None:
    """Take the share of `root` back from `grantee` (None: the share with everybody), at once.

    :raises PermissionError: when the root does not belong to the user who asks.
    :raises ValueError: when there is no such share.
    """
    _check_owner(root)
    session = _session()
    statement = sa.delete(SHARES).where(SHARES.c.root_id == _root_id(session, root), _is_grantee(grantee))
    if session.scalar(statement.returning(SHARES.c.id)) is None:
        session.rollback()
        raise ValueError(f'{root} is not shared with {grantee.email if grantee else "everybody"}')
    session.commit()


def shares_of(root: orm.Node | orm.Group) -> list[Share]:
    """Return the shares of a root, oldest first."""
    session = _session()
    statement = (
        sa.select(SHARES.c.grantee_id, SHARES.c.access)
        .where(SHARES.c.root_id == _root_id(session, root))
        .order_by(SHARES.c.id)
    )
    return [
        Share(None if pk is None else orm.User.collection.get(id=pk), cast(Access, access))
        for pk, access in session.execute(statement)
    ]


def is_visible(node: orm.Node, user: orm.User) -> bool:
    """Return whether `user` may see `node`: an own node, a system node, or one that is shared."""
    statement = sa.select(sa.literal(1)).select_from(NODES).where(NODES.c.id == node.pk, visible_to(user.pk))
    return _session().execute(statement).first() is not None


def visible_to(user_pk: int | None, nodes: Any = NODES.c) -> sa.ColumnElement[bool]:
    """Return the condition that the user may see a node, for any statement over AiiDA's node table.

    :param nodes: what has the columns `id` and `user_id` of the node: an alias of AiiDA's model, or columns.
    """
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL)
    return sa.or_(nodes.user_id == user_pk, nodes.user_id.in_(system), nodes.id.in_(shared_nodes(user_pk)))


def seen_by(viewer: Viewer | None, nodes: Any = NODES.c) -> sa.ColumnElement[bool]:
    """Return the condition that a viewer sees a node, for any statement over AiiDA's node table.

    :param viewer: None sees everything: the command line of the one whose instance it is.
    :param nodes: as in `visible_to`.
    """
    if viewer is None:
        return sa.true()
    condition = visible_to(viewer.user_pk, nodes)
    if viewer.group_pk is None:
        return condition
    members = sa.select(GROUP_NODES.c.dbnode_id).where(GROUP_NODES.c.dbgroup_id == viewer.group_pk)
    return sa.and_(condition, nodes.id.in_(members))


def shared_nodes(user_pk: int | None) -> sa.Select[int]:
    """Return the statement of the ids of all nodes that a user may see by shares.

    Each node is visited once for every root it is reached from (recursive CTE with UNION).
    """
    roots, members = _open_roots(user_pk), _members()
    seeds = _seeds(roots, members).cte('nanoos_seeds')
    covered = sa.select(seeds.c.root_id, seeds.c.node_id, seeds.c.onward).cte(
        'nanoos_covered', recursive=True
    )
    covered = covered.union(
        sa.select(covered.c.root_id, LINKS.c.output_id, LINKS.c.type != 'return')
        .join(LINKS, LINKS.c.input_id == covered.c.node_id)
        .join(NODES, NODES.c.id == LINKS.c.output_id)
        .join(members, _is_member(members, covered.c.root_id))
        .where(covered.c.onward)
    )
    inputs = (
        sa.select(LINKS.c.input_id)
        .select_from(covered)
        .join(LINKS, LINKS.c.output_id == covered.c.node_id)
        .join(NODES, NODES.c.id == LINKS.c.input_id)
        .join(members, _is_member(members, covered.c.root_id))
        .where(LINKS.c.type.in_(['input_calc', 'input_work']))
    )
    both = sa.union(sa.select(covered.c.node_id), inputs).subquery('nanoos_shared')
    return sa.select(both.c.node_id)


def _open_roots(user_pk: int | None) -> sa.CTE:
    """Return the roots that are open to a user: shared with them, or their own and open for writing."""
    owners = _owners()
    return (
        sa.select(ROOTS.c.id, ROOTS.c.node_id, ROOTS.c.group_id)
        .join(SHARES, SHARES.c.root_id == ROOTS.c.id)
        .join(owners, owners.c.root_id == ROOTS.c.id)
        .where(
            sa.or_(
                SHARES.c.grantee_id == user_pk,
                SHARES.c.grantee_id.is_(None),
                sa.and_(owners.c.user_id == user_pk, SHARES.c.access == 'write'),
            )
        )
        .distinct()
        .cte('nanoos_open')
    )


def _owners() -> sa.Subquery:
    """Return the owner of every root."""
    nodes, groups = NODES.alias(), GROUPS.alias()
    return sa.union_all(
        sa.select(ROOTS.c.id.label('root_id'), nodes.c.user_id).join(nodes, nodes.c.id == ROOTS.c.node_id),
        sa.select(ROOTS.c.id, groups.c.user_id).join(groups, groups.c.id == ROOTS.c.group_id),
    ).subquery()


def _members() -> sa.CTE:
    """Return the members of every root: its owner and who may write; NULL stands for everybody."""
    owners = _owners()
    writers = sa.select(SHARES.c.root_id, SHARES.c.grantee_id).where(SHARES.c.access == 'write')
    return sa.union_all(sa.select(owners.c.root_id, owners.c.user_id), writers).cte('nanoos_members')


def _is_member(members: sa.CTE, root_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Return the condition that the node belongs to a member of the root."""
    return sa.and_(
        members.c.root_id == root_id,
        sa.or_(members.c.user_id == NODES.c.user_id, members.c.user_id.is_(None)),
    )


def _seeds(roots: sa.CTE, members: sa.CTE) -> sa.CompoundSelect[int, int, bool]:
    """Return the nodes that the traversal starts from: root nodes, and members' nodes in root groups."""
    root_nodes = sa.select(
        roots.c.id.label('root_id'), roots.c.node_id.label('node_id'), sa.true().label('onward')
    ).where(roots.c.node_id.is_not(None))
    grouped = (
        sa.select(roots.c.id, NODES.c.id, sa.true())
        .join(GROUP_NODES, GROUP_NODES.c.dbgroup_id == roots.c.group_id)
        .join(NODES, NODES.c.id == GROUP_NODES.c.dbnode_id)
        .join(members, _is_member(members, roots.c.id))
    )
    return sa.union(root_nodes, grouped)


def _session() -> Session:
    session: Session = get_manager().get_profile_storage().get_session()  # type: ignore[attr-defined]
    return session


def _column(root: orm.Node | orm.Group) -> sa.Column[Any]:
    return ROOTS.c.group_id if isinstance(root, orm.Group) else ROOTS.c.node_id


def _root_id(session: Session, root: orm.Node | orm.Group) -> int | None:
    return session.execute(sa.select(ROOTS.c.id).where(_column(root) == root.pk)).scalar_one_or_none()


def _is_grantee(grantee: orm.User | None) -> sa.ColumnElement[bool]:
    return SHARES.c.grantee_id.is_(None) if grantee is None else SHARES.c.grantee_id == grantee.pk


def _check_owner(root: orm.Node | orm.Group) -> None:
    if root.pk is None:
        raise ValueError(f'{root} is not stored: store it before sharing it')
    asking = orm.User.collection.get_default()
    if asking is None or root.user.pk != asking.pk:
        who = 'nobody' if asking is None else asking.email
        raise PermissionError(f'{root} belongs to {root.user.email}: {who} may not share it')

"""Shares: which nodes a user may see that belong to somebody else.

A share opens a root (a node, or the nodes of a group) to one user or to everybody, for reading or for
submitting under it as well. It covers the root, its present and future descendants and the direct inputs of
the processes among them, as far as they belong to the root's *members*: its owner and those who may write.
So what a reader makes from a shared node stays the reader's own, what a writer makes under it is seen by the
owner and all others the root is shared with, and nobody can give away nodes of a third party.

Data that a workflow only returns are covered, but what others computed from them is not: they may be inputs
that the workflow passed through. Nor does a share go on from an input into a batch, a process of many inputs
that have nothing to do with each other: it would open all of them with the one that is shared.
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
#: Types of the processes that are batches: their inputs have nothing to do with each other.
BATCHES = tuple(
    f'aiida.calculations:nanoos.{name}'
    for name in ('choose_structures', 'collect_dataset', 'extend_dataset', 'features', 'predict')
)


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
    sa.Column('owner_id', reference('db_dbuser'), nullable=False, index=True, comment='of the node or group'),
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
sa.Index(
    'ix_nanoos_share_write',
    SHARES.c.root_id,
    sqlite_where=SHARES.c.access == 'write',
    postgresql_where=SHARES.c.access == 'write',
)
#: How a node is covered: as an input to be read, as an output of a workflow that only returns it, or with
#: all that comes of it.
INPUT, RETURNED, ONWARD = range(3)
COVER = sa.Table(
    'nanoos_cover',
    METADATA,
    sa.Column('root_id', sa.Integer, primary_key=True),
    sa.Column('node_id', sa.Integer, primary_key=True),
    sa.Column('kind', sa.SmallInteger, nullable=False, comment='INPUT, RETURNED or ONWARD'),
    sa.Column('ctime', sa.DateTime(timezone=True), nullable=False, comment='of the node: lists go by it'),
    sqlite_with_rowid=False,
)
sa.Index('ix_nanoos_cover_node', COVER.c.node_id, COVER.c.root_id)
sa.Index('ix_nanoos_cover_ctime', COVER.c.root_id, COVER.c.ctime, COVER.c.node_id)
TABLES = (ROOTS, SHARES)


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


def share(root: orm.Node | orm.Group, grantee: orm.User | None, access: Access = 'read') -> None:
    """Open `root` to `grantee` (None: to everybody); an existing share gets the new access.

    :raises PermissionError: when the root does not belong to the user who asks.
    :raises ValueError: for an unknown access, or a root or grantee that is not stored.
    """
    if access not in ('read', 'write'):
        raise ValueError(f"access is 'read' or 'write', got {access!r}")
    if grantee is not None and grantee.pk is None:
        raise ValueError(f'user {grantee.email} is not stored: store it before sharing with this user')
    check_owner(root)
    session = _session()
    root_id = _root_id(session, root)
    if root_id is None:
        new_root = sa.insert(ROOTS).values({_column(root).name: root.pk, 'owner_id': root.user.pk})
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
    check_owner(root)
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


def check_owner(root: orm.Node | orm.Group) -> None:
    """Check that the root of a share belongs to the user who asks.

    :raises PermissionError: when it does not.
    :raises ValueError: when it is not stored.
    """
    if root.pk is None:
        raise ValueError(f'{root} is not stored: store it before sharing it')
    asking = orm.User.collection.get_default()
    if asking is None or root.user.pk != asking.pk:
        who = 'nobody' if asking is None else asking.email
        raise PermissionError(f'{root} belongs to {root.user.email}: {who} may not share it')


def is_visible(node: orm.Node, user: orm.User) -> bool:
    """Return whether `user` may see `node`: an own node, a system node, or one that is shared."""
    statement = sa.select(sa.literal(1)).select_from(NODES).where(NODES.c.id == node.pk, visible_to(user.pk))
    return _session().execute(statement).first() is not None


def visible_to(user_pk: int | None, nodes: Any = NODES.c) -> sa.ColumnElement[bool]:
    """Return the condition that the user may see a node, for any statement over AiiDA's node table.

    :param nodes: what has the columns `id` and `user_id` of the node: an alias of AiiDA's model, or columns.
    """
    system = sa.select(USERS.c.id).where(USERS.c.email == SYSTEM_EMAIL)
    # Looked up node by node: of what merely exists PostgreSQL makes a table first, with all that is shared.
    root = (
        sa.select(COVER.c.root_id)
        .where(COVER.c.node_id == nodes.id, COVER.c.root_id.in_(open_roots(user_pk)))
        .correlate_except(COVER)
        .limit(1)
        .scalar_subquery()
    )
    return sa.or_(nodes.user_id == user_pk, nodes.user_id.in_(system), root.is_not(None))


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


def open_roots(user_pk: int | None) -> sa.CompoundSelect[int]:
    """Return the statement of the roots open to a user: shared with them, or their own and open for writing.

    It reads the shares themselves: what is revoked is closed, whatever the cover still holds.
    """
    granted = sa.select(SHARES.c.root_id).where(SHARES.c.grantee_id == user_pk)
    everybody = sa.select(SHARES.c.root_id).where(SHARES.c.grantee_id.is_(None))
    # In words: with a parameter SQLite plans the statement anew each time, for the index of such shares.
    is_write = SHARES.c.access == sa.literal_column("'write'")
    written = (
        sa.select(SHARES.c.root_id)
        .join(ROOTS, ROOTS.c.id == SHARES.c.root_id)
        .where(ROOTS.c.owner_id == user_pk, is_write)
    )
    return sa.union(granted, everybody, written)


def _session() -> Session:
    session: Session = get_manager().get_profile_storage().get_session()  # type: ignore[attr-defined]
    return session


def _column(root: orm.Node | orm.Group) -> sa.Column[Any]:
    return ROOTS.c.group_id if isinstance(root, orm.Group) else ROOTS.c.node_id


def _root_id(session: Session, root: orm.Node | orm.Group) -> int | None:
    return session.execute(sa.select(ROOTS.c.id).where(_column(root) == root.pk)).scalar_one_or_none()


def _is_grantee(grantee: orm.User | None) -> sa.ColumnElement[bool]:
    return SHARES.c.grantee_id.is_(None) if grantee is None else SHARES.c.grantee_id == grantee.pk

"""Which nodes a user may see by shares, worked out anew from links and groups: what the cover must equal."""

from __future__ import annotations

import sqlalchemy as sa

from nanoos_plugins.storage.shares import GROUP_NODES, GROUPS, LINKS, NODES, ROOTS, SHARES

#: Of the node at the end of a link.
_IS_BATCH = sa.literal_column("coalesce(db_dbnode.process_type, '')") == 'aiida.calculations:nanoos.features'


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
        .where(covered.c.onward, sa.not_(sa.and_(LINKS.c.type == 'input_calc', _IS_BATCH)))
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

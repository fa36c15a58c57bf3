"""Which nodes an archive has: the chosen ones and, by AiiDA's own rules, what they need to be understood."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from aiida.common.links import GraphTraversalRules

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.nodes import chunks
from nanoos_plugins.graph.tables import tables
from nanoos_plugins.storage.shares import GROUP_NODES, Viewer, seen_by

_RULES = [name.rpartition('_') for name, rule in GraphTraversalRules.EXPORT.value.items() if rule.default]
#: Types of links that are followed to where they lead, and to where they come from.
FORWARD = sorted(kind for kind, _, way in _RULES if way == 'forward')
BACKWARD = sorted(kind for kind, _, way in _RULES if way == 'backward')


def closure(opened: sa.Connection, viewer: Viewer, roots: Collection[int], most: int) -> list[int]:
    """Return the keys of nodes and of all that belongs into an archive of them, as far as the viewer sees it.

    :raises ValueError: when there are more than `most`.
    """
    # Written once: a graph may be as deep as it has nodes, and to write a statement takes longer than to ask.
    steps = _steps(viewer, most)
    found, level = set(roots), sorted(roots)
    while level:
        behind: set[int] = set()
        for chunk in chunks(level):
            for step in steps:
                behind.update(opened.scalars(step, {'level': chunk}))
        behind -= found
        found |= behind
        if len(found) > most:
            raise ValueError(f'the archive would have more than {most} nodes: choose fewer')
        level = sorted(behind)
    return sorted(found)


def _steps(viewer: Viewer, most: int) -> list[sa.Select[int]]:
    """Return the statements of what is behind the nodes `level`, back and forward."""
    node, link = tables().node, tables().link
    ways = ((link.c.output_id, link.c.input_id, BACKWARD), (link.c.input_id, link.c.output_id, FORWARD))
    return [
        sa.select(there)
        .join(node, node.c.id == there)
        # Added to a text, the type is not looked up by its index, which has a sixth of all links.
        .where(among(here, 'level'), (link.c.type + '').in_(kinds), seen_by(viewer, node.c))
        .distinct()
        # One more than fits, were all of those that were found among them.
        .limit(2 * most + 1)
        for here, there, kinds in ways
    ]


def members(
    opened: sa.Connection, viewer: Viewer, groups: Collection[int], most: int
) -> list[tuple[int, int]]:
    """Return group and node for each member of the groups that the viewer sees.

    :raises ValueError: when there are more than `most`.
    """
    node = tables().node
    statement = (
        sa.select(GROUP_NODES.c.dbgroup_id, GROUP_NODES.c.dbnode_id)
        .join(node, node.c.id == GROUP_NODES.c.dbnode_id)
        .where(GROUP_NODES.c.dbgroup_id.in_(groups), seen_by(viewer, node.c))
        .limit(most + 1)
    )
    found = [(row[0], row[1]) for row in opened.execute(statement)]
    if len(found) > most:
        raise ValueError(f'the groups have more than {most} nodes: choose fewer')
    return found

"""What an earlier run of the demo left: found again by what it is, so that nothing is made twice.

A process carries its step and a digest of its inputs in its label from the moment it is stored, so that it is
found even when the demo was killed right after. The group `nanoos/demo` and the extra `nanoos_demo_step` are
for people and queries; they are completed whenever they are missing.
"""

from __future__ import annotations

import hashlib
import json

from aiida import orm

from nanoos_plugins.demo.steps import Step

GROUP = 'nanoos/demo'
EXTRA = 'nanoos_demo_step'


def step_label(step: Step, structure: orm.StructureData, template: orm.Data) -> str:
    """Return the label of the step's process: its key and a digest of all that goes into it."""
    what = [step.workflow, step.protocol, dict(step.settings), structure.uuid, template.uuid]
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:10]
    return f'{step.title} (nanoos demo {step.key} {digest})'


def group() -> orm.Group:
    """Return the group of the demo, made when it is missing."""
    found, _ = orm.Group.collection.get_or_create(label=GROUP)
    return found


def adopt(node: orm.Node, key: str) -> None:
    """Put a node into the group under its step's key, unless it is there already."""
    if node.base.extras.get(EXTRA, None) != key:
        node.base.extras.set(EXTRA, key)
    group().add_nodes(node)


def find_process(label: str) -> orm.ProcessNode | None:
    """Return the newest process with this label that a step may go on with; None when there is none."""
    query = orm.QueryBuilder().append(orm.ProcessNode, filters={'label': label}, tag='process')
    found: orm.ProcessNode | None = query.order_by({'process': {'id': 'desc'}}).limit(1).first(flat=True)
    return found


def find_output(label: str) -> orm.StructureData | None:
    """Return the structure that the calculation with this label made; None when there is none."""
    query = orm.QueryBuilder().append(orm.CalcFunctionNode, filters={'label': label}, tag='maker')
    query.append(orm.StructureData, with_incoming='maker', tag='made')
    found: orm.StructureData | None = query.order_by({'made': {'id': 'desc'}}).limit(1).first(flat=True)
    return found

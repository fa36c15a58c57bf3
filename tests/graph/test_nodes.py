"""Lists of nodes by their key, and one node as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.engine import ProcessState

from nanoos_plugins.graph.nodes import Filters, Node, list_as_json, list_nodes, load_node
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import revoke, share
from tests.graph.conftest import viewer_of

MakeProcess = Callable[..., orm.ProcessNode]


def listed(user: orm.User, group: orm.Group | None = None, **filters: Any) -> list[str]:
    """Return the UUIDs of the nodes of a list that are not the system's, newest first."""
    after, found = None, list[Node]()
    while True:
        nodes, after = list_nodes(viewer_of(user, group), 2, after, Filters(**filters))
        assert len(nodes) <= 2
        found += nodes
        if after is None:
            return [node.uuid for node in found if node.owner != system_user().email]


def test_a_list_is_newest_first_and_each_page_goes_on_where_the_one_before_ended(alice: orm.User) -> None:
    with acting_as(alice):
        made = [orm.Int(number).store().uuid for number in range(5)]
    assert listed(alice) == made[::-1]
    # Five and not more: the pages do not repeat, and have no gap when times are equal.
    node = tables().node
    with connection() as opened, opened.begin():
        now = sa.select(sa.func.max(node.c.ctime)).scalar_subquery()
        opened.execute(sa.update(node).where(node.c.user_id == alice.pk).values(ctime=now))
    assert listed(alice) == made[::-1]


def test_the_database_writes_a_list_as_it_is_read(alice: orm.User, process_node: MakeProcess) -> None:
    with acting_as(alice):
        number = orm.Int(1, label='an "Ångström" \\ ').store()
        process_node(orm.CalcFunctionNode, 'add', x=number)
    viewer, after = viewer_of(alice), None
    for _ in range(2):
        rows, behind = list_nodes(viewer, 1, after, Filters())
        text, after = list_as_json(viewer, 1, after, Filters())
        assert after == behind
        told = [{**one, 'pk': rows[0].pk} for one in json.loads(text)]
        for one in told:
            one |= {key: datetime.fromisoformat(one[key]) for key in ('ctime', 'mtime')}
        assert told == [row._asdict() for row in rows]
    empty, end = list_as_json(viewer, 1, None, Filters(node_type='no.such.'))
    assert (json.loads(empty), end) == ([], None)


def test_filters_restrict(alice: orm.User, process_node: MakeProcess) -> None:
    with acting_as(alice):
        number = orm.Int(1, label='First 100%_thing').store()
        text = orm.Str('a').store()
        other = orm.Str('b', label='100 things').store()
        process = process_node(orm.CalcFunctionNode, 'add', x=number)
        waiting = process_node(
            orm.WorkChainNode, 'wait', state=ProcessState.WAITING, process_type='aiida.workflows:nanoos.relax'
        )
    assert listed(alice, node_type='data.core.') == [other.uuid, text.uuid, number.uuid]
    assert listed(alice, node_type='data.core.int.Int.') == [number.uuid]
    assert listed(alice, node_type='data.core.int.I') == [number.uuid]
    assert listed(alice, node_type='data_core') == []
    assert listed(alice, process_type='aiida.workflows:nanoos.relax') == [waiting.uuid]
    assert listed(alice, label='first') == [number.uuid]
    assert listed(alice, label='100%_') == [number.uuid]
    assert listed(alice, process_state='waiting') == [waiting.uuid]
    assert listed(alice, process_state='finished') == [process.uuid]
    assert listed(alice, owner=alice.email) == listed(alice)
    assert listed(alice, owner='nobody@nodes.test') == []
    assert listed(alice, created_after=text.ctime) == [waiting.uuid, process.uuid, other.uuid]
    assert listed(alice, created_before=text.ctime) == [number.uuid]
    assert listed(alice, created_before=text.ctime - timedelta(days=9)) == []


def test_data_may_have_attributes_with_the_names_of_a_process(alice: orm.User) -> None:
    with acting_as(alice):
        data = orm.Dict({'exit_status': 'not a number', 'process_state': 'finished'}).store()
    nodes, _ = list_nodes(viewer_of(alice), 1, None, Filters())
    assert (nodes[0].uuid, nodes[0].exit_status, nodes[0].process_state) == (data.uuid, None, None)
    assert listed(alice, process_state='finished') == []


def test_lists_have_what_is_own_shared_and_the_systems(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        shared, private = orm.Int(1).store(), orm.Int(2).store()
    with acting_as(bob):
        own = orm.Int(3).store()
    with acting_as(system_user()):
        provided = orm.Int(4).store()
    assert listed(bob) == [own.uuid]
    with acting_as(alice):
        share(shared, bob)
    assert listed(bob) == [own.uuid, shared.uuid]
    assert listed(bob, owner=alice.email) == [shared.uuid]
    assert private.uuid not in listed(bob)
    nodes, _ = list_nodes(viewer_of(bob), 1, None, Filters())
    assert nodes[0].uuid == provided.uuid
    with acting_as(alice):
        revoke(shared, bob)
    assert listed(bob) == [own.uuid]


def test_a_viewer_of_a_group_sees_no_more_than_it(alice: orm.User) -> None:
    with acting_as(alice):
        inside, outside = orm.Int(1).store(), orm.Int(2).store()
        group = orm.Group(f'nodes {alice.email}').store()
        group.add_nodes([inside])
    assert listed(alice, group) == [inside.uuid]
    assert load_node(viewer_of(alice, group), inside.uuid).node.uuid == inside.uuid
    with pytest.raises(LookupError):
        load_node(viewer_of(alice, group), outside.uuid)


def test_a_node_comes_with_its_attributes_as_text(alice: orm.User, bob: orm.User) -> None:
    value = {'energy_eV': -3.5, 'text': 'α "quoted"', 'list': [1, None, {'a': True}]}
    with acting_as(alice):
        data = orm.Dict(value, label='a', description='b').store()
        data.base.extras.set('note', 'c')
    content = load_node(viewer_of(alice), data.uuid)
    assert json.loads(content.attributes) == value
    assert json.loads(content.extras)['note'] == 'c'
    assert (content.node.label, content.description, content.node.owner) == ('a', 'b', alice.email)
    with pytest.raises(LookupError, match=f'there is no node {data.uuid}'):
        load_node(viewer_of(bob), data.uuid)


def test_the_checkpoint_of_a_process_is_not_told(alice: orm.User, process_node: MakeProcess) -> None:
    with acting_as(alice):
        process = process_node(orm.WorkChainNode, 'run', state=ProcessState.RUNNING)
        process.set_checkpoint('a_node: secret')
    content = load_node(viewer_of(alice), process.uuid)
    assert json.loads(content.attributes)['process_label'] == 'run'
    assert 'secret' not in content.attributes

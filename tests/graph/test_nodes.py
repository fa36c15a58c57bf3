"""Lists of nodes by their key, one node as text, its links and files, and what is drawn of it."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState

from nanoos_plugins.graph.mermaid import draw_mermaid
from nanoos_plugins.graph.nodes import (
    Filters,
    Neighbour,
    Node,
    list_as_json,
    list_links,
    list_nodes,
    load_node,
)
from nanoos_plugins.graph.pictures import as_mermaid, as_prov, as_svg
from nanoos_plugins.graph.provenance import extent, read_provenance
from nanoos_plugins.graph.repository import list_files, open_file
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.graph.traverse import Question, traverse
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import Viewer, revoke, share

_NUMBERS = itertools.count(1)
MakeProcess = Callable[..., orm.ProcessNode]


@pytest.fixture
def alice(profile: object) -> orm.User:
    return orm.User(email=f'alice{next(_NUMBERS)}@nodes.test').store()


@pytest.fixture
def bob(profile: object) -> orm.User:
    return orm.User(email=f'bob{next(_NUMBERS)}@nodes.test').store()


def viewer_of(user: orm.User, group: orm.Group | None = None) -> Viewer:
    assert user.pk is not None
    return Viewer(user.pk, None if group is None else group.pk)


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
        group = orm.Group(f'nodes {next(_NUMBERS)}').store()
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


def test_links_go_both_ways_page_by_page(alice: orm.User, bob: orm.User, process_node: MakeProcess) -> None:
    with acting_as(alice):
        data = [orm.Int(number).store() for number in range(3)]
        calculation = process_node(orm.CalcFunctionNode, 'add', a=data[0], b=data[1], c=data[2])
        made = orm.Int(9)
        made.base.links.add_incoming(calculation, LinkType.CREATE, 'sum')
        made.store()
    with acting_as(bob):
        process_node(orm.CalcFunctionNode, 'foreign', x=made)

    def links(uuid: str, limit: int) -> list[Neighbour]:
        after, found = None, list[Neighbour]()
        while True:
            page, after = list_links(viewer_of(alice), uuid, limit, after)
            found += page
            if after is None:
                return found
            assert len(page) == limit

    whole = links(calculation.uuid, 50)
    assert [(one.direction, one.type, one.label, one.node.uuid) for one in whole] == [
        *(('incoming', 'input_calc', key, one.uuid) for key, one in zip('abc', data, strict=True)),
        ('outgoing', 'create', 'sum', made.uuid),
    ]
    for limit in (1, 2, 3, 4):
        assert links(calculation.uuid, limit) == whole
    assert [one.node.uuid for one in links(made.uuid, 1)] == [calculation.uuid]
    with pytest.raises(LookupError):
        list_links(viewer_of(bob), calculation.uuid, 50, None)


def folder() -> orm.FolderData:
    node = orm.FolderData()
    for path, content in {'b.txt': b'bbb', 'deep/er/a.dat': b'\x00' * 7, 'deep/c': b''}.items():
        node.base.repository.put_object_from_filelike(io.BytesIO(content), path)
    return node.store()


def test_files_are_listed_and_opened_without_the_node(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        node = folder()
    viewer = viewer_of(alice)
    files, after = list_files(viewer, node.uuid, 2, 0)
    assert [(file.path, file.size) for file in files] == [('b.txt', 3), ('deep/c', 0)]
    assert after == 2
    files, after = list_files(viewer, node.uuid, 2, after)
    assert [(file.path, file.size) for file in files] == [('deep/er/a.dat', 7)]
    assert after is None
    content = open_file(viewer, node.uuid, 'b.txt')
    assert (content.stream.read(), content.size) == (b'bbb', 3)
    content.close()
    for path in (
        '',
        '.',
        '..',
        '../b.txt',
        '/b.txt',
        'deep',
        'deep/',
        'deep//c',
        'b.txt/',
        'k',
        'o',
        'x\x00',
    ):
        with pytest.raises(LookupError):
            open_file(viewer, node.uuid, path)
    for call in (
        lambda who: list_files(who, node.uuid, 2, 0),
        lambda who: open_file(who, node.uuid, 'b.txt'),
    ):
        with pytest.raises(LookupError, match=f'there is no node {node.uuid}'):
            call(viewer_of(bob))


# The second would be joined to a folder of the container as an absolute path.
@pytest.mark.parametrize(
    'key', ['../../../../config.json', 'xx/etc/passwd', '/etc/passwd', '0' * 63, '0' * 64]
)
def test_a_forged_key_opens_nothing(alice: orm.User, key: str) -> None:
    with acting_as(alice):
        node = folder()
    forged = {'o': {'x': {'k': key}, 'y': {'o': {'z': {'k': key}}}}}
    set_files(node, forged)
    try:
        assert list_files(viewer_of(alice), node.uuid, 50, 0) == ([], None)
        for path in ('x', 'y/z'):
            with pytest.raises(LookupError):
                open_file(viewer_of(alice), node.uuid, path)
    finally:
        # AiiDA refuses to maintain or back up a storage with files that are not there.
        set_files(node, {})


def set_files(node: orm.Node, metadata: dict[str, object]) -> None:
    """Write down other files of a node than it has."""
    table = tables().node
    with connection() as opened, opened.begin():
        statement = sa.update(table).where(table.c.id == node.pk).values(repository_metadata=metadata)
        opened.execute(statement)


def test_provenance_and_its_extent_are_those_that_a_viewer_sees(
    alice: orm.User, bob: orm.User, process_node: MakeProcess
) -> None:
    with acting_as(alice):
        data = orm.Int(1).store()
        job = process_node(orm.WorkChainNode, 'job', x=data)
    with acting_as(bob):
        process_node(orm.CalcFunctionNode, 'foreign', job, x=data)
    assert job.pk is not None
    seen = read_provenance([job.pk], viewer=viewer_of(alice))
    assert {node.title for node in seen.nodes.values()} == {'job', 'Int'}
    assert {(link.source, link.target) for link in seen.links} == {(data.pk, job.pk)}
    assert 'foreign' in {node.title for node in read_provenance([job.pk]).nodes.values()}
    assert extent([job.pk], '', viewer_of(alice)).owners == [alice.email]
    assert extent([job.pk], '').owners == sorted([alice.email, bob.email])
    with pytest.raises(ValueError, match='no node has pk'):
        read_provenance([job.pk], viewer=viewer_of(bob))


HOSTILE = '"]; click n0 "javascript:alert(1)" <img src=x onerror=alert(1)> `#quot;` end\n%% \x07'


def test_labels_mean_nothing_to_mermaid(process_node: MakeProcess) -> None:
    data = orm.Int(1, label=HOSTILE).store()
    process_node(orm.CalcFunctionNode, HOSTILE, x=data)
    page = traverse(None, Question(data.uuid, 'descendants'), 99)
    lines = as_mermaid(None, page).splitlines()
    assert lines[0] == 'flowchart LR'
    # Two nodes, a link, and a style for each of the two kinds.
    assert len(lines) == 6
    for line in lines[1:3]:
        # What was given is letters, digits, harmless signs, and the numbers of all other characters.
        assert re.fullmatch(r' +n\d\(?\["([\w _.,:/+=·…×-]|#\d+;)*"\]\)?:::\w+', line)
    assert lines[3].strip() == 'n0 -->|"x"| n1'
    assert '#34;#93;#59; click' in lines[1]


def test_mermaid_says_what_is_a_call(kept_graph: Callable[..., Any]) -> None:
    text = draw_mermaid(read_provenance([kept_graph(1).job.pk], depth=1))
    assert '-.->' in text
    assert 'classDef workflow' in text


def test_prov_has_every_node_and_link_once_in_its_place(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    page = traverse(None, Question(graph.structure.uuid, 'descendants', depth=100), 2000)
    document = json.loads(as_prov(page))
    names = {f'node:{node.uuid}': node for node in page.nodes.values()}
    assert set(document['activity']) == {name for name, node in names.items() if node.is_process}
    assert set(document['entity']) == {name for name, node in names.items() if not node.is_process}
    assert len(document['agent']) == 1
    assert len(document['wasAttributedTo']) == len(document['entity'])
    assert len(document['wasAssociatedWith']) == len(document['activity'])
    counts = {
        'used': ('input_calc', 'input_work'),
        'wasGeneratedBy': ('create',),
        'wasStartedBy': ('call_calc', 'call_work'),
        'wasInfluencedBy': ('return',),
    }
    for kind, links in counts.items():
        assert len(document[kind]) == sum(link.kind in links for link in page.links) > 0
    made = [one for one in document['wasGeneratedBy'].values() if one['prov:role'] == 'result']
    assert f'node:{graph.result.uuid}' in {one['prov:entity'] for one in made}
    activity = document['activity'][f'node:{graph.job.uuid}']
    assert activity['prov:startTime'] <= activity['prov:endTime']


@pytest.mark.parametrize('draw', [as_svg, as_mermaid, lambda _, page: as_prov(page)])
def test_a_later_page_is_drawn_with_what_it_is_linked_to(
    kept_graph: Callable[..., Any], draw: Callable[..., str | bytes]
) -> None:
    question = Question(kept_graph(3).structure.uuid, 'descendants', depth=100)
    first = traverse(None, question, 4)
    second = traverse(None, question, 4, first.after)
    assert len(second.shown) > len(second.distance) == 4
    assert draw(None, second)

"""Nodes over HTTP: lists, content, links, files and graph; what another tenant has looks like nothing."""

from __future__ import annotations

import io
import json
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from aiida.common import LinkType
from starlette.testclient import TestClient

from api import files
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import revoke, share
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.graph.conftest import process

BIG = bytes(range(256)) * 10_000


class Graph:
    """alice: structure → calculation → result, with files; bob used the structure's folder as well."""

    def __init__(self, alice: Person, bob: Person) -> None:
        with acting_as(alice.user):
            self.folder = orm.FolderData(label='alice and her files')
            for path, content in {'a.txt': b'0123456789', 'sub/ä "b".bin': BIG, 'empty': b''}.items():
                self.folder.base.repository.put_object_from_filelike(io.BytesIO(content), path)
            self.folder.store()
            self.calculation = process(orm.CalcFunctionNode, 'add', x=self.folder)
            self.result = orm.Dict({'energy_eV': -1.5, 'text': '</script>'})
            self.result.base.links.add_incoming(self.calculation, LinkType.CREATE, 'y')
            self.result.store()
            self.calculation.seal()
        with acting_as(bob.user):
            self.foreign = process(orm.CalcFunctionNode, 'foreign', x=self.folder)
            self.beyond = orm.Dict({'secret': 1})
            self.beyond.base.links.add_incoming(self.foreign, LinkType.CREATE, 'y')
            self.beyond.store()


@pytest.fixture(scope='module')
def graph(alice: Person, bob: Person) -> Graph:
    return Graph(alice, bob)


def every_item(person: Person, path: str, key: str = 'items', **params: Any) -> list[dict[str, Any]]:
    """Return what all pages of a list have."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        answer = person.http('GET', path, params={**params, **after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page[key]
        if page['after'] is None:
            return found
        after = {'after': page['after']}


def test_a_list_has_what_is_ones_own(graph: Graph, alice: Person, sign_up: Callable[..., Person]) -> None:
    uuids = [graph.result.uuid, graph.calculation.uuid, graph.folder.uuid]
    every = every_item(alice, '/nodes', limit=2, owner=alice.email)
    # Her jobs of other tests may still make nodes.
    mine = [node for node in every if node['uuid'] in uuids]
    assert [node['uuid'] for node in mine] == uuids
    assert {'attributes', 'pk', 'id'}.isdisjoint(mine[0])
    assert mine[1]['process_state'] == 'finished'
    assert mine[1]['exit_status'] == 0
    # Of somebody with whom no other test has shared anything.
    stranger = sign_up('stranger')
    theirs = every_item(stranger, '/nodes', limit=200)
    assert not {node['uuid'] for node in every} & {node['uuid'] for node in theirs}
    assert alice.email not in {node['owner'] for node in theirs}
    assert every_item(stranger, '/nodes', owner=alice.email) == []
    assert every_item(stranger, '/nodes', label='alice and her files') == []
    found = every_item(alice, '/nodes', label='AND her', node_type='data.core.folder.')
    assert graph.folder.uuid in [node['uuid'] for node in found]
    later = every_item(alice, '/nodes', created_after=graph.calculation.ctime.isoformat(), owner=alice.email)
    assert [node['uuid'] for node in later if node['uuid'] in uuids] == [graph.result.uuid]


@pytest.mark.parametrize(
    'params',
    [
        {'limit': 0},
        {'limit': 201},
        {'after': 'x'},
        {'after': 'MSAy'},
        {'created_after': 'yesterday'},
        {'created_after': '2026-01-01T00:00:00'},
        {'created_after': '0001-01-01T00:00:00+14:00'},
        {'created_before': '9999-12-31T23:59:59-14:00'},
        {'label': 'x' * 256},
        {'label': 'a\x00'},
    ],
)
def test_bad_lists_are_refused(alice: Person, params: dict[str, Any]) -> None:
    assert is_problem(alice.http('GET', '/nodes', params=params), 422)


@pytest.mark.parametrize('part', ['', '/links', '/files', '/files/a.txt', '/graph'])
def test_another_tenants_node_looks_like_none(
    client: TestClient, graph: Graph, alice: Person, bob: Person, part: str
) -> None:
    assert alice.http('GET', f'/nodes/{graph.folder.uuid}{part}').status_code == 200
    foreign = bob.http('GET', f'/nodes/{graph.folder.uuid}{part}')
    missing = str(uuid.uuid4())
    none = bob.http('GET', f'/nodes/{missing}{part}')
    assert is_problem(foreign, 404)
    assert is_problem(none, 404)
    assert foreign.json()['detail'] == none.json()['detail'].replace(missing, graph.folder.uuid)
    assert is_problem(client.get(f'/api/nodes/{graph.folder.uuid}{part}'), 401)
    for bad in ('1', 'x' * 36, graph.folder.uuid[:-1], "' OR 1=1 --"):
        assert is_problem(alice.http('GET', f'/nodes/{bad}{part}'), 422)


def test_a_share_opens_all_of_it_until_it_is_revoked(graph: Graph, alice: Person, bob: Person) -> None:
    parts = ('', '/links', '/files', '/files/a.txt', '/graph')
    with acting_as(alice.user):
        share(graph.folder, bob.user)
    assert {bob.http('GET', f'/nodes/{graph.folder.uuid}{part}').status_code for part in parts} == {200}
    around = bob.http('GET', f'/nodes/{graph.folder.uuid}/graph').json()
    assert {node['uuid'] for node in around['nodes']} >= {graph.result.uuid, graph.beyond.uuid}
    with acting_as(alice.user):
        revoke(graph.folder, bob.user)
    assert {bob.http('GET', f'/nodes/{graph.folder.uuid}{part}').status_code for part in parts} == {404}


def test_a_node_has_its_content(graph: Graph, alice: Person) -> None:
    answer = alice.http('GET', f'/nodes/{graph.result.uuid}')
    node = answer.json()
    assert node['attributes'] == {'energy_eV': -1.5, 'text': '</script>'}
    assert set(node['extras']) == set(graph.result.base.extras.all)
    assert (node['uuid'], node['owner']) == (graph.result.uuid, alice.email)
    assert answer.headers['content-type'] == 'application/json'
    assert 'private' in answer.headers['cache-control']


def test_a_node_is_sent_again_only_when_it_changed(graph: Graph, alice: Person, bob: Person) -> None:
    path = f'/nodes/{graph.result.uuid}'
    etag = alice.http('GET', path).headers['etag']
    same = alice.http('GET', path, headers={'If-None-Match': f'"other", {etag}'})
    assert (same.status_code, same.content, same.headers['etag']) == (304, b'', etag)
    # Who may not see it is not told that it has not changed.
    assert is_problem(bob.http('GET', path, headers={'If-None-Match': etag}), 404)
    with acting_as(alice.user):
        graph.result.base.extras.set('note', 'new')
    changed = alice.http('GET', path, headers={'If-None-Match': etag})
    assert changed.status_code == 200
    assert changed.headers['etag'] != etag
    assert changed.json()['extras']['note'] == 'new'


def test_links_have_no_neighbour_of_another_tenant(graph: Graph, alice: Person, bob: Person) -> None:
    links = every_item(alice, f'/nodes/{graph.calculation.uuid}/links', limit=1)
    assert [(link['direction'], link['type'], link['label'], link['node']['uuid']) for link in links] == [
        ('incoming', 'input_calc', 'x', graph.folder.uuid),
        ('outgoing', 'create', 'y', graph.result.uuid),
    ]
    answer = alice.http('GET', f'/nodes/{graph.folder.uuid}/links', params={'limit': 1}).json()
    assert [link['node']['uuid'] for link in answer['items']] == [graph.calculation.uuid]
    assert answer['after'] is None
    assert every_item(bob, f'/nodes/{graph.foreign.uuid}/links')[0]['node']['uuid'] == graph.beyond.uuid
    for after in ('x', 'MQ', 'LTEgMQ', 'MSAyIDM'):
        bad = alice.http('GET', f'/nodes/{graph.folder.uuid}/links', params={'after': after})
        assert is_problem(bad, 422)


def test_files_are_listed_by_path(graph: Graph, alice: Person) -> None:
    listed = every_item(alice, f'/nodes/{graph.folder.uuid}/files', limit=2)
    assert listed == [
        {'path': 'a.txt', 'size': 10},
        {'path': 'empty', 'size': 0},
        {'path': 'sub/ä "b".bin', 'size': len(BIG)},
    ]
    assert every_item(alice, f'/nodes/{graph.result.uuid}/files') == []


def test_a_file_is_sent_as_one_to_keep(graph: Graph, alice: Person) -> None:
    answer = alice.http('GET', f'/nodes/{graph.folder.uuid}/files/sub/ä "b".bin')
    assert answer.content == BIG
    assert answer.headers['content-disposition'] == "attachment; filename*=UTF-8''%C3%A4%20%22b%22.bin"
    assert answer.headers['x-content-type-options'] == 'nosniff'
    assert answer.headers['content-type'] == 'application/octet-stream'
    etag = answer.headers['etag']
    path = f'/nodes/{graph.folder.uuid}/files/sub/ä "b".bin'
    assert alice.http('GET', path, headers={'If-None-Match': etag}).status_code == 304
    assert alice.http('GET', f'/nodes/{graph.folder.uuid}/files/empty').content == b''


@pytest.mark.parametrize(
    ('asked', 'content', 'told'),
    [
        ('bytes=0-3', b'0123', 'bytes 0-3/10'),
        ('bytes=4-', b'456789', 'bytes 4-9/10'),
        ('bytes=-3', b'789', 'bytes 7-9/10'),
        ('bytes=-99', b'0123456789', 'bytes 0-9/10'),
        ('bytes=8-99', b'89', 'bytes 8-9/10'),
        ('bytes=0-', b'0123456789', 'bytes 0-9/10'),
    ],
)
def test_a_range_of_a_file_is_sent(
    graph: Graph, alice: Person, asked: str, content: bytes, told: str
) -> None:
    path = f'/nodes/{graph.folder.uuid}/files/a.txt'
    answer = alice.http('GET', path, headers={'Range': asked})
    assert (answer.status_code, answer.content, answer.headers['content-range']) == (206, content, told)
    assert answer.headers['content-length'] == str(len(content))
    whole = alice.http('GET', path, headers={'Range': asked, 'If-Range': '"another version"'})
    assert (whole.status_code, whole.content) == (200, b'0123456789')


@pytest.mark.parametrize('asked', ['bytes=10-', 'bytes=99-100', 'bytes=-0'])
def test_a_range_behind_the_end_is_refused(graph: Graph, alice: Person, asked: str) -> None:
    answer = alice.http('GET', f'/nodes/{graph.folder.uuid}/files/a.txt', headers={'Range': asked})
    assert is_problem(answer, 416)
    assert answer.headers['content-range'] == 'bytes */10'


@pytest.mark.parametrize(
    'asked', ['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b']
)
def test_what_is_no_range_is_answered_with_the_whole(graph: Graph, alice: Person, asked: str) -> None:
    answer = alice.http('GET', f'/nodes/{graph.folder.uuid}/files/a.txt', headers={'Range': asked})
    assert (answer.status_code, answer.content) == (200, b'0123456789')


def test_a_large_file_goes_in_pieces(graph: Graph, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    read = files.read

    async def spied(request: Any, call: Any, size: int) -> Any:
        sizes.append(size)
        return await read(request, call, size)

    monkeypatch.setattr(files, 'read', spied)
    monkeypatch.setattr(files, 'CHUNK', 1000)
    path = f'/nodes/{graph.folder.uuid}/files/sub/ä "b".bin'
    begin = 1_000_001
    answer = alice.http('GET', path, headers={'Range': f'bytes={begin}-{begin + 4999}'})
    assert answer.content == BIG[begin : begin + 5000]
    assert sizes == [1000] * 5


def test_packed_and_compressed_files_are_sent_alike(graph: Graph, alice: Person, profile: Any) -> None:
    from aiida.manage import get_manager

    container: Any = get_manager().get_profile_storage().get_container()  # type: ignore[attr-defined]
    path = f'/nodes/{graph.folder.uuid}/files/sub/ä "b".bin'
    for compress in (False, True):
        with container:
            if compress:
                from disk_objectstore import CompressMode

                container.repack(compress_mode=CompressMode.YES)
            else:
                container.pack_all_loose()
                container.clean_storage()
        assert alice.http('GET', path).content == BIG
        part = alice.http('GET', path, headers={'Range': 'bytes=2000001-2000099'})
        assert part.content == BIG[2000001:2000100]
        assert every_item(alice, f'/nodes/{graph.folder.uuid}/files')[2]['size'] == len(BIG)


@pytest.mark.parametrize(
    'path',
    [
        '..%2f..%2fconfig.json',
        '%2e%2e/%2e%2e/%2e%2e/config.json',
        '%2fetc%2fpasswd',
        'a.txt%00',
        'sub',
        'sub%2f',
        'a.txt/',
        '',
        'nothing',
        'x' * 5000,
    ],
)
def test_no_other_path_leads_to_a_file(graph: Graph, alice: Person, path: str) -> None:
    assert is_problem(alice.http('GET', f'/nodes/{graph.folder.uuid}/files/{path}'), 404)


def test_around_a_node_are_its_neighbours_and_nobody_elses(graph: Graph, alice: Person, bob: Person) -> None:
    path = f'/nodes/{graph.folder.uuid}/graph'
    around = alice.http('GET', path, params={'direction': 'descendants'}).json()
    assert around['root'] == graph.folder.uuid
    assert [(node['uuid'], node['distance']) for node in around['nodes']] == [
        (graph.folder.uuid, 0),
        (graph.calculation.uuid, 1),
        (graph.result.uuid, 2),
    ]
    assert [(edge['source'], edge['target'], edge['type'], edge['label']) for edge in around['edges']] == [
        (graph.folder.uuid, graph.calculation.uuid, 'input_calc', 'x'),
        (graph.calculation.uuid, graph.result.uuid, 'create', 'y'),
    ]
    assert around['after'] is None
    # bob's own node comes from alice's, which is as if it were not there.
    above = bob.http('GET', f'/nodes/{graph.beyond.uuid}/graph').json()
    assert [node['uuid'] for node in above['nodes']] == [graph.beyond.uuid, graph.foreign.uuid]
    assert len(above['edges']) == 1


@pytest.mark.parametrize('form', ['json', 'svg', 'mermaid', 'prov'])
@pytest.mark.parametrize('fold', [False, True])
def test_no_form_of_a_graph_names_another_tenants_nodes(
    graph: Graph, alice: Person, bob: Person, form: str, fold: bool
) -> None:
    for person, other, root in ((alice, bob, graph.folder), (bob, alice, graph.beyond)):
        answer = person.http('GET', f'/nodes/{root.uuid}/graph', params={'format': form, 'fold': fold})
        assert answer.status_code == 200
        assert other.email not in answer.text
        foreign = {alice.email: (graph.folder, graph.result), bob.email: (graph.foreign, graph.beyond)}
        assert not [node for node in foreign[other.email] if node.uuid in answer.text]
        assert ('foreign' in answer.text) == (person is bob)


def test_links_are_counted_as_far_as_they_are_seen(graph: Graph, alice: Person, bob: Person) -> None:
    def counted(person: Person, root: orm.Node, **params: Any) -> dict[str, Any]:
        around = person.http('GET', f'/nodes/{root.uuid}/graph', params=params).json()
        return {node['uuid']: node['links'] for node in around['nodes']}

    # bob used the folder too, which is nobody's business.
    expected = {graph.folder.uuid: 1, graph.calculation.uuid: 2, graph.result.uuid: 1}
    assert counted(alice, graph.folder, count=True) == expected
    assert counted(alice, graph.folder, count=True, depth=0) == {graph.folder.uuid: 1}
    assert counted(bob, graph.beyond, count=True) == {graph.beyond.uuid: 1, graph.foreign.uuid: 1}
    assert set(counted(alice, graph.folder).values()) == {None}


def test_a_path_leads_over_links_in_either_direction(alice: Person, bob: Person) -> None:
    graph = Graph(alice, bob)

    def ask(person: Person, one: str, other: str) -> Any:
        return person.http('GET', f'/nodes/{one}/path', params={'to': other})

    with acting_as(alice.user):
        other = process(orm.CalcFunctionNode, 'other', x=graph.folder)
    path = ask(alice, graph.result.uuid, other.uuid).json()
    way = [graph.result.uuid, graph.calculation.uuid, graph.folder.uuid, other.uuid]
    assert [node['uuid'] for node in path['nodes']] == way
    assert [(edge['source'], edge['target']) for edge in path['edges']] == [
        (way[1], way[0]),
        (way[2], way[1]),
        (way[2], way[3]),
    ]
    assert ask(alice, *way[:1] * 2).json()['nodes'][0]['uuid'] == way[0]
    with acting_as(alice.user):
        apart = orm.Int(1).store()
    assert ask(alice, way[0], apart.uuid).json() == {'nodes': [], 'edges': []}
    missing = str(uuid.uuid4())
    for one, two in ((way[0], missing), (missing, way[0]), (way[0], graph.beyond.uuid), ('1', way[0])):
        assert is_problem(ask(alice, one, two), 422 if one == '1' else 404)
    assert is_problem(ask(bob, graph.foreign.uuid, graph.folder.uuid), 404)


def test_pages_of_a_graph_are_the_whole(graph: Graph, alice: Person) -> None:
    path = f'/nodes/{graph.result.uuid}/graph'
    whole = alice.http('GET', path).json()
    assert every_item(alice, path, 'nodes', limit=1) == whole['nodes']
    edges = every_item(alice, path, 'edges', limit=1)
    assert sorted(map(json.dumps, edges)) == sorted(map(json.dumps, whole['edges']))
    near = alice.http('GET', path, params={'depth': 1, 'kinds': ['create', 'return']}).json()
    assert [node['uuid'] for node in near['nodes']] == [graph.result.uuid, graph.calculation.uuid]


def test_a_folded_graph_has_the_workflow_alone(alice: Person, eos: Callable[[], Any]) -> None:
    made = eos()
    path = f'/nodes/{made.structure.uuid}/graph'
    folded = alice.http('GET', path, params={'fold': True, 'depth': 100}).json()
    assert [node['process_label'] for node in folded['nodes'] if node['process_label']] == ['EOS']
    assert next(node['members'] for node in folded['nodes'] if node['process_label']) > 5
    ends = {end for edge in folded['edges'] for end in (edge['source'], edge['target'])}
    assert ends <= {node['uuid'] for node in folded['nodes']}


@pytest.fixture
def eos(alice: Person, profile: object) -> Callable[[], Any]:
    from tests.graph.conftest import make_eos_graph

    def make() -> Any:
        with acting_as(alice.user):
            return make_eos_graph(2)

    return make


def test_a_graph_comes_in_other_forms(graph: Graph, alice: Person) -> None:
    path = f'/nodes/{graph.folder.uuid}/graph'
    svg = alice.http('GET', path, params={'format': 'svg', 'limit': 2})
    assert svg.headers['content-type'] == 'image/svg+xml'
    assert "default-src 'none'" in svg.headers['content-security-policy']
    assert ET.fromstring(svg.text).tag == '{http://www.w3.org/2000/svg}svg'
    assert 'FolderData' in svg.text
    rest = alice.http('GET', path, params={'format': 'mermaid', 'after': svg.headers['x-next-page']})
    assert rest.text.startswith('flowchart LR\n')
    assert 'Dict' in rest.text
    assert 'x-next-page' not in rest.headers
    answer = alice.http('GET', path, params={'format': 'prov'})
    assert answer.headers['content-type'] == 'application/provenance+json'
    prov = answer.json()
    assert f'node:{graph.result.uuid}' in prov['entity']
    assert len(prov['used']) == len(prov['wasGeneratedBy']) == len(prov['wasAssociatedWith']) == 1
    assert prov['prefix']['node'] == 'urn:uuid:'


@pytest.mark.parametrize(
    'params',
    [
        {'depth': 101},
        {'depth': -1},
        {'limit': 0},
        {'limit': 2001},
        {'direction': 'sideways'},
        {'kinds': 'anything'},
        {'format': 'png'},
        {'fold': 'perhaps'},
        {'after': 'x'},
        {'after': 'MSAyIDM'},
    ],
)
def test_bad_graphs_are_refused(graph: Graph, alice: Person, params: dict[str, Any]) -> None:
    assert is_problem(alice.http('GET', f'/nodes/{graph.folder.uuid}/graph', params=params), 422)

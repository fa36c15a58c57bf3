"""What a tenant may think of asking: requests about any node or group, and QueryBuilder dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.api.world import World


@dataclass(frozen=True)
class Asked:
    """A request: method, path below /api, and the parameters and body of it."""

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    json: Any = None


#: What AiiDA's query builder joins: the kind of one vertex, the word, the kind of the other.
JOINS = (
    ('node', 'with_incoming', 'node'),
    ('node', 'with_outgoing', 'node'),
    ('node', 'with_ancestors', 'node'),
    ('node', 'with_descendants', 'node'),
    ('group', 'with_node', 'node'),
    ('node', 'with_group', 'group'),
    ('log', 'with_node', 'node'),
    ('node', 'with_log', 'log'),
    ('comment', 'with_node', 'node'),
    ('node', 'with_comment', 'comment'),
    ('computer', 'with_node', 'node'),
    ('node', 'with_computer', 'computer'),
    ('user', 'with_node', 'node'),
    ('node', 'with_user', 'user'),
    ('user', 'with_group', 'group'),
    ('group', 'with_user', 'user'),
    ('user', 'with_comment', 'comment'),
    ('comment', 'with_user', 'user'),
    ('authinfo', 'with_computer', 'computer'),
)
#: Joins that queries are open to.
OPEN_JOINS = tuple(one for one in JOINS if {'user', 'authinfo'}.isdisjoint(one) and one[1][-4:] != 'ants')
ENTITY_TYPES: Mapping[str, tuple[str, ...]] = {
    'node': (
        'data.',
        'data.core.int.Int.',
        'data.core.dict.Dict.',
        'data.core.folder.FolderData.',
        'data.core.structure.StructureData.',
        'process.',
        'process.workflow.workchain.WorkChainNode.',
        'process.calculation.calcjob.CalcJobNode.',
    ),
    'group': ('group.core',),
    'computer': ('computer',),
    'user': ('user',),
    'authinfo': ('authinfo',),
    'log': ('log',),
    'comment': ('comment',),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    'node': (
        *('uuid', 'label', 'description', 'node_type', 'process_type', 'ctime', 'attributes', 'extras'),
        *(
            'attributes.told',
            'extras.told',
            'attributes.energy',
            'attributes.exit_message',
            'attributes.sealed',
        ),
        'repository_metadata',
    ),
    'group': ('uuid', 'label', 'description', 'type_string', 'extras', 'extras.told'),
    'computer': ('uuid', 'label', 'hostname'),
    'user': ('email', 'first_name'),
    'authinfo': ('enabled', 'metadata'),
    'log': ('uuid', 'message', 'levelname', 'loggername', 'time'),
    'comment': ('uuid', 'content', 'ctime'),
}
CLOSED_COLUMNS = ('id', 'user_id', 'dbcomputer_id', 'attributes.checkpoints', '*', '**', 'password')
LINK_COLUMNS = ('label', 'type')


def requests(world: World) -> st.SearchStrategy[Asked]:
    """Return the strategy of requests; one in three is a query."""
    # one_of takes its branches' own branches for its own: queries are the largest of them
    return st.one_of(_about_one(world), _lists(world), _queries(world), _queries(world))


def _uuids(world: World) -> st.SearchStrategy[str]:
    return st.sampled_from([*world.nodes, *world.groups])


def _secrets(world: World) -> st.SearchStrategy[str]:
    return st.sampled_from([*world.nodes.values(), *world.groups.values()])


def _about_one(world: World) -> st.SearchStrategy[Asked]:
    """Return the strategy of requests about one node or group, whoever's it is."""
    ways = (
        *('/nodes/{}', '/nodes/{}/links', '/nodes/{}/files', '/nodes/{}/shares'),
        *('/jobs/{}', '/jobs/{}/status', '/jobs/{}/report', '/jobs/{}/report.txt', '/jobs/{}/failure'),
        *('/jobs/{}/caching', '/jobs/{}/calculations', '/templates/{}', '/structures/{}'),
        *('/structures/{}/export', '/structures/{}/symmetry', '/structures/{}/viewer', '/groups/{}'),
        *('/structures/{}/similar', '/ml/features/structure/{}'),
        *('/groups/{}/nodes', '/groups/{}/shares', '/materials/{}', '/materials/{}/revisions'),
        *('/materials/{}/structures', '/materials/{}/shares', '/structures?material_id={}'),
        *('/ml/datasets/{}', '/ml/models/{}'),
    )
    plain = st.builds(lambda way, uuid: Asked('GET', way.format(uuid)), st.sampled_from(ways), _uuids(world))
    files = st.builds(
        lambda uuid, secret: Asked('GET', f'/nodes/{uuid}/files/{secret}/file.txt'),
        _uuids(world),
        _secrets(world),
    )
    graphs = st.builds(
        lambda uuid, **params: Asked('GET', f'/nodes/{uuid}/graph', params),
        _uuids(world),
        direction=st.sampled_from(('incoming', 'outgoing', 'both')),
        depth=st.integers(0, 6),
        limit=st.integers(1, 60),
        fold=st.booleans(),
        format=st.sampled_from(('json', 'json', 'svg', 'mermaid', 'prov')),
        count=st.booleans(),
    )
    paths = st.builds(
        lambda uuid, to: Asked('GET', f'/nodes/{uuid}/path', {'to': to}), _uuids(world), _uuids(world)
    )
    compared = st.builds(
        lambda *uuids: Asked('GET', '/ml/models/compare', {'uuid': uuids}), _uuids(world), _uuids(world)
    )
    return st.one_of(plain, files, graphs, graphs, paths, compared)


def _lists(world: World) -> st.SearchStrategy[Asked]:
    """Return the strategy of lists, narrowed by what somebody may guess."""
    guess = st.one_of(_secrets(world), st.sampled_from(('secret', 'label', 'name')))
    nodes = st.fixed_dictionaries(
        {'limit': st.integers(1, 200)},
        optional={
            'node_type': st.sampled_from(('data.', 'process.', 'data.core.int.Int.')),
            'label': guess,
            'owner': st.sampled_from([person.email for person in world.tenants]),
            'process_state': st.just('finished'),
        },
    )
    jobs = st.fixed_dictionaries({'limit': st.integers(1, 200)}, optional={'status': st.just('FAILED')})
    materials = st.fixed_dictionaries({}, optional={'text': guess, 'tag': guess})
    plain = ('/structures', '/groups', '/shares', '/templates', '/statistics', '/codes', '/computers')
    learning = ('/ml/datasets', '/ml/models')
    closed = ('/users', '/instance/health', '/instance/limits')
    return st.one_of(
        st.builds(lambda params: Asked('GET', '/nodes', params), nodes),
        st.builds(lambda params: Asked('GET', '/jobs', params), jobs),
        st.builds(lambda params: Asked('GET', '/materials', params), materials),
        st.builds(lambda path: Asked('GET', path), st.sampled_from((*plain, *learning, *closed))),
    )


def _queries(world: World) -> st.SearchStrategy[Asked]:
    """Return the strategy of dictionaries as `QueryBuilder.as_dict` gives them."""
    # Hypothesis looks through each new strategy: made at each draw, that took most of the time.
    kinds = [(kind, is_wild) for kind in (*COLUMNS, 'link') for is_wild in (False, True)]
    filters = {one: _filters(world, *one) for one in kinds}
    return _query(
        filters, {one: _projections(*one) for one in kinds}, {kind: _counted(kind) for kind in COLUMNS}
    )


@st.composite
def _query(
    draw: st.DrawFn,
    filters_of: Mapping[tuple[str, bool], st.SearchStrategy[dict[str, Any]]],
    projections: Mapping[tuple[str, bool], st.SearchStrategy[list[Any]]],
    counted: Mapping[str, st.SearchStrategy[list[Any]]],
) -> Asked:
    """Draw a query; a wild one asks for what nobody gets, too."""
    is_wild = draw(st.sampled_from((False, False, False, True)))
    joins = JOINS if is_wild else OPEN_JOINS
    kinds = [draw(st.sampled_from(('node', 'node', 'node', 'node', 'group', 'log', 'comment')))]
    path = [_vertex(draw, kinds[0], 0)]
    for number in range(1, draw(st.integers(1, 4))):
        other, word, kind = draw(st.sampled_from([one for one in joins if one[2] in kinds]))
        path.append(
            _vertex(draw, other, number)
            | {
                'joining_keyword': word,
                'joining_value': f'v{draw(st.sampled_from([i for i, k in enumerate(kinds) if k == kind]))}',
                'edge_tag': f'e{number}',
                'outerjoin': draw(st.sampled_from((False, False, True))),
            }
        )
        kinds.append(other)
    tags = {f'v{number}': kind for number, kind in enumerate(kinds)}
    edges = {
        f'e{number}': 'link'
        for number, vertex in enumerate(path)
        if vertex.get('joining_keyword') in ('with_incoming', 'with_outgoing')
    }
    project = {tag: draw(projections[kind, is_wild]) for tag, kind in (tags | edges).items()}
    is_distinct = draw(st.booleans())
    if draw(st.sampled_from((False, False, True))):
        tag = draw(st.sampled_from(list(tags)))
        project, is_distinct = {tag: draw(counted[tags[tag]])}, False
    filters = {tag: draw(filters_of[kind, is_wild]) for tag, kind in (tags | edges).items()}
    body = {'path': path, 'project': project, 'filters': filters, 'distinct': is_distinct}
    return Asked('POST', '/query', json=body | draw(st.sampled_from(({}, {'limit': 5}))))


def _vertex(draw: st.DrawFn, kind: str, number: int) -> dict[str, Any]:
    entity_type = draw(st.sampled_from(ENTITY_TYPES[kind]))
    return {'entity_type': entity_type, 'orm_base': kind, 'tag': f'v{number}', 'outerjoin': False}


def _projections(kind: str, is_wild: bool) -> st.SearchStrategy[list[Any]]:
    known = LINK_COLUMNS if kind == 'link' else COLUMNS[kind]
    columns = st.lists(st.sampled_from(known), max_size=3, unique=True)
    if is_wild:
        columns = st.lists(st.sampled_from((*known, *CLOSED_COLUMNS)), max_size=3)
    return columns.map(lambda names: [{name: {}} for name in names])


def _counted(kind: str) -> st.SearchStrategy[list[Any]]:
    times = [name for name in COLUMNS[kind] if name.endswith('time')]
    newest = [{name: {'func': function}} for name in times for function in ('max', 'min')]
    counts = [{name: {'func': 'count'}} for name in COLUMNS[kind]]
    return st.sampled_from([*newest, *counts]).map(lambda one: [one])


def _filters(world: World, kind: str, is_wild: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return the strategy of filters of a vertex or edge by what somebody may guess, and their negations."""
    known = LINK_COLUMNS if kind == 'link' else COLUMNS[kind]
    not_texts = ('ctime', 'time', 'uuid', 'attributes', 'extras', 'repository_metadata')
    names = [*known, 'id', 'user_id'] if is_wild else [name for name in known if name not in not_texts]
    text = st.dictionaries(st.sampled_from(names), _condition(_secrets(world)), min_size=1, max_size=1)
    has_uuid = kind not in ('link', 'user', 'authinfo')
    uuid = st.dictionaries(st.just('uuid'), _condition(_uuids(world)), min_size=1, max_size=1)
    one = st.one_of(text, uuid) if has_uuid else text
    words = st.sampled_from(('or', 'and', '!or', '!and'))
    both = st.builds(lambda word, some: {word: some}, words, st.lists(one, min_size=1, max_size=3))
    return st.one_of(st.just({}), st.just({}), one, both)


def _condition(guess: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    equal = st.builds(lambda word, value: {word: value}, st.sampled_from(('==', '!==')), guess)
    like = st.builds(
        lambda word, value: {word: f'%{value}%'},
        st.sampled_from(('like', '!like')),
        st.one_of(guess, st.sampled_from(('secret', '-'))),
    )
    among = st.builds(
        lambda word, values: {word: values},
        st.sampled_from(('in', '!in')),
        st.lists(guess, min_size=1, max_size=3),
    )
    return st.one_of(equal, like, among)

"""Nodes: lists, one with its content, its links, its files, and what is around it in the graph."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from api import errors
from api.database import read
from api.files import file_response, is_fresh
from api.paging import After, Limit, Page, decode, encode
from api.schemas.nodes import File, Form, Graph, Link, Node, NodeContent, Path
from api.security import QuickReader, Reader
from nanoos_plugins.graph.degrees import count_links
from nanoos_plugins.graph.folded import traverse_folded
from nanoos_plugins.graph.folding import ProvenanceLink
from nanoos_plugins.graph.links import list_links
from nanoos_plugins.graph.nodes import Filters, list_as_json, load_node
from nanoos_plugins.graph.nodes import Node as Projection
from nanoos_plugins.graph.path import find_path
from nanoos_plugins.graph.pictures import as_mermaid, as_prov, as_svg
from nanoos_plugins.graph.repository import list_files, open_file
from nanoos_plugins.graph.traverse import (
    MOST_DEPTH,
    MOST_NODES,
    Direction,
    LinkKind,
    Position,
    Question,
    traverse,
)
from nanoos_plugins.graph.traverse import Page as Surroundings
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/nodes', tags=['nodes'])

Answers = dict[int | str, dict[str, Any]]
#: PostgreSQL has no text with NUL in it.
Text = Annotated[str | None, Query(max_length=255, pattern='^[^\\x00]*$')]
#: Beyond these, a time may have no equal in UTC.
Time = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))
]
FIELDS = Projection._fields[1:]
#: Text that is drawn is for pictures alone: as a page of its own it may run and load nothing.
PICTURE_HEADERS = {
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    'X-Content-Type-Options': 'nosniff',
}
MEDIA_TYPES: dict[Form, str] = {
    'json': 'application/json',
    'svg': 'image/svg+xml',
    'mermaid': 'text/vnd.mermaid',
    # As PROV-XML is application/provenance+xml.
    'prov': 'application/provenance+json',
}
BYTES = {'application/octet-stream': {'schema': {'type': 'string', 'format': 'binary'}}}
FILE_ANSWERS: Answers = {
    200: {'description': 'The file', 'content': BYTES},
    206: {'description': 'The range of it that was asked for', 'content': BYTES},
    304: {'description': 'The client has it'},
    416: errors.RESPONSES[422] | {'description': 'The range is beyond the end of the file'},
}
GRAPH_ANSWERS: Answers = {
    200: {
        'description': 'The page, in the form that was asked for',
        'content': {
            MEDIA_TYPES['svg']: {'schema': {'type': 'string'}},
            MEDIA_TYPES['mermaid']: {'schema': {'type': 'string'}},
            MEDIA_TYPES['prov']: {'schema': {'type': 'object'}},
        },
        'headers': {
            'X-Next-Page': {
                'description': '`after` of the next page; of forms that cannot say it themselves',
                'schema': {'type': 'string'},
            }
        },
    }
}


@router.get('', response_model=Page[Node])
async def get_nodes(
    asker: QuickReader,
    limit: Limit = 50,
    after: After = None,
    node_type: Annotated[Text, Query(description='how it begins, e.g. `data.core.structure.`')] = None,
    process_type: Annotated[Text, Query(description='entry point, `aiida.workflows:nanoos.relax`')] = None,
    label: Annotated[Text, Query(description='a part of the label')] = None,
    owner: Annotated[Text, Query(description='e-mail of the owner')] = None,
    created_after: Annotated[Time | None, Query(description='made later than this')] = None,
    created_before: Annotated[Time | None, Query(description='made earlier than this')] = None,
    process_state: Annotated[Text, Query(description='state in AiiDA, e.g. `finished`')] = None,
) -> Response:
    """Return the nodes that the caller may see, newest first."""
    filters = Filters(node_type, process_type, label, owner, created_after, created_before, process_state)
    # Only these look at what no index has.
    run = asker.read if label is None and process_state is None else asker.read_slowly
    items, cursor = await run(list_as_json, limit, decode(after), filters)
    return _answer({'items': orjson.Fragment(items), 'after': encode(cursor)})


@router.get('/{uuid}', response_model=NodeContent, responses={304: {'description': 'Not Modified'}})
async def get_node(request: Request, asker: QuickReader, uuid: UUID) -> Response:
    """Return a node with its attributes and extras; by its ETag it is sent again only when it changed."""
    content = await asker.read(load_node, str(uuid))
    body = orjson.dumps(
        _projected(content.node)
        | {
            'description': content.description,
            'attributes': orjson.Fragment(content.attributes),
            'extras': orjson.Fragment(content.extras),
        },
        option=orjson.OPT_UTC_Z,
    )
    # Extras may change on any node, so the tag is of all that is sent; weak, because it may be compressed.
    etag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {'ETag': etag, 'Cache-Control': 'private, no-cache'}
    if is_fresh(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type='application/json', headers=headers)


@router.get('/{uuid}/links', response_model=Page[Link])
async def get_node_links(asker: QuickReader, uuid: UUID, limit: Limit = 50, after: After = None) -> Response:
    """Return what a node is linked to: first what it came from, then what came of it."""
    position = _numbers(after, 2)
    side = (position[0], position[1]) if position else None
    found, behind = await asker.read(list_links, str(uuid), limit, side)
    items = [
        {'direction': one.direction, 'type': one.type, 'label': one.label, 'node': _projected(one.node)}
        for one in found
    ]
    return _answer({'items': items, 'after': _text(behind)})


@router.get('/{uuid}/files')
async def get_node_files(
    request: Request, caller: Reader, uuid: UUID, limit: Limit = 50, after: After = None
) -> Page[File]:
    """Return the files in a node's repository, by path."""
    position = _numbers(after, 1)
    begin = position[0] if position else 0
    found, behind = await read(request, list_files, caller.viewer, str(uuid), limit, begin)
    items = [File.model_validate(file) for file in found]
    return Page(items=items, after=None if behind is None else _text((behind,)))


@router.get('/{uuid}/files/{path:path}', response_class=Response, responses=FILE_ANSWERS)
async def get_node_file(request: Request, caller: Reader, uuid: UUID, path: str) -> Response:
    """Return the content of a file, or the range of it that the header `Range` asks for."""
    content = await read(request, open_file, caller.viewer, str(uuid), path)
    return file_response(request, content, path.rpartition('/')[2])


@router.get('/{uuid}/graph', response_model=Graph, responses=GRAPH_ANSWERS)
async def get_node_graph(
    asker: QuickReader,
    uuid: UUID,
    direction: Direction = 'both',
    depth: Annotated[int, Query(ge=0, le=MOST_DEPTH, description='how many links away at most')] = 3,
    limit: Annotated[int, Query(ge=1, le=MOST_NODES, description='most nodes of a page')] = 200,
    kinds: Annotated[list[LinkKind] | None, Query(description='links to follow; all when left out')] = None,
    fold: Annotated[bool, Query(description='show what a workflow called as the workflow')] = False,
    form: Annotated[Form, Query(alias='format', description='prov: W3C PROV-JSON')] = 'json',
    count: Annotated[bool, Query(description='count the links of each node, as JSON')] = False,
    after: After = None,
) -> Response:
    """Return what is around a node, nearest first: ancestors, descendants or both, with the links among them.

    No way leads through a node that the caller may not see. A page has the links from and to the pages before
    it as well; what is drawn is one page.
    """
    question = Question(str(uuid), direction, depth, kinds)
    position = _numbers(after, 4)
    begin = (position[0], position[1], position[2], position[3]) if position else None
    # A later page costs as much as all before it, a picture as much as its layout.
    run = asker.read if begin is None and form == 'json' and not fold and not count else asker.read_slowly
    walk = traverse_folded if fold else traverse
    content, behind = await run(_graph, walk, question, limit, begin, form, count)
    headers = {} if form == 'json' else dict(PICTURE_HEADERS)
    if form != 'json' and behind is not None:
        headers['X-Next-Page'] = behind
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@router.get('/{uuid}/path', response_model=Path)
async def get_node_path(
    asker: QuickReader, uuid: UUID, to: Annotated[UUID, Query(description='the other node')]
) -> Response:
    """Return the shortest way to another node, over links in either direction.

    It does not lead through a node that the caller may not see. When too much lies between them, 422 says so.
    """
    path = await asker.read_slowly(find_path, str(uuid), str(to))
    nodes = {node.pk: node for node in path.nodes}
    edges = [_edge(link, nodes) for link in path.links]
    return _answer({'nodes': [_projected(node) for node in path.nodes], 'edges': edges})


def _graph(
    viewer: Viewer,
    walk: Callable[[Viewer, Question, int, Position | None], Surroundings],
    question: Question,
    limit: int,
    after: Position | None,
    form: Form,
    count: bool,
) -> tuple[bytes | str, str | None]:
    """Return a page of what is around a node in a form, and the cursor behind it."""
    page = walk(viewer, question, limit, after)
    if form == 'svg':
        return as_svg(viewer, page), _text(page.after)
    if form == 'mermaid':
        return as_mermaid(viewer, page), _text(page.after)
    if form == 'prov':
        return as_prov(page), _text(page.after)
    return _json(page, count_links(viewer, page.distance) if count else {}), _text(page.after)


def _json(page: Surroundings, counted: Mapping[int, int]) -> bytes:
    """Return a page as `Graph` describes it; a model of each node would take twice the time."""
    nodes = [
        _projected(page.nodes[pk])
        | {'distance': distance, 'members': page.members.get(pk) or 1, 'links': counted.get(pk)}
        for pk, distance in page.distance.items()
    ]
    links = sorted(page.links, key=lambda link: (link.source, link.target, link.kind, link.label))
    edges = [_edge(one, page.nodes) for one in links]
    graph = {'root': page.nodes[page.root].uuid, 'nodes': nodes, 'edges': edges, 'after': _text(page.after)}
    return orjson.dumps(graph, option=orjson.OPT_UTC_Z)


def _edge(link: ProvenanceLink, nodes: Mapping[int, Projection]) -> dict[str, str]:
    """Return a link as `GraphEdge` describes it."""
    source, target = nodes[link.source].uuid, nodes[link.target].uuid
    return {'source': source, 'target': target, 'type': link.kind, 'label': link.label}


def _answer(content: object) -> Response:
    """Return the answer with a content that is as its schema says; models would take thrice the time."""
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type='application/json')


def _projected(node: Projection) -> dict[str, Any]:
    """Return the fields of `schemas.nodes.Node`: the first one, a key of the database, is not told."""
    return dict(zip(FIELDS, node[1:], strict=True))


def _text(position: tuple[int, ...] | None) -> str | None:
    """Return a position as text that is opaque to clients."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(' '.join(map(str, position)).encode()).decode().rstrip('=')


def _numbers(after: str | None, count: int) -> tuple[int, ...] | None:
    """Return the position that a client gave back.

    :raises ValueError: when it is none of ours.
    """
    if after is None:
        return None
    wrong = ValueError(f'after: expected the `after` of a page before, got {after!r:.80}')
    try:
        text = base64.urlsafe_b64decode(after + '=' * (-len(after) % 4)).decode('ascii')
        numbers = tuple(int(part) for part in text.split(' '))
    except (ValueError, binascii.Error):
        raise wrong from None
    if len(numbers) != count or not all(0 <= number < 2**63 for number in numbers):
        raise wrong
    return numbers

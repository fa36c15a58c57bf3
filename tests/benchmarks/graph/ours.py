"""The questions over HTTP: the requests, signed in as tenants, and what their answers must hold."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
import sqlalchemy as sa

from api.paging import encode
from nanoos_plugins.accounts.account import find_account, open_account
from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.accounts.sessions import begin_session
from nanoos_plugins.graph.tables import connection, tables
from tests.benchmarks.graph import peers
from tests.benchmarks.graph.build import HITS, Facts
from tests.benchmarks.graph.server import get, post

NODES_OF_EACH = 40


@dataclass(frozen=True)
class Question:
    """Requests that are asked in turn, and how many things the answer to the first one has.

    `or_more`: what is shared with the asker comes on top.
    """

    requests: list[str]
    count: Callable[[Any], int]
    expected: int
    or_more: bool = False


def sign_in(facts: Facts) -> dict[int, str]:
    """Return an access token of each tenant, by their key; accounts are opened where there is none."""
    tokens, key = {}, signing_key()
    with connection() as opened, opened.begin():
        for tenant in facts.tenants:
            if find_account(opened, tenant['pk']) is None:
                open_account(opened, tenant['pk'], None)
            tokens[tenant['pk']] = begin_session(opened, tenant['pk'], key).access
    return tokens


def questions(facts: Facts) -> dict[str, Question]:
    """Return the questions by name; lists and nodes are asked by all tenants in turn, the rest by one."""
    tokens = sign_in(facts)
    one = tokens[facts.asker['pk']]
    deep, uuids = _places(facts, tokens)
    items: Callable[[Any], int] = lambda answer: len(answer['items'])  # noqa: E731
    nodes: Callable[[Any], int] = lambda answer: len(answer['nodes'])  # noqa: E731
    first = [get('/api/nodes?limit=50', token) for token in tokens.values()]
    oldest = [get('/api/nodes?limit=50', list(tokens.values())[-1])]
    zipped = [get('/api/nodes?limit=50', token, gzip=True) for token in tokens.values()]
    around = f'/api/nodes/{facts.around["uuid"]}/graph?depth=2&limit=331'
    diamonds = f'/api/nodes/{facts.diamonds["uuid"]}/graph?direction=ancestors&depth=100&limit=200'
    hub = f'/api/nodes/{facts.hub["uuid"]}/graph?direction=descendants&depth=100&limit=200'
    return {
        'newest 50': Question(first, items, 50),
        'newest 50, 50 old nodes': Question(oldest, items, 50),
        'newest 50, gzip': Question(zipped, items, 50),
        'page at 90 % depth': Question(deep, items, 50),
        'node by uuid': Question(uuids, lambda answer: len({answer['uuid']}), 1),
        'energy below x': Question(
            [_query(peers.energy(facts, names_user=False), one, 1000)], items, HITS, or_more=True
        ),
        'three-way join': Question([_query(peers.three(facts), one, 50)], items, 50),
        'neighbourhood of 331': Question([get(around, one)], nodes, facts.around['nodes']),
        'stacked diamonds': Question([get(diamonds, one)], nodes, facts.diamonds['nodes']),
        'hub, first page': Question([get(hub, one)], nodes, 200),
        '1000 with attributes': Question([_query(peers.whole(facts), one, 1000)], items, 1000),
    }


def check(url: str, question: Question) -> str:
    """Return what is wrong with the answer to a question; nothing when it is right."""
    head, _, body = question.requests[0].partition('\r\n\r\n')
    line, *headers = head.split('\r\n')
    method, path, _ = line.split(' ')
    given = dict(header.split(': ', 1) for header in headers)
    answer = httpx2.request(method, url + path, headers=given, content=body, timeout=120)
    if answer.status_code != 200:
        return f'{answer.status_code} {answer.text[:200]}'
    found = question.count(answer.json())
    right = found == question.expected or (question.or_more and found > question.expected)
    return '' if right else f'{found} instead of {question.expected} things'


def _query(builder: Any, token: str, limit: int) -> str:
    """Return the request of what a QueryBuilder asks: only what the caller sees, so nobody needs to ask."""
    document = json.loads(json.dumps(builder.as_dict()))
    return post(f'/api/query?limit={limit}', token, document)


def _places(facts: Facts, tokens: dict[int, str]) -> tuple[list[str], list[str]]:
    """Return requests for the page behind 90 % of each tenant's nodes, and for some of their nodes."""
    node, dice = tables().node, random.Random(1)
    deep, uuids = [], []
    with connection() as opened:
        for tenant in facts.tenants:
            mine = node.c.user_id == tenant['pk']
            newest = sa.select(node.c.ctime, node.c.id).where(mine).order_by(node.c.ctime.desc())
            place = opened.execute(newest.offset(int(0.9 * tenant['nodes'])).limit(1)).first()
            if place is None:
                continue  # of few nodes not every tenant has some
            after = quote(encode((place.ctime, place.id)) or '')
            deep.append(get(f'/api/nodes?limit=50&after={after}', tokens[tenant['pk']]))
            some = opened.scalars(sa.select(node.c.uuid).where(mine).limit(NODES_OF_EACH))
            uuids += [get(f'/api/nodes/{uuid}', tokens[tenant['pk']]) for uuid in some]
    dice.shuffle(uuids)
    return deep, uuids

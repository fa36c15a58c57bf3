"""The links of one node, page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiida import orm
from aiida.common import LinkType

from nanoos_plugins.graph.links import Neighbour, list_links
from nanoos_plugins.storage.owner import acting_as
from tests.graph.conftest import viewer_of


def test_links_go_both_ways_page_by_page(
    alice: orm.User, bob: orm.User, process_node: Callable[..., orm.ProcessNode]
) -> None:
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

"""What is drawn and written of a part of the graph: who sees it, and what labels cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.graph.mermaid import draw_mermaid
from nanoos_plugins.graph.pictures import as_mermaid, as_prov, as_svg
from nanoos_plugins.graph.provenance import extent, read_provenance
from nanoos_plugins.graph.traverse import Question, traverse
from nanoos_plugins.storage.owner import acting_as
from tests.graph.conftest import viewer_of

MakeProcess = Callable[..., orm.ProcessNode]


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

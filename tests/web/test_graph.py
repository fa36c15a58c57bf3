"""The provenance page: folded, unfolded and expanded, by click and key, live, as a list and a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from nanoos_plugins.storage.owner import acting_as
from tests.graph.conftest import EosGraph, make_eos_graph, output, process
from tests.web.conftest import Person, sign_in, violations

if TYPE_CHECKING:
    from aiida import orm

HOSTILE = ['<img src=x onerror=alert(1)> "q" & \'s\'', '🧪 Kupfer', 'مادة جديدة', 'long ' * 2000]


def user_of(person: Person) -> orm.User:
    from aiida import orm

    return orm.User.collection.get(email=person.email)


@dataclass
class Provenance:
    """An equation of state, and twelve functions with hostile names that used what it gave."""

    eos: EosGraph
    used: list[orm.ProcessNode]


@pytest.fixture(scope='module')
def provenance(person: Person) -> Provenance:
    from aiida import orm

    with acting_as(user_of(person)):
        eos = make_eos_graph(3, 'EOS')
        used = []
        for number in range(12):
            used.append(process(orm.CalcFunctionNode, f'use {number}', x=eos.result))
            last = output(used[-1], 'y', orm.Int(number))
        for name in HOSTILE:
            output(used[0], f'h{len(name)}', orm.Dict({name: [name]}, label=name[:255], description=name))
        process(orm.CalcFunctionNode, 'far', x=last)
        for number in range(12):
            process(orm.CalcFunctionNode, f'also {number}', x=eos.structure)
    return Provenance(eos, used)


def shape(page: Page, node: orm.Node) -> Locator:
    return page.locator(f'[data-node="{node.uuid}"]')


def open_graph(page: Page, node: orm.Node, search: str = '') -> None:
    page.goto(f'/graph/{node.uuid}{search}')
    expect(shape(page, node)).to_be_visible()


@pytest.fixture
def graph(signed_in: Page, provenance: Provenance) -> Page:
    open_graph(signed_in, provenance.eos.job)
    return signed_in


def test_workflows_are_folded_until_they_are_clicked(graph: Page, provenance: Provenance) -> None:
    eos = provenance.eos
    expect(shape(graph, eos.simulations[0])).to_have_count(0)
    graph.locator(f'[data-fold="{eos.job.uuid}"]').click()
    expect(shape(graph, eos.simulations[0])).to_have_count(1)
    expect(shape(graph, eos.calculations[0])).to_have_count(0)
    calls = graph.locator('.react-flow__edge-path[style*="stroke-dasharray"]')
    expect(calls.first).to_be_attached()
    graph.locator(f'[data-fold="{eos.job.uuid}"]').click()
    expect(shape(graph, eos.simulations[0])).to_have_count(0)


def test_the_keyboard_moves_along_links_unfolds_and_opens(graph: Page, provenance: Provenance) -> None:
    eos = provenance.eos
    shape(graph, eos.job).focus()
    graph.keyboard.press('ArrowRight')
    expect(shape(graph, eos.result)).to_be_focused()
    graph.keyboard.press('ArrowLeft')
    expect(shape(graph, eos.job)).to_be_focused()
    graph.keyboard.press(' ')
    expect(shape(graph, eos.simulations[0])).to_have_count(1)
    graph.keyboard.press('Enter')
    panel = graph.get_by_role('complementary', name='The chosen node')
    expect(panel).to_be_focused()
    expect(panel).to_contain_text('aiida.workflows:nanoos.eos')
    graph.keyboard.press('Escape')
    expect(panel).to_have_count(0)


def test_hidden_neighbours_come_when_they_are_asked_for(signed_in: Page, provenance: Provenance) -> None:
    open_graph(signed_in, provenance.eos.job, '?depth=1')
    expect(shape(signed_in, provenance.used[3])).to_have_count(0)
    signed_in.locator(f'[data-expand="{provenance.eos.result.uuid}"]').click()
    expect(shape(signed_in, provenance.used[3])).to_have_count(1)


def test_the_path_between_two_nodes_is_shown(signed_in: Page, provenance: Provenance) -> None:
    eos = provenance.eos
    open_graph(signed_in, eos.structure, '?depth=1')
    shape(signed_in, eos.structure).click()
    signed_in.get_by_role('button', name='Path to').click()
    signed_in.get_by_label('UUID of the other end').fill(provenance.used[2].uuid)
    signed_in.get_by_role('button', name='Find', exact=True).click()
    said = signed_in.get_by_role('status').filter(has_text='From')
    expect(said).to_have_text('From Structure to use 2: 3 links')
    expect(shape(signed_in, provenance.used[2])).to_have_count(1)


def test_what_is_inside_a_workflow_is_found(graph: Page, provenance: Provenance) -> None:
    inner = provenance.eos.calculations[1]
    graph.get_by_role('combobox', name='Find in this graph').fill(inner.uuid)
    found = graph.get_by_role('listbox', name='Found nodes')
    expect(found.get_by_role('option')).to_have_count(1)
    graph.keyboard.press('Enter')
    expect(shape(graph, inner)).to_be_focused()


def test_the_graph_is_a_list_too(graph: Page, provenance: Provenance) -> None:
    graph.get_by_role('button', name='As a list').click()
    rows = graph.get_by_role('list', name='Nodes of the graph')
    for name in HOSTILE:
        expect(rows.get_by_role('button', name=name.strip()[:150]).first).to_be_visible()
    rows.get_by_role('button', name='Unfold 13 processes').click()
    expect(rows.get_by_role('button', name='Simulation').first).to_be_visible()


@pytest.mark.parametrize(
    ('form', 'said'),
    [('Picture (SVG)', '<svg'), ('Mermaid', 'flowchart'), ('W3C PROV-JSON', '"wasGeneratedBy"')],
)
def test_it_is_exported(graph: Page, form: str, said: str) -> None:
    graph.get_by_role('button', name='Export').click()
    with graph.expect_download() as taken:
        graph.get_by_role('menuitem', name=form, exact=True).click()
    assert said in taken.value.path().read_text()


def test_a_foreign_node_looks_like_none(
    page: Page, provenance: Provenance, sign_up: Callable[[], Person]
) -> None:
    sign_in(page, sign_up())
    said = []
    for uuid in (provenance.eos.job.uuid, '00000000-0000-4000-8000-000000000000'):
        page.goto(f'/graph/{uuid}')
        alert = page.get_by_role('main').get_by_role('alert')
        expect(alert).to_contain_text(f'there is no node {uuid}')
        said.append(re.sub(r'Request.*', '', alert.inner_text().replace(uuid, '…')))
    assert said[0] == said[1]


def test_addresses_are_loaded_directly_and_left_again(graph: Page, provenance: Provenance) -> None:
    graph.reload()
    shape(graph, provenance.eos.result).click()
    graph.get_by_role('link', name='Make it the centre').click()
    graph.wait_for_url(f'**/graph/{provenance.eos.result.uuid}')
    expect(shape(graph, provenance.eos.result)).to_contain_text('centre')
    graph.go_back()
    expect(shape(graph, provenance.eos.job)).to_contain_text('centre')


def test_a_running_workflow_grows(signed_in: Page, person: Person, daemon: None) -> None:
    structure = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Si'}})
    body = {'workflow': 'relax', 'structure': structure['uuid'], 'template': 'mock', 'protocol': 'fast'}
    job = person.http('POST', '/jobs', json=body)
    signed_in.goto(f'/graph/{job["uuid"]}')
    shown = signed_in.locator(f'[data-node="{job["uuid"]}"]')
    expect(shown).to_contain_text('Completed', timeout=60_000)
    expect(signed_in.locator(f'[data-fold="{job["uuid"]}"]')).to_be_visible()


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext],
    person: Person,
    provenance: Provenance,
    theme: Literal['light', 'dark'],
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    open_graph(page, provenance.eos.job)
    shape(page, provenance.eos.job).click()
    expect(page.get_by_role('complementary')).to_contain_text('Owner')
    assert violations(page) == []
    page.set_viewport_size({'width': 360, 'height': 740})
    main = page.locator('main')
    assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), 'it can be scrolled sideways'

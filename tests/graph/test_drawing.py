"""Provenance is drawn whole or folded, within bounds, as SVG that any XML parser takes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.graph.drawing import draw_provenance
from nanoos_plugins.graph.folding import Provenance, fold_alike, fold_settings
from nanoos_plugins.graph.provenance import extent, read_provenance

SVG = '{http://www.w3.org/2000/svg}'
MakeProcess = Callable[..., orm.ProcessNode]


def titles(provenance: Provenance) -> list[str]:
    return sorted(f'{len(node.members)} {node.title}' for node in provenance.nodes.values())


def links(provenance: Provenance) -> set[tuple[str, str]]:
    return {
        (provenance.nodes[link.source].title, provenance.nodes[link.target].title)
        for link in provenance.links
    }


def texts(svg: str) -> list[str]:
    return [element.text or '' for element in ET.fromstring(svg).iter(f'{SVG}text')]


def test_at_depth_0_a_job_stands_between_its_inputs_and_outputs(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    provenance = read_provenance([graph.job.pk], depth=0)
    assert titles(provenance) == ['1 Dict', '1 Dict', '1 EOS', '1 StructureData']
    assert set(provenance.nodes) >= {graph.structure.pk, graph.job.pk, graph.result.pk}


def test_deep_calls_are_folded_into_their_caller(kept_graph: Callable[..., Any]) -> None:
    provenance = read_provenance([kept_graph(3).job.pk], depth=1)
    names = {node.title for node in provenance.nodes.values()}
    assert {'Simulation', 'scale', 'fit'} <= names
    assert not {'PwCalculation', 'normalise', 'FolderData'} & names
    assert ('Simulation', 'Dict') in links(provenance)


def test_at_full_depth_every_link_is_there_once(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    provenance = read_provenance([graph.job.pk], depth=5, internals=True)
    assert ('PwCalculation', 'FolderData') in links(provenance)
    assert ('PwCalculation', 'Dict') in links(provenance)
    # What a simulation got from its caller, which has it as its own input, is drawn at the caller only.
    parameters = next(iter(graph.job.base.links.get_incoming(link_label_filter='parameters').all_nodes()))
    assert {link.target for link in provenance.links if link.source == parameters.pk} == {graph.job.pk}


def test_alike_points_are_drawn_once_with_their_number(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    folded = fold_alike(read_provenance([graph.job.pk], depth=1), apart=[graph.job.pk])
    assert {'3 scale', '3 StructureData', '3 Simulation', '3 Dict', '1 fit'} <= set(titles(folded))
    members = [pk for node in folded.nodes.values() for pk in node.members]
    assert len(members) == len(set(members)) == len(read_provenance([graph.job.pk], depth=1).nodes)


def test_two_jobs_stay_apart(eos_graph: Callable[..., Any]) -> None:
    pks = [eos_graph(2).job.pk, eos_graph(2).job.pk]
    assert titles(fold_alike(read_provenance(pks, depth=1), apart=pks)).count('2 Simulation') == 2


def test_a_node_that_differs_is_not_folded(eos_graph: Callable[..., Any], process_node: MakeProcess) -> None:
    graph = eos_graph(3)
    process_node(orm.CalcFunctionNode, 'look', graph.job, structure=graph.simulations[0].inputs.structure)
    folded = fold_alike(read_provenance([graph.job.pk], depth=1), apart=[graph.job.pk])
    assert {'1 Simulation', '2 Simulation', '1 look'} <= set(titles(folded))


def test_settings_of_one_process_are_one_node(process_node: MakeProcess) -> None:
    inputs = {'points': orm.Int(7).store(), 'limit': orm.Float(0.1).store()}
    job = process_node(orm.WorkChainNode, 'Eos', **inputs)
    folded = fold_settings(read_provenance([job.pk or 0]))
    setting = next(node for node in folded.nodes.values() if node.title == 'setting')
    assert setting.members == tuple(sorted(entry.pk or 0 for entry in inputs.values()))
    assert setting.caption == 'limit, points'


def test_the_picture_is_xml_with_every_node_in_it(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    svg = draw_provenance([graph.job.pk])
    assert '3 × Simulation' in texts(svg)
    assert 'data in and out of workflows' in texts(svg)
    ids = [element.get('id') for element in ET.fromstring(svg).iter(f'{SVG}marker')]
    used = {element.get('marker-end', '')[5:-1] for element in ET.fromstring(svg).iter(f'{SVG}path')} - {''}
    assert used <= set(ids)


def test_labels_are_escaped(process_node: MakeProcess) -> None:
    label = '<script>&"\' ]]>'
    job = process_node(orm.WorkChainNode, label)
    svg = draw_provenance([job.pk or 0], title=f'of {label}')
    root = ET.fromstring(svg)
    assert label in texts(svg)
    assert root.get('aria-label') == f'of {label}'
    assert not list(root.iter(f'{SVG}script'))


def test_control_characters_do_not_break_the_picture(process_node: MakeProcess) -> None:
    job = process_node(orm.WorkChainNode, 'bell\x07 and \x1b escape')
    assert any('bell' in text for text in texts(draw_provenance([job.pk or 0])))


def test_a_picture_is_bounded_and_says_what_is_missing(eos_graph: Callable[..., Any]) -> None:
    pks = [eos_graph(1, f'EOS {number}').job.pk for number in range(4)]
    svg = draw_provenance(pks, depth=3, most=10)
    boxes = [group for group in ET.fromstring(svg).iter(f'{SVG}g') if group.find(f'{SVG}title') is not None]
    assert len(boxes) == 10
    assert any('more nodes are not drawn' in text for text in texts(svg))


def test_what_made_the_inputs_is_drawn(eos_graph: Callable[..., Any], process_node: MakeProcess) -> None:
    graph = eos_graph(1)
    after = process_node(orm.WorkChainNode, 'Elastic', structure=graph.simulations[0].inputs.structure)
    assert ('scale', 'StructureData') in links(read_provenance([after.pk or 0]))


def test_an_unknown_node_is_an_error(profile: object) -> None:
    with pytest.raises(ValueError, match='no node has pk 999999'):
        draw_provenance([999999])


def test_extent_counts_every_node_once(kept_graph: Callable[..., Any]) -> None:
    graph = kept_graph(3)
    size = extent([graph.job.pk], 'nobody@nanoos.test')
    # per point: scale, structure, simulation, calculation, folder, raw, normalise, results
    assert size.nodes == len(['structure', 'parameters', 'job', 'fit', 'eos']) + 3 * 8
    assert size.owners == [graph.job.user.email]

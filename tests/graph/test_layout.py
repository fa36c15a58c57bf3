"""The layered layout: edges go right, nodes keep their distance, cycles and odd graphs are laid out too."""

from __future__ import annotations

import itertools

import networkx as nx
import pytest

from nanoos_plugins.graph.layout import layered_layout

HEIGHT, BEND = 60.0, 20.0


@pytest.mark.parametrize('seed', range(8))
def test_edges_of_an_acyclic_graph_go_to_later_layers(seed: int) -> None:
    graph = random_graph(seed)
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    assert all(layout.layer[source] < layout.layer[target] for source, target in graph.edges)


@pytest.mark.parametrize('seed', range(8))
def test_nodes_of_a_layer_do_not_overlap(seed: int) -> None:
    graph = random_graph(seed)
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    for one, other in itertools.combinations(graph, 2):
        if layout.layer[one] == layout.layer[other]:
            assert abs(layout.y[one] - layout.y[other]) >= HEIGHT - 1e-6


def test_ways_lead_from_source_to_target_over_every_layer_between() -> None:
    graph = nx.DiGraph([(1, 2), (2, 3), (3, 4), (1, 4)])
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    way = layout.ways[1, 4]
    assert [layer for layer, _ in way] == [0, 1, 2, 3]
    assert way[0][1] == layout.y[1]
    assert way[-1][1] == layout.y[4]
    assert all(
        abs(y - layout.y[node]) >= (HEIGHT + BEND) / 2 - 1e-6
        for (_, y), node in zip(way[1:-1], (2, 3), strict=True)
    )


def test_a_chain_is_a_straight_line() -> None:
    graph = nx.path_graph(5, create_using=nx.DiGraph)
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    assert max(layout.y.values()) - min(layout.y.values()) < 1e-6


def test_crossings_are_removed_where_they_can_be() -> None:
    """Two chains whose ends were added crosswise come out side by side."""
    graph = nx.DiGraph()
    graph.add_nodes_from(['a', 'b', 'B', 'A'])
    graph.add_edges_from([('a', 'A'), ('b', 'B')])
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    assert (layout.y['a'] < layout.y['b']) == (layout.y['A'] < layout.y['B'])


def test_a_cycle_is_laid_out_with_its_way_back() -> None:
    graph = nx.DiGraph([(1, 2), (2, 3), (3, 1)])
    layout = layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND)
    assert [layout.layer[node] for node in (1, 2, 3)] == [0, 1, 2]
    assert [layer for layer, _ in layout.ways[3, 1]] == [2, 1, 0]


def test_an_input_stands_next_to_its_first_use() -> None:
    graph = nx.DiGraph([(1, 2), (2, 3), (3, 4), (9, 4)])
    assert layered_layout(graph, dict.fromkeys(graph, HEIGHT), BEND).layer[9] == 2


def test_nothing_gives_nothing() -> None:
    layout = layered_layout(nx.DiGraph(), {}, BEND)
    assert not layout.layer
    assert not layout.ways


def random_graph(seed: int) -> nx.DiGraph:
    """Return a random acyclic graph of 25 nodes: edges lead from smaller to larger numbers."""
    undirected = nx.gnp_random_graph(25, 0.12, seed=seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(undirected)
    graph.add_edges_from((min(edge), max(edge)) for edge in undirected.edges)
    return graph

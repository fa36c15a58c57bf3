"""Layered layout of a directed graph, left to right (Sugiyama's method), for drawings of provenance.

K. Sugiyama, S. Tagawa and M. Toda, IEEE Trans. Syst. Man Cybern. 11, 109 (1981),
doi:10.1109/TSMC.1981.4308636: layers by longest path, order by barycentres, then coordinates.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.optimize import isotonic_regression

SWEEPS = 12


@dataclass(frozen=True)
class Layout:
    """Where everything goes: `layer` and vertical centre `y` of each node, and each edge's way.

    `ways`: for an edge (source, target) the vertical positions at the layers in between, from the source's
    layer to the target's, both included; reversed edges (of cycles) come in their own direction.
    """

    layer: dict[Hashable, int]
    y: dict[Hashable, float]
    ways: dict[tuple[Hashable, Hashable], list[tuple[int, float]]]


def _acyclic(graph: nx.DiGraph) -> nx.DiGraph:
    """Return the graph with those edges of its cycles turned that lead back to a node added earlier."""
    position = {node: index for index, node in enumerate(graph.nodes)}
    component = {
        node: index for index, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes
    }
    turned = nx.DiGraph()
    turned.add_nodes_from(graph.nodes)
    for source, target in graph.edges:
        back = component[source] == component[target] and position[source] > position[target]
        turned.add_edge(*((target, source) if back else (source, target)))
    return turned


def _layers(graph: nx.DiGraph) -> dict[Hashable, int]:
    """Return the layer of every node: the longest path to it, and inputs moved next to their first use."""
    layer: dict[Hashable, int] = {}
    for index, generation in enumerate(nx.topological_generations(graph)):
        layer.update(dict.fromkeys(generation, index))
    for node in reversed(list(nx.topological_sort(graph))):
        if graph.in_degree(node) == 0 and graph.out_degree(node) > 0:
            layer[node] = min(layer[after] for after in graph.successors(node)) - 1
    return layer


def _with_bends(graph: nx.DiGraph, layer: dict[Hashable, int]) -> nx.DiGraph:
    """Return the graph with a bend, keyed (source, target, layer), on each layer that an edge crosses."""
    bent = nx.DiGraph()
    bent.add_nodes_from(graph.nodes)
    for source, target in graph.edges:
        chain: list[Hashable] = [source]
        for between in range(layer[source] + 1, layer[target]):
            bend = (source, target, between)
            layer[bend] = between
            chain.append(bend)
        nx.add_path(bent, [*chain, target])
    return bent


def _place(
    order: list[Hashable], wanted: Mapping[Hashable, float], height: Mapping[Hashable, float]
) -> list[float]:
    """Return the positions nearest to the wanted ones (least squares) that keep order and distance."""
    half = np.array([height[node] / 2 for node in order])
    offset = np.concatenate(([0.0], np.cumsum(half[:-1] + half[1:])))
    target = np.array([wanted[node] for node in order])
    placed = isotonic_regression(target - offset).x + offset
    return [float(value) for value in placed]


def _sweep(
    columns: list[list[Hashable]],
    y: dict[Hashable, float],
    bent: nx.DiGraph,
    height: Mapping[Hashable, float],
    forward: bool,
    reorder: bool,
) -> None:
    """Move every node of each column towards the mean of its neighbours before (behind) it."""
    for column in columns if forward else reversed(columns):
        neighbours = bent.predecessors if forward else bent.successors
        wanted = {}
        for node in column:
            around = [y[other] for other in neighbours(node)]
            wanted[node] = sum(around) / len(around) if around else y[node]
        if reorder:
            column.sort(key=lambda node: wanted[node])
        y.update(zip(column, _place(column, wanted, height), strict=True))


def layered_layout(graph: nx.DiGraph, height: Mapping[Hashable, float], bend_height: float) -> Layout:
    """Return layers and vertical positions, with few crossings and mostly straight edges.

    :param graph: any directed graph without self-loops, older nodes added first; cycles are allowed.
    :param height: what each node needs vertically, distance to the next included, in any unit.
    :param bend_height: the same for an edge that passes a layer.
    """
    acyclic = _acyclic(graph)
    layer = _layers(acyclic)
    bent = _with_bends(acyclic, layer)
    columns: list[list[Hashable]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in bent.nodes:
        columns[layer[node]].append(node)
    heights = {node: height.get(node, bend_height) for node in bent.nodes}
    y: dict[Hashable, float] = {}
    for column in columns:
        y.update(zip(column, _place(column, dict.fromkeys(column, 0.0), heights), strict=True))
    for sweep in range(2 * SWEEPS):
        _sweep(columns, y, bent, heights, forward=sweep % 2 == 0, reorder=sweep < SWEEPS)
    return Layout(
        layer={node: layer[node] for node in graph.nodes},
        y={node: y[node] for node in graph.nodes},
        ways={edge: _way(edge, layer, y) for edge in graph.edges},
    )


def _way(
    edge: tuple[Hashable, Hashable], layer: Mapping[Hashable, int], y: Mapping[Hashable, float]
) -> list[tuple[int, float]]:
    source, target = edge
    forward = layer[source] <= layer[target]
    first, last = (source, target) if forward else (target, source)
    between = range(layer[first] + 1, layer[last])
    way = [(layer[first], y[first]), *((at, y[first, last, at]) for at in between), (layer[last], y[last])]
    return way if forward else way[::-1]

"""A provenance graph as an SVG picture: data round, processes square, a colour a type, arrows with labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import networkx as nx

from nanoos_plugins.graph import svg
from nanoos_plugins.graph.folding import Provenance, ProvenanceNode, at_most, fold_alike, fold_settings
from nanoos_plugins.graph.layout import Layout, layered_layout
from nanoos_plugins.graph.provenance import read_provenance
from nanoos_plugins.graph.tables import CALL_LINKS
from nanoos_plugins.storage.shares import Viewer

MOST_NODES = 300
ROW = 66
BEND_ROW = 26
GAP = 124
MARGIN = 28
HEADER = 84


@dataclass(frozen=True)
class Edge:
    """What is drawn between two nodes: all their links as one arrow."""

    source: int
    target: int
    style: str
    label: str


def _style(kinds: set[str]) -> str:
    if kinds & {'create', 'input_calc'}:
        return 'data'
    return 'call' if kinds <= set(CALL_LINKS) else 'logic'


def _edges(provenance: Provenance) -> list[Edge]:
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    labels: dict[tuple[int, int], set[str]] = defaultdict(set)
    for link in provenance.links:
        kinds[link.source, link.target].add(link.kind)
        if link.kind not in CALL_LINKS:
            labels[link.source, link.target].add(link.label.replace('__', '.'))
    return [
        Edge(*ends, _style(kinds[ends]), svg.shortened(', '.join(sorted(labels[ends])), 20))
        for ends in sorted(kinds)
    ]


def _title(node: ProvenanceNode) -> str:
    return svg.shortened(node.title if len(node.members) == 1 else f'{len(node.members)} × {node.title}')


def _caption(node: ProvenanceNode) -> str:
    numbers = f'{node.members[0]}' if len(node.members) == 1 else f'{node.members[0]} … {node.members[-1]}'
    told = node.caption and node.caption != node.title
    return svg.shortened(f'{node.caption} · {numbers}' if told else numbers)


def _width(node: ProvenanceNode) -> float:
    return max(svg.CHARACTER * len(_title(node)), svg.SMALL_CHARACTER * len(_caption(node)), 60) + 34


def _draw_node(node: ProvenanceNode, x: float, y: float, width: float) -> str:
    top = y - svg.BOX_HEIGHT / 2
    pks = ', '.join(str(pk) for pk in node.members[:20]) + (' …' if len(node.members) > 20 else '')
    state = f', {node.status}' if node.status else ''
    parts = [f'<g><title>{svg.escaped(f"{node.title} {node.caption} (pk {pks}){state}")}</title>']
    if len(node.members) > 1:
        parts += [svg.shape(node.kind, x + shift, top - shift, width) for shift in (6, 3)]
    parts.append(svg.shape(node.kind, x, top, width))
    parts.append(svg.text(x + width / 2, y - 3, _title(node), 'title'))
    parts.append(svg.text(x + width / 2, y + 13, _caption(node), 'caption'))
    if node.status:
        fill = svg.STATUS_FILLS.get(node.status, svg.ACTIVE_FILL)
        parts.append(f'<circle cx="{x + width - 9:.1f}" cy="{top + 9:.1f}" r="4.5" fill="{fill}"/>')
    return ''.join([*parts, '</g>'])


@dataclass(frozen=True)
class _Sheet:
    """The layout in pixels: left edge and width of each layer, and what to add to a vertical position."""

    layout: Layout
    left: list[float]
    width: list[float]
    down: float

    def box(self, node: ProvenanceNode) -> tuple[float, float, float]:
        """Return left edge, vertical centre and width of a node, which is centred in its layer."""
        layer, width = self.layout.layer[node.key], _width(node)
        return self.left[layer] + (self.width[layer] - width) / 2, self.layout.y[node.key] + self.down, width


def _draw_edge(edge: Edge, nodes: dict[int, ProvenanceNode], sheet: _Sheet) -> tuple[str, str]:
    """Return the arrow and its label, which stands in the widest gap: the one next to the data."""
    way = sheet.layout.ways[edge.source, edge.target]
    (x0, y0, width0), (x1, y1, width1) = sheet.box(nodes[edge.source]), sheet.box(nodes[edge.target])
    forward = way[0][0] < way[-1][0]
    points = [(x0 + width0 if forward else x0, y0)]
    for layer, y in way[1:-1]:
        sides = (sheet.left[layer], sheet.left[layer] + sheet.width[layer])
        points += [(x, y + sheet.down) for x in (sides if forward else sides[::-1])]
    points.append((x1 if forward else x1 + width1, y1))
    path = f'M{points[0][0]:.1f},{points[0][1]:.1f}'
    for (xa, ya), (xb, yb) in zip(points, points[1:], strict=False):
        middle = (xa + xb) / 2
        path += f' C{middle:.1f},{ya:.1f} {middle:.1f},{yb:.1f} {xb:.1f},{yb:.1f}'
    arrow = svg.arrow(path, edge.style)
    if not edge.label:
        return arrow, ''
    ends = (points[-2], points[-1]) if nodes[edge.target].is_process is False else (points[0], points[1])
    x, y = (ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2
    return arrow, svg.text(x, y - 3, edge.label, 'link')


def _legend(provenance: Provenance) -> list[str]:
    """Return the legend as a row of shapes and a row of arrows, at the top of the picture."""
    parts, x = [], float(MARGIN)
    present = {node.kind for node in provenance.nodes.values()}
    for kind, name in svg.NAMES.items():
        if kind in present:
            parts.append(
                f'<g transform="translate({x:.1f},{MARGIN - 12}) scale(0.4)">{svg.shape(kind, 0, 0, 70)}</g>'
            )
            parts.append(svg.text(x + 36, MARGIN + 1, name, 'legend'))
            x += 36 + svg.SMALL_CHARACTER * len(name) + 26
    x = float(MARGIN)
    for style, (_, _, name) in svg.EDGES.items():
        parts.append(svg.arrow(f'M{x:.1f},{MARGIN + 20} h30', style))
        parts.append(svg.text(x + 40, MARGIN + 24, name, 'legend'))
        x += 40 + svg.SMALL_CHARACTER * len(name) + 26
    if provenance.left_out:
        parts.append(svg.text(x, MARGIN + 24, f'{provenance.left_out} more nodes are not drawn', 'legend'))
    return parts


def draw(provenance: Provenance, title: str = 'Provenance') -> str:
    """Return the SVG document of `provenance`.

    :param title: name of the picture for screen readers and tabs.
    """
    nodes = dict(sorted(provenance.nodes.items()))
    edges = _edges(provenance)
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in edges)
    layout = layered_layout(graph, dict.fromkeys(nodes, float(ROW)), float(BEND_ROW))
    sheet = _sheet(nodes, layout)
    drawn = [_draw_edge(edge, nodes, sheet) for edge in edges]
    boxes = [_draw_node(node, *sheet.box(node)) for node in nodes.values()]
    width = max(sheet.left[-1] + sheet.width[-1] + MARGIN if sheet.left else 0.0, 900.0)
    lowest = max([*layout.y.values(), *(y for way in layout.ways.values() for _, y in way)], default=0.0)
    height = lowest + sheet.down + ROW / 2 + MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    label = quoteattr(svg.without_illegal(title))
    return '\n'.join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={label}>',
            f'<title>{svg.escaped(title)}</title>',
            svg.HEAD,
            svg.markers(),
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *_legend(provenance),
            *(arrow for arrow, _ in drawn),
            *boxes,
            *(label for _, label in drawn if label),
            '</svg>\n',
        ]
    )


def _sheet(nodes: dict[int, ProvenanceNode], layout: Layout) -> _Sheet:
    count = max(layout.layer.values(), default=-1) + 1
    widths = [0.0] * count
    for node in nodes.values():
        widths[layout.layer[node.key]] = max(widths[layout.layer[node.key]], _width(node))
    left = [MARGIN + sum(widths[:layer]) + GAP * layer for layer in range(count)]
    top = min([*layout.y.values(), *(y for way in layout.ways.values() for _, y in way)], default=0.0)
    return _Sheet(layout, left, widths, HEADER + ROW / 2 - top)


def draw_provenance(
    pks: Sequence[int],
    depth: int = 1,
    internals: bool = False,
    most: int = MOST_NODES,
    title: str = 'Provenance',
    viewer: Viewer | None = None,
) -> str:
    """Return the provenance of the processes `pks` as an SVG document.

    :param depth: how many calls deep; what is deeper is folded into its caller. It is reduced as long as the
        picture would have more than `most` nodes.
    :param internals: also draw remote folders and retrieved files, and each setting by itself.
    :param viewer: who looks; a node that they do not see is as if it were not there.
    :raises ValueError: when there is no such node, or more below it than can be read at once.
    """
    while True:
        provenance = read_provenance(pks, depth, internals, viewer)
        provenance = fold_alike(provenance if internals else fold_settings(provenance), apart=pks)
        if len(provenance.nodes) <= most or depth == 0:
            return draw(at_most(provenance, most), title)
        depth -= 1

"""A provenance graph as text for Mermaid (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from nanoos_plugins.graph.folding import Provenance, ProvenanceNode
from nanoos_plugins.graph.svg import FILLS, shortened, without_illegal
from nanoos_plugins.graph.tables import CALL_LINKS

#: What a text may have beside letters and digits; everything else is written as the number of the character.
PLAIN = frozenset(' _.,:/+-=·…×')


def draw_mermaid(provenance: Provenance) -> str:
    """Return the flowchart of `provenance`: data round, processes square, calls dotted."""
    nodes = dict(sorted(provenance.nodes.items()))
    name = {key: f'n{number}' for number, key in enumerate(nodes)}
    lines = ['flowchart LR']
    lines += [f'    {name[key]}{_box(node)}:::{node.kind}' for key, node in nodes.items()]
    links = sorted(provenance.links, key=lambda link: (link.source, link.target, link.kind, link.label))
    for link in links:
        arrow = '-.->' if link.kind in CALL_LINKS else '-->'
        label = '' if link.kind in CALL_LINKS or not link.label else f'|"{_escaped(link.label)}"|'
        lines.append(f'    {name[link.source]} {arrow}{label} {name[link.target]}')
    kinds = sorted({node.kind for node in nodes.values()})
    lines += [f'    classDef {kind} fill:{FILLS[kind]},stroke:#3c4250,color:#1f2430' for kind in kinds]
    if provenance.left_out:
        lines.append(f'    %% {provenance.left_out} more nodes are not drawn')
    return '\n'.join(lines) + '\n'


def _box(node: ProvenanceNode) -> str:
    told = node.caption if node.caption != node.title else ''
    text = ': '.join(part for part in (node.title, told) if part)
    status = f' · {node.status}' if node.status else ''
    label = f'"{_escaped(shortened(text, 60))}{status}"'
    return f'[{label}]' if node.is_process else f'([{label}])'


def _escaped(text: str) -> str:
    """Return a text in which nothing means anything to Mermaid, Markdown or HTML."""
    one_line = ' '.join(without_illegal(text).split())
    return ''.join(
        letter if letter.isalnum() or letter in PLAIN else f'#{ord(letter)};' for letter in one_line
    )

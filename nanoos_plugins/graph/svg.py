"""What a picture of provenance is made of: colours, shapes, arrows and texts, as pieces of SVG."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from nanoos_plugins.graph.folding import Kind
from nanoos_plugins.graph.status import JobStatus

#: What is no character of XML 1.0 (https://www.w3.org/TR/xml/#charsets).
ILLEGAL = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')

BOX_HEIGHT = 44
CHARACTER = 7.2
SMALL_CHARACTER = 6.1
LONGEST_TEXT = 34

NAMES: dict[Kind, str] = {
    'workflow': 'workflow',
    'calcjob': 'calculation by a program',
    'calcfunction': 'calculation in Python',
    'structure': 'structure',
    'template': 'template',
    'code': 'code',
    'data': 'other data',
}
FILLS: dict[Kind, str] = {
    'workflow': '#f6c177',
    'calcjob': '#ea9a97',
    'calcfunction': '#f6d5d3',
    'structure': '#9ccfa4',
    'template': '#c9b8ee',
    'code': '#9cc7e8',
    'data': '#dcefdc',
}
STATUS_FILLS = {
    JobStatus.COMPLETED: '#2e8b57',
    JobStatus.FAILED: '#c0392b',
    JobStatus.KILLED: '#7f1d1d',
    JobStatus.PAUSED: '#6b7280',
}
ACTIVE_FILL = '#e0a100'
EDGES = {
    'data': ('#5b6472', 'none', 'data in and out of calculations'),
    'logic': ('#5b6472', '6 4', 'data in and out of workflows'),
    'call': ('#c98a2b', '2 3', 'workflow calls'),
}


def without_illegal(text: str) -> str:
    """Return the text without the characters that XML has no way to write."""
    return ILLEGAL.sub('\N{REPLACEMENT CHARACTER}', text)


def escaped(text: str) -> str:
    """Return the text as the content of an XML element."""
    return escape(without_illegal(text))


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    """Return the text with at most `most` characters."""
    return text if len(text) <= most else f'{text[: most - 1]}…'


def shape(kind: Kind, x: float, y: float, width: float, extra: str = '') -> str:
    """Return the outline with its top left corner at (x, y): processes are boxes, data rounded, codes cut."""
    look = f'fill="{FILLS[kind]}" stroke="#3c4250" stroke-width="1" {extra}'
    if kind in ('code', 'template'):
        cut, right, bottom = 12, x + width, y + BOX_HEIGHT
        corners = [(x + cut, y), (right - cut, y), (right, y + BOX_HEIGHT / 2), (right - cut, bottom)]
        corners += [(x + cut, bottom), (x, y + BOX_HEIGHT / 2)]
        points = ' '.join(f'{px:.1f},{py:.1f}' for px, py in corners)
        return f'<polygon points="{points}" {look}/>'
    radius = {'workflow': 4, 'calcjob': 4, 'calcfunction': 4}.get(kind, BOX_HEIGHT / 2)
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="{radius}" {look}/>'


def text(x: float, y: float, text: str, css: str) -> str:
    """Return a line of text at (x, y) in the style `css`."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escaped(text)}</text>'


def arrow(path: str, style: str) -> str:
    """Return an arrow along an SVG path."""
    colour, dashes, _ = EDGES[style]
    look = (
        f'stroke="{colour}" stroke-width="1.4" stroke-dasharray="{dashes}" marker-end="url(#arrow-{style})"'
    )
    return f'<path d="{path}" fill="none" {look}/>'


HEAD = """<style>
text { font-family: "DejaVu Sans", Verdana, Arial, sans-serif; fill: #1f2430; }
.title { font-size: 12px; font-weight: 600; text-anchor: middle; }
.caption { font-size: 10.5px; text-anchor: middle; fill: #3c4250; }
.legend { font-size: 11px; }
.link { font-size: 10px; text-anchor: middle; fill: #3c4250; paint-order: stroke; stroke: #ffffff;
  stroke-width: 3px; stroke-linejoin: round; }
</style>"""


def markers() -> str:
    """Return the heads of the arrows."""
    heads = ''.join(
        f'<marker id="arrow-{style}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{colour}"/></marker>'
        for style, (colour, _, _) in EDGES.items()
    )
    return f'<defs>{heads}</defs>'

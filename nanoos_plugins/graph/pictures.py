"""A page of a walk as a document: SVG, Mermaid, or PROV-JSON."""

from __future__ import annotations

import orjson

from nanoos_plugins.graph.drawing import MOST_NODES, draw
from nanoos_plugins.graph.folding import Provenance, at_most
from nanoos_plugins.graph.mermaid import draw_mermaid
from nanoos_plugins.graph.prov_json import prov_document
from nanoos_plugins.graph.provenance import describe
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.graph.traverse import Page
from nanoos_plugins.storage.shares import Viewer


def as_svg(viewer: Viewer | None, page: Page) -> str:
    """Return a page as an SVG picture of at most `MOST_NODES` nodes, which says how many it leaves out."""
    return draw(at_most(_provenance(viewer, page), MOST_NODES), f'Around {page.nodes[page.root].uuid}')


def as_mermaid(viewer: Viewer | None, page: Page) -> str:
    """Return a page as a Mermaid flowchart."""
    return draw_mermaid(_provenance(viewer, page))


def as_prov(page: Page) -> bytes:
    """Return a page as a PROV-JSON document."""
    return orjson.dumps(prov_document(page.shown, page.links), option=orjson.OPT_INDENT_2)


def _provenance(viewer: Viewer | None, page: Page) -> Provenance:
    """Return a page as what can be drawn."""
    with connection(viewer) as opened:
        nodes = describe(opened, viewer, page.shown)
    links = {link for link in page.links if link.source in nodes and link.target in nodes}
    return Provenance(nodes, frozenset(links))

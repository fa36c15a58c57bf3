"""Nodes, their links, files and surroundings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nanoos_plugins.graph.links import Direction
from nanoos_plugins.graph.traverse import LinkKind

Form = Literal['json', 'svg', 'mermaid', 'prov']


class Node(BaseModel):
    """A node without what may be large."""

    model_config = ConfigDict(from_attributes=True)

    uuid: str
    node_type: str = Field(description='AiiDA type, `data.core.structure.StructureData.`')
    process_type: str | None = Field(description='entry point, of processes only')
    label: str
    ctime: datetime = Field(description='when it was made (UTC)')
    mtime: datetime = Field(description='when it was last changed (UTC)')
    owner: str = Field(description='e-mail of its owner')
    process_label: str | None
    process_state: str | None = Field(description='state in AiiDA, of processes only')
    exit_status: int | None = Field(description='0 for success; null unless it is a process that finished')


class NodeContent(Node):
    """A node with all that it says of itself."""

    description: str
    attributes: dict[str, Any] = Field(description='what it holds or was run with; never changes once final')
    extras: dict[str, Any] = Field(description='what was noted on it later')


class Link(BaseModel):
    """A link to a node: incoming from what it came from, outgoing to what came of it."""

    model_config = ConfigDict(from_attributes=True)

    direction: Direction
    type: LinkKind
    label: str
    node: Node


class File(BaseModel):
    """A file of a node."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    size: int = Field(description='size [bytes]')


class GraphNode(Node):
    """A node around another one."""

    distance: int = Field(description='how many links it is away from the root')
    members: int = Field(description='when folded, of how many processes reached it is the workflow; else 1')
    links: int | None = Field(
        description='how many links it has to what you see, at most 100 in each direction; when asked for'
    )


class GraphEdge(BaseModel):
    """A link between two nodes of this page, or of this one and one before."""

    source: str = Field(description='UUID of the node that it comes from')
    target: str = Field(description='UUID of the node that it goes to')
    type: LinkKind
    label: str


class Graph(BaseModel):
    """A page of what is around a node, nearest first."""

    root: str = Field(description='UUID of the node asked for; when folded, of the workflow that it is in')
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    after: str | None = Field(description='cursor of the next page; null when there is no more')


class Path(BaseModel):
    """The shortest way between two nodes, over links in either direction."""

    nodes: list[Node] = Field(description='from the one to the other; empty when nothing you see joins them')
    edges: list[GraphEdge] = Field(description='links between each two of them')

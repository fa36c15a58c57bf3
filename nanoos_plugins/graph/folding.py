"""Provenance small enough to look at: deep calls are folded into their caller, and alike nodes into one.

Nothing here reads the database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.graph.tables import CALL_LINKS

Kind = Literal['workflow', 'calcjob', 'calcfunction', 'structure', 'template', 'code', 'data']
#: Types that only hold a value; as inputs nobody made they are settings.
PLAIN_TYPES = frozenset({'Bool', 'Dict', 'EnumData', 'Float', 'Int', 'List', 'Str'})
INPUT_LINKS = ('input_calc', 'input_work')
# of processes folded into one, the status that most needs to be seen
WORST_FIRST = (
    JobStatus.FAILED,
    JobStatus.KILLED,
    JobStatus.PAUSED,
    JobStatus.RUNNING,
    JobStatus.QUEUED,
    JobStatus.PENDING,
    JobStatus.COMPLETED,
)


@dataclass(frozen=True)
class ProvenanceNode:
    """A node as it is drawn: `title` is its type, `caption` what tells it from others of that type.

    `members`: pks that it stands for, more than one when it is folded; `status` of processes only.
    """

    key: int
    kind: Kind
    title: str
    caption: str
    status: JobStatus | None
    members: tuple[int, ...]

    @property
    def is_process(self) -> bool:
        """Whether it is a process, not data."""
        return self.status is not None


@dataclass(frozen=True)
class ProvenanceLink:
    """A link between two nodes by their keys; `kind` is AiiDA's link type in lower case."""

    source: int
    target: int
    kind: str
    label: str


@dataclass(frozen=True)
class Provenance:
    """Nodes by key and the links between them; `left_out` counts the nodes that were not taken in."""

    nodes: dict[int, ProvenanceNode]
    links: frozenset[ProvenanceLink]
    left_out: int = 0


def fold_calls(links: Iterable[ProvenanceLink], shown: Mapping[int, int]) -> set[ProvenanceLink]:
    """Return the links between the nodes that are left when every process is drawn as `shown[process]`.

    Data that only the processes folded into one and the same used go with them.
    """
    links = set(links)
    users: dict[int, set[int]] = defaultdict(set)
    seen: set[int] = set()
    for link in links:
        for data, process in ((link.source, link.target), (link.target, link.source)):
            if data not in shown and process in shown:
                users[data].add(shown[process])
                if shown[process] == process:
                    seen.add(data)
    hidden = {data for data, processes in users.items() if len(processes) == 1 and data not in seen}
    folded = {
        replace(link, source=shown.get(link.source, link.source), target=shown.get(link.target, link.target))
        for link in links
        if link.source not in hidden and link.target not in hidden
    }
    return {link for link in folded if link.source != link.target}


def passed_on_once(links: Collection[ProvenanceLink]) -> set[ProvenanceLink]:
    """Return `links` without the inputs that a process got from its caller, which has them itself."""
    caller = {link.target: link.source for link in links if link.kind in CALL_LINKS}
    inputs = {(link.source, link.target) for link in links if link.kind in INPUT_LINKS}

    def is_passed_on(link: ProvenanceLink) -> bool:
        return link.kind in INPUT_LINKS and (link.source, caller.get(link.target)) in inputs

    return {link for link in links if not is_passed_on(link)}


def fold_settings(provenance: Provenance) -> Provenance:
    """Return the provenance with the plain values that one process alone was given drawn as one node."""
    made = {link.target for link in provenance.links}
    uses: dict[int, list[ProvenanceLink]] = defaultdict(list)
    for link in provenance.links:
        uses[link.source].append(link)
    settings: dict[int, list[ProvenanceLink]] = defaultdict(list)
    for key, node in provenance.nodes.items():
        if node.title in PLAIN_TYPES and key not in made and len({use.target for use in uses[key]}) == 1:
            settings[uses[key][0].target].extend(uses[key])
    nodes, links = dict(provenance.nodes), set(provenance.links)
    for process, found in settings.items():
        keys = sorted({link.source for link in found})
        if len(keys) < 2:
            continue
        for key in keys[1:]:
            del nodes[key]
        names = ', '.join(sorted({link.label for link in found}))
        nodes[keys[0]] = replace(nodes[keys[0]], title='setting', caption=names, members=tuple(keys))
        links -= set(found)
        links.add(ProvenanceLink(keys[0], process, found[0].kind, ''))
    return Provenance(nodes, frozenset(links), provenance.left_out)


def _classes(provenance: Provenance, apart: Collection[int]) -> dict[int, int]:
    """Return {key: class}: the coarsest classes whose members have the same type and the same relations.

    This is partition refinement: start from the types and split until members of a class stand, by links of
    the same kind and label (numbers in it aside), to the same classes.
    """
    relations: dict[int, set[tuple[str, str, str, int]]] = defaultdict(set)
    for link in provenance.links:
        label = re.sub(r'\d+', '#', link.label)
        relations[link.source].add(('out', link.kind, label, link.target))
        relations[link.target].add(('in', link.kind, label, link.source))
    signature: dict[int, object] = {
        key: (node.kind, node.title, key if key in apart or node.kind in ('template', 'code') else None)
        for key, node in provenance.nodes.items()
    }
    classes: dict[int, int] = {}
    while True:
        numbers: dict[object, int] = {}
        refined = {key: numbers.setdefault(entry, len(numbers)) for key, entry in signature.items()}
        if classes and len(numbers) == len(set(classes.values())):
            return classes
        classes = refined
        signature = {
            key: (number, frozenset((*relation[:3], classes[relation[3]]) for relation in relations[key]))
            for key, number in classes.items()
        }


def fold_alike(provenance: Provenance, apart: Collection[int] = ()) -> Provenance:
    """Return the provenance with nodes of the same type and the same relations folded into one.

    :param apart: keys of nodes that stay alone, and so keep their neighbours apart.
    """
    classes = _classes(provenance, apart)
    groups: dict[int, list[ProvenanceNode]] = defaultdict(list)
    for key, number in classes.items():
        groups[number].append(provenance.nodes[key])
    key_of = {number: min(node.key for node in group) for number, group in groups.items()}
    nodes = {key_of[number]: _one_of(group) for number, group in groups.items()}
    links = {
        ProvenanceLink(
            key_of[classes[link.source]],
            key_of[classes[link.target]],
            link.kind,
            link.label
            if len(groups[classes[link.source]]) == len(groups[classes[link.target]]) == 1
            else re.sub(r'\d+', 'n', link.label),
        )
        for link in provenance.links
    }
    return Provenance(nodes, frozenset(links), provenance.left_out)


def _one_of(group: list[ProvenanceNode]) -> ProvenanceNode:
    """Return the node that stands for a group of alike ones."""
    if len(group) == 1:
        return group[0]
    first = min(group, key=lambda node: node.key)
    captions = {node.caption for node in group}
    states = [node.status for node in group]
    return replace(
        first,
        caption=captions.pop() if len(captions) == 1 else '',
        status=next((state for state in WORST_FIRST if state in states), None),
        members=tuple(sorted(pk for node in group for pk in node.members)),
    )


def at_most(provenance: Provenance, most: int) -> Provenance:
    """Return the provenance with at most `most` nodes: data that joins nothing goes first, newest first."""
    degree: dict[int, int] = defaultdict(int)
    for link in provenance.links:
        degree[link.source] += 1
        degree[link.target] += 1
    order = sorted(
        provenance.nodes.values(), key=lambda node: (not node.is_process and degree[node.key] < 2, node.key)
    )
    kept = {node.key: node for node in order[:most]}
    links = {link for link in provenance.links if link.source in kept and link.target in kept}
    left_out = provenance.left_out + len(provenance.nodes) - len(kept)
    return Provenance(kept, frozenset(links), left_out)

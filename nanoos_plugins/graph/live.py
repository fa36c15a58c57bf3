"""How the running calculation of a job goes: what its program has written so far, as curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from nanoos_plugins.engines.contract import Curve, engine_names, load_engine
from nanoos_plugins.engines.runner import curves_of
from nanoos_plugins.graph.computers import LOCAL_TRANSPORT
from nanoos_plugins.graph.progress import CALCJOB
from nanoos_plugins.graph.tables import call_tree, connection, tables
from nanoos_plugins.runners.job import LIVE
from nanoos_plugins.storage.shares import Viewer, seen_by

#: [bytes] Read of an output: its beginning, which names the columns, and its end.
HEAD, TAIL = 64 * 1024, 512 * 1024
#: Most points of a curve that are told.
MOST_POINTS = 500
ENTRY_POINTS = 'aiida.calculations:'


@dataclass(frozen=True)
class Teller:
    """What tells how it goes: its name for people, the file that it writes, and who reads that."""

    label: str
    file: str
    live: Callable[[str], list[Curve]]


#: Calculations of no engine that tell how they go.
OTHERS = {'nanoos.train': Teller('training', LIVE, curves_of)}


@dataclass(frozen=True)
class Output:
    """The output of the newest calculation of a job: where it is, and who can read it."""

    uuid: str
    process: str
    teller: Teller
    path: Path

    @property
    def size(self) -> int:
        """How much has been written, 0 before the first [bytes]."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def curves(self) -> list[Curve]:
        """Return how it goes; nothing while, or when no longer, there is a file."""
        try:
            text = _head_and_tail(self.path)
        except OSError:
            return []
        return [_thinned(curve) for curve in self.teller.live(text) if curve.x]


def newest_output(pk: int, viewer: Viewer | None) -> Output | None:
    """Return the output of the newest calculation below the process `pk` that can be followed.

    None when there is none yet, when its engine tells nothing while it runs, and when it runs on another
    computer: a connection there is not for every look.
    """
    node, computer, tree = tables().node, tables().computer, call_tree([pk])
    attributes = node.c.attributes
    statement = (
        sa.select(
            node.c.uuid,
            node.c.process_type,
            attributes['process_label'].as_string().label('process'),
            attributes['remote_workdir'].as_string().label('folder'),
        )
        .join(tree, tree.c.id == node.c.id)
        .join(computer, computer.c.id == node.c.dbcomputer_id)
        .where(
            node.c.node_type.startswith(CALCJOB),
            attributes['remote_workdir'].as_string().is_not(None),
            computer.c.transport_type == LOCAL_TRANSPORT,
            seen_by(viewer, node.c),
        )
        .order_by(node.c.id.desc())
        .limit(1)
    )
    with connection(viewer) as opened:
        row: Any = opened.execute(statement).first()
    teller = None if row is None else _teller((row.process_type or '').removeprefix(ENTRY_POINTS))
    if teller is None:
        return None
    return Output(str(row.uuid), row.process or '', teller, Path(row.folder) / teller.file)


def _teller(calculation: str) -> Teller | None:
    """Return what tells how a calculation goes: the engine whose codes are for it, as a rule."""
    engines = (load_engine(name) for name in engine_names())
    engine = next((engine for engine in engines if engine.code_plugin == calculation), None)
    if engine is None or engine.live_file is None:
        return OTHERS.get(calculation)
    return Teller(engine.label, engine.live_file, engine.live)


def _head_and_tail(path: Path) -> str:
    """Return a file; of a large one its beginning and its end, without the line that is cut."""
    with path.open('rb') as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size <= HEAD + TAIL:
            return file.read().decode(errors='replace')
        head = file.read(HEAD).rpartition(b'\n')[0]
        file.seek(size - TAIL)
        tail = file.read().partition(b'\n')[2]
    return f'{head.decode(errors="replace")}\n{tail.decode(errors="replace")}'


def _thinned(curve: Curve) -> Curve:
    """Return a curve with evenly chosen points, the last one among them."""
    every = -(-len(curve.x) // MOST_POINTS)
    kept = slice((len(curve.x) - 1) % every, None, every)
    return Curve(curve.name, curve.unit, curve.along, curve.x[kept], curve.y[kept])

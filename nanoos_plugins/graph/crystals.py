"""Structures as bare crystals, many at once: what predictions are made from, each with a key of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from ase.data import atomic_numbers

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.nodes import MOST_NAMED
from nanoos_plugins.graph.structures import STRUCTURE_TYPE, is_whole, symbols_of
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by


@dataclass(frozen=True)
class Crystal:
    """Atomic numbers, Cartesian positions and cell vectors, one a row [Å]; periodic in all directions."""

    numbers: list[int]
    positions: list[list[float]]
    cell: list[list[float]]

    @property
    def key(self) -> str:
        """SHA-256 of all that it is: the same for the same numbers in the same order."""
        lengths = [np.array(one, dtype='<f8') for one in (self.positions, self.cell)]
        arrays = [np.array(self.numbers, dtype='<i8'), *lengths]
        return sha256(b''.join(array.tobytes() for array in arrays)).hexdigest()


def seen_structures(uuids: Sequence[str], viewer: Viewer | None) -> set[str]:
    """Return which of these are structures that a viewer sees."""
    return {uuid for uuid, _ in _rows(uuids, viewer, with_attributes=False)}


def find_crystals(uuids: Sequence[str], viewer: Viewer | None) -> dict[str, Crystal | ValueError]:
    """Return the crystals of structures that a viewer sees, or what they are instead, by UUID."""
    return {uuid: _crystal(attributes) for uuid, attributes in _rows(uuids, viewer, with_attributes=True)}


def _rows(uuids: Sequence[str], viewer: Viewer | None, with_attributes: bool) -> list[tuple[str, Any]]:
    node = tables().node
    columns = (node.c.uuid, sa.cast(node.c.attributes, sa.Text)) if with_attributes else (node.c.uuid,)
    statement = sa.select(*columns).where(
        node.c.node_type == STRUCTURE_TYPE, among(node.c.uuid, 'uuids'), seen_by(viewer, node.c)
    )
    kind = node.c.uuid.type.python_type
    found: list[tuple[str, Any]] = []
    with connection(viewer) as opened:
        for first in range(0, len(uuids), MOST_NAMED):
            chunk = uuids[first : first + MOST_NAMED]
            rows = opened.execute(statement, {'uuids': [kind(one) for one in chunk]}).all()
            found += [(str(row[0]), orjson.loads(row[1]) if with_attributes else None) for row in rows]
    return found


def _crystal(attributes: Mapping[str, Any]) -> Crystal | ValueError:
    """Return the crystal that the attributes of a structure say, or why they say none."""
    try:
        pbc = [bool(attributes[f'pbc{axis}']) for axis in (1, 2, 3)]
        if not all(pbc):
            return ValueError(f'it is periodic along {pbc}; expected a crystal, periodic in all directions')
        if not all(is_whole(kind) for kind in attributes['kinds']):
            return ValueError('its sites are shared or not full; choose one ordered structure of it')
        return Crystal(
            [atomic_numbers[symbol] for symbol in symbols_of(attributes)],
            [site['position'] for site in attributes['sites']],
            attributes['cell'],
        )
    except (KeyError, TypeError, IndexError) as error:
        # An archive from outside may hold anything under this name.
        return ValueError(f'its node is not that of a structure: {error!r:.100}')

"""Supercells of crystals that are large enough for what is in them."""

from __future__ import annotations

from typing import Any

from aiida import orm

from nanoos_plugins.calculations.build.supercell import build_supercell, repetitions


def supercell_of(structure: orm.StructureData, min_length: orm.Float) -> tuple[Any, str]:
    """Return the smallest supercell with heights of at least `min_length` [Å], made by a calcfunction.

    :return: the structure and an empty text, or None and the reason why there is none.
    """
    if not all(structure.pbc):
        return None, f'the structure is periodic along {structure.pbc}; expected all three directions'
    repeat = orm.Dict({'repeat': repetitions(structure, min_length.value)})
    made: Any
    made, node = build_supercell.run_get_node(structure, repeat)
    return (made, '') if node.is_finished_ok else (None, str(node.exit_message))

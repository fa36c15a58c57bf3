"""What a reader gives, and how it refuses."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from ase import Atoms
from ase.data import atomic_numbers

#: Most atoms of a structure; an AiiDA structure keeps its sites as JSON in the database.
MAX_ATOMS = 50_000

_NUMBER = re.compile(r'[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$')


class StructureFileError(ValueError):
    """A file is not a structure we can use. The message is one line: where, what is wrong, what to do."""


@dataclass(frozen=True)
class Parsed:
    """A structure as its file has it: `atoms`, and for each atom the place it comes from, as in `line 12`.

    `format` is CIF, POSCAR, XYZ or internal (any other); `warnings` are lines for people.
    """

    atoms: Atoms
    where: list[str]
    format: str
    warnings: list[str] = field(default_factory=list)


def number(text: str, where: str, what: str) -> float:
    """Return a finite number.

    :raises StructureFileError: for anything else, NaN and infinity included.
    """
    value = float(text.replace('d', 'e').replace('D', 'e')) if _NUMBER.match(text) else math.nan
    if not math.isfinite(value):
        raise StructureFileError(f'{where}: {what}: expected a number, got {text!r:.40}')
    return value


def element(text: str, where: str) -> str:
    """Return a chemical symbol; any case is taken, and D and T (deuterium, tritium) are hydrogen.

    :raises StructureFileError: when it is no element.
    """
    symbol = text.strip().capitalize()
    if symbol in ('D', 'T'):
        return 'H'
    if atomic_numbers.get(symbol, 0) < 1:
        raise StructureFileError(f'{where}: {text!r:.40} is not a chemical element')
    return symbol


def choose(count: int, index: int | None, what: str) -> int:
    """Return which of `count` structures of a file is meant, counted from 0.

    :param index: as given by the user; negative ones count from the end; None when there is but one.
    :raises StructureFileError: when there is no such structure, or several and none was chosen.
    """
    if index is None and count == 1:
        return 0
    if index is None:
        raise StructureFileError(f'the file holds {count} {what}: choose one with --index 0 … {count - 1}')
    if not -count <= index < count:
        raise StructureFileError(f'the file holds {count} {what}: there is no --index {index}')
    return index % count

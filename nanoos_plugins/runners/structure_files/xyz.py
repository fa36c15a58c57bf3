"""XYZ and extended XYZ. Format: https://github.com/libAtoms/extxyz#extended-xyz-specification-and-parsing-tools."""

from __future__ import annotations

import io
import re

from ase import Atoms
from ase.io.extxyz import XYZError, read_xyz

from nanoos_plugins.runners.structure_files.parsed import (
    MAX_ATOMS,
    Parsed,
    StructureFileError,
    choose,
    element,
    number,
)

_PROPERTIES = re.compile(r'\bproperties\s*=\s*"?([^\s"]+)', re.IGNORECASE)


def read(text: str, index: int | None) -> Parsed:
    """Return one frame of an XYZ file, atoms in the file's order.

    Without a `Lattice` in its second line it is a molecule: not periodic, without a cell.

    :param index: which frame; see `choose`.
    :raises StructureFileError: when a line is missing or malformed.
    """
    lines = text.rstrip().split('\n')
    starts = _frames(lines)
    start = starts[choose(len(starts), index, 'frames')]
    count = int(lines[start])
    _check_rows(lines, start, count)
    frame = '\n'.join(lines[start : start + 2 + count]) + '\n'
    atoms = _read_frame(frame, start)
    return Parsed(atoms, [f'line {start + 3 + at}' for at in range(count)], 'XYZ')


def _frames(lines: list[str]) -> list[int]:
    """Return at which lines (from 0) the frames start; every frame is complete."""
    starts: list[int] = []
    at = 0
    while at < len(lines):
        word = lines[at].strip()
        if not word.isdecimal():
            raise StructureFileError(f'line {at + 1}: expected the number of atoms, got {word!r:.40}')
        count = int(word)
        if not 0 < count <= MAX_ATOMS:
            raise StructureFileError(f'line {at + 1}: {count} atoms: expected 1 to {MAX_ATOMS}')
        if at + 2 + count > len(lines):
            have = max(len(lines) - at - 2, 0)
            raise StructureFileError(f'line {at + 1}: {count} atoms announced, but only {have} lines follow')
        starts.append(at)
        at += 2 + count
    return starts


def _check_rows(lines: list[str], start: int, count: int) -> None:
    """Check element and coordinates of every atom, where the columns are known."""
    symbol, position, width = _columns(lines[start + 1])
    for at in range(start + 2, start + 2 + count):
        words = lines[at].split()
        where = f'line {at + 1}'
        if len(words) < width:
            raise StructureFileError(
                f'{where}: expected {width} columns, got {len(words)}: {lines[at].strip()!r:.40}'
            )
        if symbol is not None:
            element(words[symbol], where)
        if position is not None:
            for word, axis in zip(words[position : position + 3], 'xyz', strict=True):
                number(word, where, axis)


def _columns(comment: str) -> tuple[int | None, int | None, int]:
    """Return the columns (from 0) of the element and of x, and how many columns there are at least."""
    match = _PROPERTIES.search(comment)
    if match is None:
        return 0, 1, 4
    fields = match.group(1).split(':')
    symbol = position = None
    width = 0
    for name, size in zip(fields[::3], fields[2::3], strict=False):
        if name == 'species':
            symbol = width
        elif name == 'pos':
            position = width
        width += int(size) if size.isdecimal() else 1
    return symbol, position, width


def _read_frame(frame: str, start: int) -> Atoms:
    """Return the atoms of one frame."""
    try:
        return next(read_xyz(io.StringIO(frame), index=0))
    except (XYZError, ValueError, KeyError, IndexError, TypeError) as error:
        reason = ' '.join(str(error).split())
        raise StructureFileError(
            f'line {start + 2}: not understood as extended XYZ: {reason:.120}'
        ) from error

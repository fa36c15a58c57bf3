"""Rows of a file that a model can learn from, and what is wrong with the others, row by row."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure

from nanoos_plugins.ml.splits import compositions
from nanoos_plugins.ml.table import NAMES, STRUCTURES, read_records, structure_of

#: A column that says the unit of the target of its row.
UNIT = 'unit'
#: Two structures are the same whose cells differ by less than this part in length and this angle [°], and
#: whose atoms by this part of their mean distance.
SAME_LENGTH, SAME_ANGLE, SAME_PLACE = 0.01, 1.0, 0.05
#: Letters of the name of a part.
MOST_PART = 50
#: Digits of lengths [Å] in which copies of a structure agree.
DIGITS = 4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Columns of a file by what they hold; `name`: None for the first of `NAMES` that a row has."""

    structure: str
    target: str
    name: str | None = None
    splits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A structure with its target; `number`: of the row in the file, from 1; `name`: as the file has it.

    `parts`: of each split that the file brings along the part or fold that the row is in; `forces`:
    (n_atoms, 3) [eV/Å] and `stress`: (3, 3) [GPa, tension positive], where the target is an energy and they
    are known.
    """

    number: int
    name: str
    structure: Structure
    target: float
    parts: tuple[str, ...] = ()
    forces: Floats | None = None
    stress: Floats | None = None


@dataclass(frozen=True)
class Problem:
    """A row that is left out, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class Rows:
    """The rows of a file that can be used, and those that cannot; `unit` of the target, empty for none."""

    rows: list[Row]
    unit: str
    problems: list[Problem] = field(default_factory=list)


def read_rows(
    path: Path,
    target: str,
    unit: str = '',
    structure: str | None = None,
    name: str | None = None,
    splits: Sequence[str] = (),
) -> Rows:
    """Return the rows of a file.

    Rows are left out, and said so, whose structure cannot be read, whose target is missing or not finite,
    whose unit is another one, which are in no part of a split, or whose structure is the same as that of an
    earlier row.

    :param target: name of its column.
    :param unit: of the target; that of the first row when the file has a column `unit`.
    :param structure: name of the column of structures, by default the first of `STRUCTURES` that there is.
    :param name: of the column that names the rows, by default the first of `NAMES` that there is.
    :param splits: names of columns that say the part (`train`, `test`) or the fold (0, 1, …) of each row.
    :raises ValueError: for a file that is too large, of another format, or without these columns.
    """
    records = read_records(path)
    if not records:
        raise ValueError(f'{path.name} has no rows')
    columns = _columns(path, records[0], Columns(structure or '', target, name, tuple(splits)))
    known = unit or str(records[0].get(UNIT) or '')
    rows, problems = [], []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(number, record, columns, known))
        except ValueError as error:
            problems.append(Problem(number, str(error)))
    unique, repeated = without_repeats(rows)
    return Rows(unique, known, sorted(problems + repeated, key=lambda one: one.number))


def _columns(path: Path, record: Mapping[str, Any], asked: Columns) -> Columns:
    """Return the names of the columns, all of which are there."""
    structures = [asked.structure] if asked.structure else [name for name in STRUCTURES if name in record]
    wanted = [*(structures[:1] or STRUCTURES[:1]), asked.target, *asked.splits]
    missing = [name for name in (*wanted, asked.name) if name is not None and name not in record]
    if missing:
        raise ValueError(f'{path.name} has no column {missing[0]!r}; it has {", ".join(map(str, record))}')
    return replace(asked, structure=wanted[0])


def _row(number: int, record: Mapping[str, Any], columns: Columns, unit: str) -> Row:
    """Return a row.

    :raises ValueError: what is wrong with it.
    """
    target, own = columns.target, str(record.get(UNIT) or unit)
    if own != unit:
        raise ValueError(f'its {target} is in [{own}], that of the first row in [{unit}]')
    value = record.get(target)
    try:
        number_of = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f'{target} is no number, got {value!r:.60}') from None
    if not math.isfinite(number_of):
        raise ValueError(f'{target} is {number_of}')
    names = NAMES if columns.name is None else (columns.name,)
    name = next((str(record[key]) for key in names if record.get(key)), str(number))
    parts = tuple(_part(record, split) for split in columns.splits)
    return Row(number, name, ordered(structure_of(record.get(columns.structure))), number_of, parts)


def _part(record: Mapping[str, Any], split: str) -> str:
    """Return the part of a split that a row is in; a fold that was written as 2.0 is 2.

    :raises ValueError: when it is in none.
    """
    value = record.get(split)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    part = '' if value is None else str(value).strip()
    if not 0 < len(part) <= MOST_PART:
        raise ValueError(f'{split} names no part, got {value!r:.60}')
    return part


def ordered(structure: Structure) -> Structure:
    """Return the structure itself.

    :raises ValueError: when a site is shared by several elements or not full.
    """
    if not structure.is_ordered:
        raise ValueError('sites of its structure are shared or not full; choose one ordered structure of it')
    return structure


def without_repeats(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Return the rows whose structures are all different, and the others, which repeat an earlier one.

    Pymatgen's matcher maps one onto the other, without scaling: another volume is another structure.
    """
    kept: list[Row] = []
    problems = []
    same = StructureMatcher(ltol=SAME_LENGTH, stol=SAME_PLACE, angle_tol=SAME_ANGLE, scale=False)
    seen: dict[str, list[tuple[Structure, int]]] = defaultdict(list)
    formulas = compositions([row.structure for row in rows])
    for row, formula in zip(rows, formulas, strict=True):
        structure, alike = row.structure, seen[formula]
        earlier = next((number for one, number in alike if same.fit(one, structure)), None)
        if earlier is None:
            alike.append((structure, row.number))
            kept.append(row)
        else:
            problems.append(Problem(row.number, f'its structure is that of row {earlier}'))
    return kept, problems


def without_copies(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Return the rows of which none has the cell and the atoms of an earlier one, and the others.

    Unlike `without_repeats` it keeps crystals whose atoms are a little displaced: forces are learnt of them.
    """
    kept: list[Row] = []
    problems = []
    seen: dict[tuple[bytes, ...], int] = {}
    for row in rows:
        cell, positions = row.structure.lattice.matrix, row.structure.cart_coords
        # adding 0 makes −0 the same as 0
        lengths = [(array.round(DIGITS) + 0.0).tobytes() for array in (cell, positions)]
        key = (np.array(row.structure.atomic_numbers).tobytes(), *lengths)
        if key in seen:
            problems.append(Problem(row.number, f'its structure is that of row {seen[key]}'))
        else:
            seen[key] = row.number
            kept.append(row)
    return kept, problems


def describe_problems(problems: Sequence[Problem], most: int = 20) -> Iterator[str]:
    """Yield lines for people: each of the first `most` problems, and how many more there are."""
    for problem in problems[:most]:
        yield f'row {problem.number}: {problem.reason}'
    if len(problems) > most:
        yield f'and {len(problems) - most} more rows'

"""What a model is tested on: splits that anybody can make again, and a search for leaks in them.

A split is a list of folds, each the row numbers of one test set, ascending; a row is in one fold. The model
that is tested on a fold learns from the others.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Element, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from nanoos_plugins.ml.graph import atomic_numbers

Integers = npt.NDArray[np.int64]


def random_folds(names: Sequence[str], count: int = 5, seed: int = 0) -> list[Integers]:
    """Return folds of equal size that depend on the names of the rows and the seed only.

    The rows are dealt out in the order of the SHA-256 of `seed:name`: the same on every machine, with every
    version of every library, and in whatever order the rows come.

    :raises ValueError: for a name that occurs twice, or fewer rows than folds.
    """
    if len(set(names)) != len(names):
        raise ValueError(f'{len(names) - len(set(names))} names of rows occur twice; give each row its own')
    _check_count(len(names), count, 'rows')
    keys = [_key(seed, name) for name in names]
    order = sorted(range(len(names)), key=keys.__getitem__)
    return [np.sort(np.array(order[fold::count])) for fold in range(count)]


def grouped_folds(groups: Sequence[Hashable], count: int = 5, seed: int = 0) -> list[Integers]:
    """Return folds that keep groups whole: what is tested is how a model does on groups it has not seen.

    The largest group comes first, each into the fold that has the fewest rows; groups of one size in the
    order of their SHA-256.

    :param groups: group of each row: its composition, prototype, …
    :raises ValueError: for fewer groups than folds.
    """
    members: dict[Hashable, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    _check_count(len(members), count, 'groups')
    folds: list[list[int]] = [[] for _ in range(count)]
    for group in sorted(members, key=lambda one: (-len(members[one]), _key(seed, str(one)))):
        min(folds, key=len).extend(members[group])
    return [np.sort(np.array(fold)) for fold in folds]


def newest(times: Sequence[float], part: float = 0.2) -> Integers:
    """Return the rows that came last, as one fold: what is tested is how a model does on what comes next.

    Rows of the time of the first of them are all in it, so no row of the others is as late as one of these.

    :raises ValueError: when the fold would be empty or hold all rows.
    """
    ordered = np.sort(np.asarray(times, dtype=np.float64))
    border = ordered[-max(round(part * len(ordered)), 1)] if len(ordered) else 0.0
    rows = np.flatnonzero(np.asarray(times) >= border)
    if not 0 < len(rows) < len(ordered):
        raise ValueError(f'{len(rows)} of {len(ordered)} rows would be tested; change the part or the times')
    return rows


def compositions(structures: Sequence[Structure]) -> list[str]:
    """Return the reduced formula of each structure (`O2Ti`), a group for `grouped_folds`."""
    return [_reduced(atomic_numbers(structure)) for structure in structures]


def prototypes(structures: Sequence[Structure]) -> list[str]:
    """Return anonymous formula and space group of each structure (`AB 225`), a group for `grouped_folds`."""
    groups = [SpacegroupAnalyzer(one, symprec=0.1).get_space_group_number() for one in structures]
    formulas = [one.composition.anonymized_formula for one in structures]
    return [f'{formula} {group}' for formula, group in zip(formulas, groups, strict=True)]


def duplicates(structures: Sequence[Structure]) -> list[list[int]]:
    """Return the rows that hold the same crystal, whatever its cell and volume: groups of 2 and more rows.

    Two are the same when pymatgen's `StructureMatcher` maps one onto the other with its default tolerances.
    """
    alike: dict[str, list[int]] = defaultdict(list)
    for row, formula in enumerate(compositions(structures)):
        alike[formula].append(row)
    matcher = StructureMatcher()
    found: list[list[int]] = []
    for rows in alike.values():
        groups: list[list[int]] = []
        for row in rows:
            for group in groups:
                if matcher.fit(structures[group[0]], structures[row]):
                    group.append(row)
                    break
            else:
                groups.append([row])
        found += [group for group in groups if len(group) > 1]
    return found


def leaks(folds: Sequence[Integers], same: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the groups of equal rows, see `duplicates`, that several folds share: the model saw its test."""
    fold_of = {int(row): number for number, fold in enumerate(folds) for row in fold}
    return [list(group) for group in same if len({fold_of.get(row) for row in group}) > 1]


def _reduced(numbers: Integers) -> str:
    """Return a formula by symbol; pymatgen's warns of elements without an electronegativity."""
    kinds, counts = np.unique(numbers, return_counts=True)
    unit = np.gcd.reduce(counts)
    parts = [
        (Element.from_Z(int(kind)).symbol, count // unit) for kind, count in zip(kinds, counts, strict=True)
    ]
    return ''.join(symbol + (str(count) if count > 1 else '') for symbol, count in sorted(parts))


def _key(seed: int, name: str) -> str:
    return hashlib.sha256(f'{seed}:{name}'.encode()).hexdigest()


def _check_count(found: int, count: int, what: str) -> None:
    if not 2 <= count <= found:
        raise ValueError(f'{count} folds of {found} {what}: expected at least 2, and as many {what} as folds')

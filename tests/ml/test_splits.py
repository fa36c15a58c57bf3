"""Folds that hold together, and leaks that are found."""

from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.splits import (
    compositions,
    duplicates,
    grouped_folds,
    leaks,
    newest,
    prototypes,
    random_folds,
)

NAMES = [f'mp-{number}' for number in range(103)]


def test_every_row_is_tested_once() -> None:
    folds = random_folds(NAMES)
    assert sorted(np.concatenate(folds).tolist()) == list(range(103))
    assert {len(fold) for fold in folds} == {20, 21}


def test_folds_are_published() -> None:
    # By `printf 0:mp-7 | sha256sum`: anybody can say which fold a row is in without this program.
    from hashlib import sha256

    order = sorted(NAMES, key=lambda name: sha256(f'0:{name}'.encode()).hexdigest())
    assert 7 in random_folds(NAMES)[order.index('mp-7') % 5]
    shuffled = NAMES[::-1]
    again = {shuffled[row] for row in random_folds(shuffled)[2]}
    assert again == {NAMES[row] for row in random_folds(NAMES)[2]}
    assert {NAMES[row] for row in random_folds(NAMES, seed=1)[2]} != again


def test_groups_stay_whole() -> None:
    groups = [f'group {number % 17}' for number in range(200)]
    folds = grouped_folds(groups)
    assert sorted(np.concatenate(folds).tolist()) == list(range(200))
    seen = [{groups[row] for row in fold} for fold in folds]
    assert sum(len(one) for one in seen) == 17
    assert max(map(len, folds)) - min(map(len, folds)) <= 12


def test_newest_come_after_all_others() -> None:
    times = [5.0, 1.0, 4.0, 4.0, 2.0, 3.0]
    assert newest(times, part=1 / 3).tolist() == [0, 2, 3]
    with pytest.raises(ValueError, match='3 of 3 rows'):
        newest([1.0, 1.0, 1.0])


def test_groups_of_crystals(crystals: dict[str, Structure]) -> None:
    structures = [crystals['copper'], crystals['rutile'] * (1, 1, 2), crystals['salt']]
    assert compositions(structures) == ['Cu', 'O2Ti', 'ClNa']
    assert prototypes(structures) == ['A 225', 'AB2 136', 'AB 225']


def test_the_same_crystal_is_found_in_other_clothes(crystals: dict[str, Structure]) -> None:
    salt = crystals['salt']
    primitive = salt.get_primitive_structure()
    pressed = Structure(salt.lattice.scale(170), salt.species, salt.frac_coords)
    other = Structure.from_spacegroup('Pm-3m', Lattice.cubic(3.5), ['Na', 'Cl'], [[0, 0, 0], [0.5] * 3])
    same = duplicates([salt, crystals['copper'], primitive, other, pressed])
    assert same == [[0, 2, 4]]
    assert leaks([np.array([0, 1]), np.array([2, 3, 4])], same) == [[0, 2, 4]]
    assert leaks([np.array([0, 2, 4]), np.array([1, 3])], same) == []


def test_bad_splits_are_refused() -> None:
    with pytest.raises(ValueError, match='1 names of rows occur twice'):
        random_folds(['a', 'b', 'a'], 2)
    with pytest.raises(ValueError, match='5 folds of 2 groups'):
        grouped_folds(['a', 'b', 'a'])

"""Rows are divided as people ask."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk
from pydantic import ValidationError
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.ml.divide import SplitSettings, divide, first_elements, parts
from nanoos_plugins.ml.splits import random_folds

METALS = ('Mg', 'Ca', 'Sr', 'Mn')
CRYSTALS = [
    AseAtomsAdaptor.get_structure(bulk(f'{metal}O', lattice, a=4.2))
    for metal in METALS
    for lattice in ('rocksalt', 'cesiumchloride')
]
NAMES = [f'{metal}O{k}' for metal in METALS for k in (1, 2)]


def divided(by: str, names: list[str] = NAMES, times: list[float] | None = None, **more: object) -> list[str]:
    settings = SplitSettings.model_validate({'name': 'a', 'by': by, 'folds': 2, **more})
    folds = divide(settings, CRYSTALS, names, None if times is None else np.array(times))
    return parts(settings, folds, len(CRYSTALS))


def test_random_folds_are_those_that_anybody_gets_from_the_names() -> None:
    found = divided('random', seed=3)
    assert [row for row, part in enumerate(found) if part == '0'] == random_folds(NAMES, 2, 3)[0].tolist()
    # names that repeat still give each row one fold
    assert sorted(divided('random', ['same'] * 8)) == ['0'] * 4 + ['1'] * 4


@pytest.mark.parametrize(
    ('by', 'groups'),
    [
        ('composition', [metal for metal in METALS for _ in range(2)]),
        ('prototype', ['rock salt', 'CsCl'] * 4),
        ('first-element', [metal for metal in METALS for _ in range(2)]),
    ],
)
def test_groups_are_kept_whole(by: str, groups: list[str]) -> None:
    found = divided(by)
    assert sorted(found) == ['0'] * 4 + ['1'] * 4
    assert len(set(zip(groups, found, strict=True))) == len(set(groups))


def test_by_time_what_came_last_is_the_test() -> None:
    times = [5.0, 1.0, 9.0, 2.0, 3.0, 8.0, 4.0, 0.0]
    assert divided('time', times=times, test=0.25) == ['test' if time >= 8 else 'train' for time in times]
    with pytest.raises(ValueError, match='its rows have no times'):
        divided('time')


def test_first_elements_are_of_formulas() -> None:
    assert first_elements(['SrTiO3', 'W', 'Cd Cu', 'N2']) == ['Sr', 'W', 'Cd', 'N']
    for name in ('mp-149', 'Aluminium', '', 'Xx2', '17'):
        with pytest.raises(ValueError, match=f'row 2 is named {name!r}'):
            first_elements(['Cu', name])


@pytest.mark.parametrize(
    'wrong', [{'by': 'colour'}, {'name': '../a'}, {'folds': 1}, {'test': 1}, {'more': 1}]
)
def test_other_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        SplitSettings.model_validate({'name': 'a', **wrong})

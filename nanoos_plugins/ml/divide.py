"""How the rows of a data set are divided for learning: what people may set, and the part of each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field
from pymatgen.core import Element, Structure

from nanoos_plugins.ml.splits import Integers, compositions, grouped_folds, newest, prototypes, random_folds

By = Literal['random', 'composition', 'prototype', 'first-element', 'time']


class SplitSettings(BaseModel):
    """Settings of a split.

    `time` tests on the part `test` that came last; all others deal the rows out to `folds`, and `random` is
    the only one that does not keep groups of them whole.
    """

    model_config = ConfigDict(extra='forbid')

    name: str = Field(description='of the split', pattern=r'^[A-Za-z][A-Za-z0-9_-]{0,49}$')
    by: By = Field('random', description='what the rows of one fold have in common')
    folds: int = Field(5, ge=2, le=100, description='number of folds [-]')
    seed: int = Field(0, ge=0, description='of the order in which rows or groups are dealt out [-]')
    test: float = Field(0.2, gt=0, lt=0.9, description='part of the rows that came last, for `time` [-]')


def divide(
    settings: SplitSettings,
    structures: Sequence[Structure],
    names: Sequence[str],
    times: npt.NDArray[np.float64] | None = None,
) -> list[Integers]:
    """Return the rows of each fold, ascending; by time there is one, which is the test.

    :param names: of the rows; of those by `random`, the number of the row goes before a name that is not
        unique, and those by `first-element` are formulas.
    :param times: [s since 1970] of the rows, (n,); None where they are not known.
    :raises ValueError: for too few rows or groups, rows without times, or names that are no formulas.
    """
    if settings.by == 'time':
        if times is None:
            raise ValueError('its rows have no times: only those of calculations have; split by another')
        return [newest(times.tolist(), settings.test)]
    if settings.by == 'random':
        unique = names if len(set(names)) == len(names) else [f'{row}:{one}' for row, one in enumerate(names)]
        return random_folds(unique, settings.folds, settings.seed)
    groups = {
        'composition': lambda: compositions(structures),
        'prototype': lambda: prototypes(structures),
        'first-element': lambda: first_elements(names),
    }[settings.by]()
    return grouped_folds(groups, settings.folds, settings.seed)


def parts(settings: SplitSettings, folds: Sequence[Integers], count: int) -> list[str]:
    """Return for each of `count` rows the number of its fold; by time `test` or `train`."""
    found = ['train'] * count
    for number, fold in enumerate(folds):
        for row in fold:
            found[row] = 'test' if settings.by == 'time' else str(number)
    return found


def first_elements(names: Sequence[str]) -> list[str]:
    """Return the first element of each formula (`SrTiO3`: Sr, the A site as perovskites are written).

    :raises ValueError: for a name that is no formula.
    """
    found = [re.match(r'[A-Z][a-z]?(?=[A-Z0-9 ]|$)', name) for name in names]
    for row, (name, first) in enumerate(zip(names, found, strict=True), start=1):
        if first is None or not Element.is_valid_symbol(first.group()):
            raise ValueError(
                f'row {row} is named {name!r:.60}; to split by its first element, name it by formula'
            )
    return [first.group() for first in found if first]

"""`nanoos model compare`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from tests.data.learnt import imported, model_of

Ask = Callable[..., Any]


@pytest.fixture(scope='module')
def dataset(profile: object) -> Dataset:
    return imported('compared', 24)


@pytest.fixture(scope='module')
def models(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[Model]:
    """Return three models: the second is worse by 2 GPa on each row, the third as good as the first."""
    folder, rows = tmp_path_factory.mktemp('models'), list(range(4, 24))
    errors = np.random.default_rng(2).normal(0, 1, 20)
    worse = errors + 2 * np.sign(errors)
    shuffled = rows[::-1], errors[::-1] * np.where(np.arange(20) % 2, 1.1, 0.9)
    return [
        model_of(dataset, folder, 'good', rows, errors),
        model_of(dataset, folder, 'worse', rows, worse),
        model_of(dataset, folder, 'alike', *shuffled),
    ]


def test_a_worse_model_is_told_from_one_that_is_worse_by_chance(asked: Ask, models: list[Model]) -> None:
    told = asked('model', 'compare', *(model.pk for model in models))
    assert (told['rows'], told['unit']) == (20, 'GPa')
    good, worse, alike = told['models']
    assert (good['name'], good['mae'], good['coverage'], good['difference']) == ('good', 8.0, 0.9, None)
    assert worse['difference'] == {
        'value': pytest.approx(2),
        'low': pytest.approx(2),
        'high': pytest.approx(2),
        'confidence': 0.95,
    }
    # the rows came in another order
    assert abs(alike['difference']['value']) < 0.1
    assert alike['difference']['low'] < 0 < alike['difference']['high']
    again = asked('model', 'compare', *(model.uuid for model in models))
    assert again == told


def test_people_see_a_table(invoke: Ask, models: list[Model]) -> None:
    shown = invoke('model', 'compare', models[0].pk, models[1].pk)
    assert shown.exit_code == 0
    assert 'K [GPa], 20 rows of data set compared' in shown.stdout


def test_models_of_other_tests_are_not_compared(
    invoke: Ask, models: list[Model], dataset: Dataset, tmp_path: Path
) -> None:
    first = models[0].pk
    rows = model_of(dataset, tmp_path, 'rows', list(range(5, 24)), [1.0] * 19).pk
    other = model_of(imported('another'), tmp_path, 'other').pk
    single = [model_of(dataset, tmp_path, name, [3], [1.0]).pk for name in ('single', 'another')]
    loose = Model('loose', 'K', 'GPa', tmp_path / 'rows').store().pk
    for pks, said in (
        (
            (first, rows),
            f'models {first} and {rows} were tested on 20 and 19 rows, of which 1 are of one test',
        ),
        ((first, other), 'are of different data sets, compared (pk'),
        ((first, loose), f'model loose (pk {loose}) has no training in this graph'),
        (single, 'expected the errors of both on the same rows, 2 or more'),
        ((first,), 'expected two different models or more, got 1'),
        ((first, first), 'expected two different models or more, got 1'),
        ((first, dataset.pk), f'node {dataset.pk} is no model but a Dataset'),
    ):
        result = invoke('model', 'compare', *pks)
        assert result.exit_code == 1
        assert said in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1

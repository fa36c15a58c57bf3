"""Differences between models, against what theory says of them."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_plugins.ml.comparison import difference_of_errors


def test_the_interval_is_that_of_the_mean_of_paired_differences() -> None:
    rng = np.random.default_rng(3)
    shared = rng.gamma(2, 5, 400)
    errors, others = shared + rng.normal(0.4, 1, 400) + 10, shared + 10
    found = difference_of_errors(errors, others)
    excess = errors - others
    half = 1.96 * excess.std() / np.sqrt(400)
    assert found.value == pytest.approx(excess.mean())
    assert (found.low, found.high) == pytest.approx(
        (excess.mean() - half, excess.mean() + half), abs=0.1 * half
    )
    assert found.low > 0, 'what all rows share does not hide the difference'


def test_models_that_are_as_good_as_each_other_differ_by_chance_only() -> None:
    rng = np.random.default_rng(5)
    intervals = [difference_of_errors(*rng.normal(size=(2, 60)), seed=seed) for seed in range(40)]
    held = sum(one.low <= 0 <= one.high for one in intervals)
    # 38 of 40 at 95 %; fewer than 33 come once in 500 times
    assert held >= 33


def test_it_is_the_same_again_and_the_other_way_round() -> None:
    errors, others = np.random.default_rng(1).normal(size=(2, 50))
    one, other = difference_of_errors(errors, others), difference_of_errors(others, errors)
    assert one == difference_of_errors(errors, others)
    assert one != difference_of_errors(errors, others, seed=1)
    assert (one.value, one.low) == pytest.approx((-other.value, -other.high), abs=0.02)


def test_equal_models_have_no_difference() -> None:
    errors = np.array([1.0, -2.0, 3.0])
    found = difference_of_errors(errors, -errors)
    assert (found.value, found.low, found.high) == (0, 0, 0)


@pytest.mark.parametrize(('one', 'other'), [([1.0], [1.0]), ([1.0, 2.0], [1.0, 2.0, 3.0])])
def test_other_rows_are_refused(one: list[float], other: list[float]) -> None:
    with pytest.raises(ValueError, match='on the same rows, 2 or more'):
        difference_of_errors(np.array(one), np.array(other))

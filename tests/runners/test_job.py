"""Our programs' one way in and out: results or one line that says why not, and how a run goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.runners.job import Live, Outcome, main, quantity


def compute(job: Mapping[str, Any], folder: Path) -> Outcome:
    """Return the square root of a number, refusing what has none."""
    number = job['settings']['number']
    if number < 0:
        raise ValueError(f'number must not be negative, got {number}')
    root = np.sqrt(np.array([number]))
    return Outcome({'root': quantity(root[0], 'm', np.float64(0.5))}, {'profile_root_m': root})


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / 'input.json'
    path.write_text(json.dumps({'settings': {'task': 'root', 'number': 9.0}}), encoding='utf-8')
    return path


def summary(job: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(job.with_name('results.json').read_text(encoding='utf-8'))
    return found


def test_results_are_written_beside_the_input(job: Path) -> None:
    assert main([str(job)], compute, ['numpy']) == 0
    told = summary(job)
    assert told['quantities'] == {'root': {'value': 3.0, 'unit': 'm', 'uncertainty': 0.5}}
    assert told['version'] == {'numpy': np.__version__}
    assert (told['task'], told['converged'], told['warnings']) == ('root', True, [])
    with np.load(job.with_name('results.npz')) as arrays:
        np.testing.assert_array_equal(arrays['profile_root_m'], [3.0])


def test_what_cannot_be_computed_is_told_and_leaves_no_arrays(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job.write_text(json.dumps({'settings': {'task': 'root', 'number': -1.0}}), encoding='utf-8')
    assert main([str(job)], compute, ['numpy']) == 1
    assert summary(job)['error'] == 'number must not be negative, got -1.0'
    assert 'number must not be negative' in capsys.readouterr().err
    assert not job.with_name('results.npz').exists()


def test_without_an_input_file_the_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], compute, ['numpy']) == 2
    assert 'expected the name of the input file' in capsys.readouterr().err


def test_how_it_goes_can_be_read_while_it_runs(tmp_path: Path) -> None:
    with Live(tmp_path, ['step', 'energy [J]']) as live:
        live.tell(1, 2.5)
        assert (tmp_path / 'live.csv').read_text(encoding='utf-8') == 'step,energy [J]\n1,2.5\n'
        with pytest.raises(ValueError, match='expected 2 values, got 1'):
            live.tell(1)

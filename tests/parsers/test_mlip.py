"""The parser of `nanoos.mlip` exposes complete results and names what is wrong with others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.calculations.mlip import MlipCalculation

ENTRY_POINT = 'nanoos.mlip'
SUMMARY = {
    'model': 'chgnet-0.3.0',
    'version': {'chgnet': '0.4.2'},
    'task': 'static',
    'labels': ['a', 'b'],
    'converged': True,
    'quantities': {},
    'figures': [],
    'warnings': [],
}


def arrays() -> dict[str, Any]:
    """Return the arrays of two structures, of one and two atoms."""
    return {
        'n_atoms': np.array([1.0, 2.0]),
        'energy': np.array([-1.0, -2.0]),
        'converged': np.ones(2),
        'forces': np.zeros((3, 3)),
        'positions': np.ones((3, 3)),
        'cell': np.stack([np.eye(3)] * 2),
        'stress': np.zeros((2, 3, 3)),
    }


@pytest.fixture
def outcome(parse: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Return a function: (files, arrays or bytes of the npz file) → outputs and node of the parser."""

    def run(files: dict[str, str], npz: dict[str, Any] | bytes | None) -> Any:
        if isinstance(npz, bytes):
            (tmp_path / 'results.npz').write_bytes(npz)
        elif npz is not None:
            np.savez(tmp_path / 'results.npz', **npz)
        return parse(ENTRY_POINT, files, tmp_path)

    return run


def files(**changes: Any) -> dict[str, str]:
    return {'results.json': json.dumps(SUMMARY | changes)}


def assert_exit(node: Any, label: str, *words: str) -> None:
    code = MlipCalculation.exit_codes[label]
    assert node.exit_status == code.status < 400
    assert code.invalidates_cache
    for word in words:
        assert word in node.exit_message


def test_complete_results_are_exposed(outcome: Callable[..., Any]) -> None:
    outputs, node = outcome(files(), arrays())
    assert node.is_finished_ok
    assert outputs['summary'].get_dict() == SUMMARY
    assert set(outputs['arrays'].get_arraynames()) == set(arrays())
    np.testing.assert_array_equal(outputs['arrays'].get_array('energy'), [-1.0, -2.0])


def test_no_summary_is_error_no_results_with_the_end_of_stderr(outcome: Callable[..., Any]) -> None:
    _, node = outcome({'_scheduler-stderr.txt': 'first\nMemoryError: too large\n'}, arrays())
    assert_exit(node, 'ERROR_NO_RESULTS', 'results.json', 'MemoryError: too large')


def test_no_arrays_is_error_no_results(outcome: Callable[..., Any]) -> None:
    _, node = outcome(files(), None)
    assert_exit(node, 'ERROR_NO_RESULTS', 'results.npz', '(none)')


@pytest.mark.parametrize('text', ['{"model": ', '[]', '{"model": "chgnet-0.3.0"}'])
def test_broken_summary_is_error_invalid_results(outcome: Callable[..., Any], text: str) -> None:
    _, node = outcome({'results.json': text}, arrays())
    assert_exit(node, 'ERROR_INVALID_RESULTS', 'results.json')


def test_truncated_arrays_are_error_invalid_results(outcome: Callable[..., Any]) -> None:
    for content in (b'', b'PK\x03\x04 truncated', b'no zip file at all'):
        _, node = outcome(files(), content)
        assert_exit(node, 'ERROR_INVALID_RESULTS', 'cannot be read')


def test_pickled_arrays_are_error_invalid_results(outcome: Callable[..., Any]) -> None:
    _, node = outcome(files(), {**arrays(), 'energy': np.array([{}, {}], dtype=object)})
    assert_exit(node, 'ERROR_INVALID_RESULTS', 'cannot be read')


def test_missing_misshapen_and_infinite_arrays_are_error_invalid_results(outcome: Callable[..., Any]) -> None:
    without = arrays()
    del without['forces']
    for changed, word in (
        (without, 'has no forces'),
        ({**arrays(), 'forces': np.zeros((2, 3))}, 'forces has the shape (2, 3), expected (3, 3)'),
        ({**arrays(), 'energy': np.array([-1.0, np.nan])}, 'energy has values that are not finite'),
    ):
        _, node = outcome(files(), changed)
        assert_exit(node, 'ERROR_INVALID_RESULTS', word)


def test_refusal_of_the_model_is_error_structure_refused(outcome: Callable[..., Any]) -> None:
    _, node = outcome(files(error='1 isolated atom(s)'), None)
    assert_exit(node, 'ERROR_REFUSED', '1 isolated atom(s)')

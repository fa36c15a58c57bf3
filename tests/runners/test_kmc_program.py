"""The program of kinetic Monte Carlo: from an input file to quantities, profiles and warnings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from ase.build import bulk

from nanoos_plugins.runners.kmc.__main__ import run
from nanoos_plugins.runners.kmc.compiled import compiled
from nanoos_plugins.runners.kmc.rates import BOLTZMANN
from tests.runners.test_kmc import SETTINGS, solute_settings
from tests.runners.test_kmc_lattice import entry


def job(**given: Any) -> dict[str, Any]:
    return {'settings': SETTINGS | given, 'structure': entry(bulk('Cu', a=3.615))}


def test_self_diffusion_is_its_closed_form_with_the_errors_of_its_inputs(tmp_path: Path) -> None:
    """D* = f c_v z d² ν exp(−E/kT)/6, an Arrhenius law with Q = E_m + E_f."""
    given = {
        'temperatures': [600.0, 800.0, 1000.0],
        'formation_energy': 1.2,
        'formation_energy_uncertainty': 0.04,
        'formation_entropy': 2.0,
        'migration_barrier_uncertainty': 0.03,
        'supercell': 8,
    }
    outcome = run(job(**given), tmp_path)
    told = outcome.quantities
    size = (3.615e-10 / 2**0.5) ** 2
    expected = [
        0.7815 * np.exp(2.0 - 1.8 / (BOLTZMANN * t)) * 12 * size * 5e12 / 6 for t in given['temperatures']
    ]
    errors = told['self_diffusivity_standard_error']['value']
    assert max(np.array(errors) / expected) < 0.04
    assert (abs(told['self_diffusivity']['value'] - np.array(expected)) < 3 * np.array(errors)).all()
    assert told['activation_energy']['value'] == pytest.approx(1.8, abs=0.02)
    assert told['activation_energy']['uncertainty'] == pytest.approx(0.05, rel=0.05)
    assert outcome.converged
    assert outcome.warnings == []
    assert all(np.isfinite(array).all() for array in outcome.arrays.values())
    lines = (tmp_path / 'live.csv').read_text(encoding='utf-8').splitlines()
    assert len(lines) == 1 + 3 * 8


def test_what_is_computed_is_told_by_the_same_seed_again(tmp_path: Path) -> None:
    first, again, other = (run(job(seed=seed), tmp_path).quantities for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ('given', 'reason'),
    [
        ({'temperatures': [0.0]}, 'a temperature above 0 K'),
        ({'migration_barrier': 0.0}, 'a barrier above 0 eV'),
        ({'attempt_frequency': None}, 'an attempt frequency above 0 THz'),
        ({'defects': 3000}, '3000 defects on 4000 sites'),
        ({'defects': 100}, 'need at least 1000000 hops'),
        (solute_settings() | {'rotation_barrier': None}, 'give it for fcc'),
    ],
)
def test_jobs_without_a_walk_are_refused(tmp_path: Path, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        run(job(**given), tmp_path)


def test_hot_crowded_and_small_crystals_are_warned_of(tmp_path: Path) -> None:
    outcome = run(job(temperatures=[2000.0], formation_energy=0.5, supercell=4), tmp_path)
    assert outcome.converged
    assert [
        part in line
        for part, line in zip(('lowest barrier', '256 sites', 'they meet'), outcome.warnings, strict=True)
    ] == [True] * 3


def test_adatoms_that_still_gather_give_no_diffusivity(tmp_path: Path) -> None:
    """At 200 K adatoms that attract each other by 0.15 eV form islands, which grow all the time."""
    given = {'task': 'adatom', 'defects': 60, 'pair_energy': -0.15, 'supercell': 40, 'temperatures': [200.0]}
    outcome = run(job(**given, hops=600_000), tmp_path)
    assert not outcome.converged
    assert any('still gather' in line for line in outcome.warnings)


def test_adatoms_in_equilibrium_give_a_diffusivity(tmp_path: Path) -> None:
    given = {'task': 'adatom', 'defects': 12, 'pair_energy': -0.03, 'supercell': 12, 'temperatures': [500.0]}
    outcome = run(job(**given), tmp_path)
    assert outcome.converged, outcome.warnings


def test_a_solute_met_too_rarely_is_no_result(tmp_path: Path) -> None:
    given = solute_settings() | {'supercell': 12, 'hops': 10_000}
    with pytest.raises(ValueError, match='ask for more hops or a smaller supercell'):
        run(job(**given), tmp_path)


def test_program_writes_its_results(tmp_path: Path) -> None:
    path = tmp_path / 'input.json'
    path.write_text(json.dumps(job(task='adatom', surface='111', supercell=20)), encoding='utf-8')
    command = [sys.executable, '-m', 'nanoos_plugins.runners.kmc', str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / 'results.json').read_text(encoding='utf-8'))
    assert (summary['lattice'], summary['sites'], summary['converged']) == ('fcc(111)', 400, True)
    assert summary['quantities']['tracer_correlation_factor']['value'] == pytest.approx(1, abs=0.05)
    with np.load(tmp_path / 'results.npz') as arrays:
        assert arrays['profile_time_s'].shape == arrays['profile_mean_square_displacement_m2'].shape == (20,)


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / 'docs' / 'kmc.md').read_text(encoding='utf-8')
    example = json.loads(page.split('```json')[1].split('```')[0])
    example['settings']['hops'] = 100_000
    outcome = run(example, tmp_path)
    assert outcome.quantities['activation_energy']['value'] == pytest.approx(1.272 + 0.689, abs=0.05)


def test_loops_are_compiled_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, cache: bool = False, **__: Any) -> Any:
        if cache:
            raise RuntimeError('cannot cache function: no locator available')
        return lambda function: function

    monkeypatch.setattr(numba, 'njit', refuse)
    assert compiled(abs)(-3) == 3

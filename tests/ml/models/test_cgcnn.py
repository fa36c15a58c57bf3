"""The crystal graph network: what it must not see, that it learns, and that being killed changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models.cgcnn import Cgcnn
from nanoos_plugins.ml.models.inputs import Inputs, elements_of


def inputs(structures: list[Structure]) -> Inputs:
    return Inputs(elements_of(structures), {}, structures)


@pytest.fixture(scope='module')
def cubic() -> tuple[Inputs, np.ndarray]:
    """Make simple cubic crystals of two elements; the target is a smooth function of the lattice constant."""
    random = np.random.default_rng(0)
    constants = random.uniform(2.5, 4.5, 120)
    kinds = random.choice(['Fe', 'Cu'], 120)
    structures = [
        Structure(Lattice.cubic(a), [one], [[0, 0, 0]]) for a, one in zip(constants, kinds, strict=True)
    ]
    return inputs(structures), constants + (kinds == 'Cu')


def test_it_learns(cubic: tuple[Inputs, np.ndarray]) -> None:
    given, targets = cubic
    losses: list[float] = []
    model = Cgcnn(16, 2, epochs=25, batch_size=16, watch=lambda _, loss: losses.append(loss))
    model.fit(given.take(np.arange(90)), targets[:90])
    found = model.predict(given.take(np.arange(90, 120)))
    assert len(losses) == 25 and losses[-1] < losses[0] / 4
    assert np.abs(found.mean - targets[90:]).mean() < 0.25 * targets.std()


def test_only_the_crystal_matters(crystals: dict[str, Structure]) -> None:
    structures = list(crystals.values())
    model = Cgcnn(16, 2, epochs=2).fit(inputs(structures), np.arange(5.0))
    expected = model.predict(inputs(structures)).mean
    assert np.ptp(expected) > 1e-3
    supercells = [one * (2, 1, 1) for one in structures]
    assert model.predict(inputs(supercells)).mean == pytest.approx(expected, abs=1e-4)
    turned = [Structure.from_sites(list(reversed(one))) for one in structures]
    for one in turned:
        one.translate_sites(range(len(one)), [0.3, 0.4, 0.7])
    assert model.predict(inputs(turned)).mean == pytest.approx(expected, abs=1e-4)


def test_killed_and_started_again_it_is_the_same(tmp_path: Path, cubic: tuple[Inputs, np.ndarray]) -> None:
    given, targets = cubic
    undisturbed = Cgcnn(16, 2, epochs=6).fit(given, targets).predict(given).mean

    def die(epoch: int, _: float) -> None:
        if epoch == 3:
            raise KeyboardInterrupt

    state = tmp_path / 'training.safetensors'
    with pytest.raises(KeyboardInterrupt):
        Cgcnn(16, 2, epochs=6, watch=die, state=state).fit(given, targets)
    epochs: list[int] = []
    model = Cgcnn(16, 2, epochs=6, watch=lambda epoch, _: epochs.append(epoch), state=state)
    again = model.fit(given, targets).predict(given).mean
    assert epochs == [4, 5, 6]
    assert again == pytest.approx(undisturbed, abs=1e-6)
    with pytest.raises(ValueError, match='state of another training'):
        Cgcnn(16, 2, epochs=7, state=state).fit(given, targets)
    state.write_bytes(b'\x80\x04 not a state')
    with pytest.raises(ValueError, match='not the state of a training'):
        Cgcnn(16, 2, epochs=6, state=state).fit(given, targets)


def test_no_step_has_a_single_atom() -> None:
    few = inputs([Structure(Lattice.cubic(a), ['Fe'], [[0, 0, 0]]) for a in np.linspace(2.5, 3.5, 17)])
    assert len(Cgcnn(8, 1, epochs=1, batch_size=16).fit(few, np.arange(17.0)).predict(few).mean) == 17


def test_without_structures_it_says_so() -> None:
    with pytest.raises(ValueError, match='reads structures'):
        Cgcnn().fit(Inputs([frozenset({'Cu'})] * 3, {}), np.arange(3.0))

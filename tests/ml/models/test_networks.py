"""Networks of crystals: what they must not see, that they learn, and that being killed changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models import edge_gated, training
from nanoos_plugins.ml.models.cgcnn import Cgcnn
from nanoos_plugins.ml.models.crystal_network import CrystalNetwork
from nanoos_plugins.ml.models.edge_gated import EdgeGated
from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.models.training import Epoch
from nanoos_plugins.ml.state import epochs_in

learn = training._learn


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


@pytest.mark.parametrize('kind', [Cgcnn, EdgeGated])
def test_it_learns(kind: type[CrystalNetwork], cubic: tuple[Inputs, np.ndarray]) -> None:
    given, targets = cubic
    losses: list[float] = []
    model = kind(16, 2, epochs=25, batch_size=16, patience=25, watch=lambda one: losses.append(one.loss))
    model.fit(given.take(np.arange(90)), targets[:90])
    found = model.predict(given.take(np.arange(90, 120)))
    assert len(losses) == 25 and losses[-1] < losses[0] / 4
    assert np.abs(found.mean - targets[90:]).mean() < 0.25 * targets.std()


@pytest.mark.parametrize('kind', [Cgcnn, EdgeGated])
def test_only_the_crystal_matters(kind: type[CrystalNetwork], crystals: dict[str, Structure]) -> None:
    structures = list(crystals.values())
    model = kind(16, 2, epochs=2, held_out=0).fit(inputs(structures), np.arange(5.0))
    expected = model.predict(inputs(structures)).mean
    assert np.ptp(expected) > 1e-3
    supercells = [one * (2, 1, 1) for one in structures]
    assert model.predict(inputs(supercells)).mean == pytest.approx(expected, abs=1e-4)
    turned = [Structure.from_sites(list(reversed(one))) for one in structures]
    for one in turned:
        one.translate_sites(range(len(one)), [0.3, 0.4, 0.7])
    assert model.predict(inputs(turned)).mean == pytest.approx(expected, abs=1e-4)


def test_bonds_and_atoms_hear_as_the_paper_says() -> None:
    """Two atoms, three bonds, one atom and one bond at a time."""
    torch.manual_seed(0)
    one = edge_gated._Pass(4).eval()
    atoms, bonds, pairs = torch.randn(2, 4), torch.randn(3, 4), torch.tensor([[0, 0, 1], [1, 0, 0]])
    with torch.no_grad():
        new_atoms, new_bonds = one(atoms, bonds, pairs)
        told = {name: value.numpy() for name, value in one.state_dict().items()}
    h, e, heard = atoms.numpy(), bonds.numpy(), []
    for number, (i, j) in enumerate(pairs.T.tolist()):
        begin = told['begin.weight'] @ h[i] + told['begin.bias']
        heard.append(begin + told['end.weight'] @ h[j] + told['bond.weight'] @ e[number])

    def norm_silu(value: np.ndarray) -> np.ndarray:
        # a new batch normalisation has mean 0 and variance 1
        scaled = value / np.sqrt(1 + 1e-5)
        return scaled / (1 + np.exp(-scaled))

    assert new_bonds.numpy() == pytest.approx(e + norm_silu(np.array(heard)), abs=1e-5)
    for atom in (0, 1):
        mine = [number for number in range(3) if pairs[0, number] == atom]
        gates = np.array([1 / (1 + np.exp(-heard[number])) for number in mine])
        values = np.array([told['other.weight'] @ h[pairs[1, number]] for number in mine])
        message = (gates * values).sum(axis=0)
        own = told['own.weight'] @ h[atom] + told['own.bias']
        assert new_atoms[atom].numpy() == pytest.approx(h[atom] + norm_silu(own + message), abs=1e-5)


def test_killed_and_started_again_it_is_the_same(
    tmp_path: Path, cubic: tuple[Inputs, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, targets = cubic
    undisturbed = Cgcnn(16, 2, epochs=6).fit(given, targets)

    def die(epoch: Epoch) -> None:
        if epoch.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cgcnn(16, 2, epochs=6, watch=die, states=tmp_path).fit(given, targets)
    learnt: list[int] = []
    monkeypatch.setattr(
        training, '_learn', lambda run, *rest: learnt.append(len(run.losses) + 1) or learn(run, *rest)
    )
    told: list[Epoch] = []
    again = Cgcnn(16, 2, epochs=6, watch=told.append, states=tmp_path).fit(given, targets)
    assert learnt == [4, 5, 6]
    assert [(one.number, one.resumed) for one in told] == [(number, number < 4) for number in range(1, 7)]
    assert (again.losses == undisturbed.losses).all()
    assert (again.predict(given).mean == undisturbed.predict(given).mean).all()
    # what is done is not done again, and another training does not go on from it
    assert (Cgcnn(16, 2, epochs=6, states=tmp_path).fit(given, targets).losses == again.losses).all()
    assert learnt == [4, 5, 6]
    Cgcnn(16, 2, epochs=2, states=tmp_path).fit(given, targets)
    Cgcnn(16, 2, epochs=6, states=tmp_path).fit(given, targets[::-1].copy())
    assert learnt[3:] == [1, 2, 1, 2, 3, 4, 5, 6]
    assert len(list(tmp_path.iterdir())) == 3
    assert epochs_in(tmp_path) == 14


def test_what_is_no_state_is_refused(tmp_path: Path, cubic: tuple[Inputs, np.ndarray]) -> None:
    given, targets = cubic
    Cgcnn(16, 1, epochs=1, states=tmp_path).fit(given, targets)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b'\x80\x04 not a state')
    with pytest.raises(ValueError, match='not the state of a training'):
        Cgcnn(16, 1, epochs=1, states=tmp_path).fit(given, targets)


def test_it_ends_early_with_the_best_weights(cubic: tuple[Inputs, np.ndarray]) -> None:
    """Targets without any sense: what is learnt of them makes rows held out worse."""
    given, _ = cubic
    noise = np.random.default_rng(1).normal(size=len(given))
    model = Cgcnn(16, 2, epochs=60, batch_size=8, rate=1e-2, held_out=0.25, patience=5, seed=3).fit(
        given, noise
    )
    others = model.losses[:, 1]
    best = int(others.argmin()) + 1
    assert len(others) == best + 5 < 60
    held, kept = training.parts(len(given), model.schedule)
    assert len(held) == 30 and not set(held.tolist()) & set(kept.tolist())
    errors = model.predict(given.take(held.numpy())).mean - noise[held.numpy()]
    assert np.abs(errors).mean() / noise.std() == pytest.approx(others[best - 1], rel=1e-4)
    assert model.predict(given).deviation[0] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-4)


def test_without_rows_held_out_it_learns_to_the_end(cubic: tuple[Inputs, np.ndarray]) -> None:
    given, targets = cubic
    told: list[Epoch] = []
    model = Cgcnn(8, 1, epochs=3, held_out=0, patience=1, watch=told.append).fit(given, targets)
    assert model.losses.shape == (3, 2) and np.isnan(model.losses[:, 1]).all()
    assert [one.held_out for one in told] == [None] * 3
    with pytest.raises(ValueError, match='0 of 4 rows would be held out'):
        Cgcnn(8, 1).fit(given.take(np.arange(4)), targets[:4])
    with pytest.raises(ValueError, match='from 0 to less than 1, got 1'):
        Cgcnn(held_out=1)
    with pytest.raises(ValueError, match='at least 1, got 40, 64 and 0'):
        Cgcnn(patience=0)


def test_no_step_has_a_single_atom() -> None:
    few = inputs([Structure(Lattice.cubic(a), ['Fe'], [[0, 0, 0]]) for a in np.linspace(2.5, 3.5, 17)])
    assert len(Cgcnn(8, 1, epochs=1, batch_size=16).fit(few, np.arange(17.0)).predict(few).mean) == 17


def test_without_structures_it_says_so() -> None:
    with pytest.raises(ValueError, match='networks read structures'):
        Cgcnn().fit(Inputs([frozenset({'Cu'})] * 3, {}), np.arange(3.0))

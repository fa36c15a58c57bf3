"""CHGNet fine-tuned: it learns energies and forces of another code, and what it has learnt can be run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nanoos_plugins.ml.models import training
from nanoos_plugins.ml.models.chgnet import FROZEN, FineTuned
from nanoos_plugins.ml.models.energy_loss import Loss, Rows
from nanoos_plugins.ml.models.inputs import Inputs, elements_of
from nanoos_plugins.ml.models.load import load, new_model
from nanoos_plugins.ml.models.training import Epoch
from nanoos_plugins.ml.potential import Potential
from tests.ml.labelled import silicon

#: Rows to learn from, and after these the ones that are not.
LEARNT, ALL = 24, 40
learn = training._learn


@pytest.fixture(scope='module')
def rows() -> tuple[Inputs, np.ndarray]:
    """Return cells of silicon by Tersoff's potential, whose energies count from −3000 eV."""
    return silicon(ALL)


@pytest.fixture(scope='module')
def unseen(rows: tuple[Inputs, np.ndarray]) -> tuple[Inputs, np.ndarray]:
    inputs, energies = rows
    return inputs.take(np.arange(LEARNT, ALL)), energies[LEARNT:]


@pytest.fixture(scope='module')
def learnt(rows: tuple[Inputs, np.ndarray]) -> FineTuned:
    """Return a model that has learnt from the first rows."""
    inputs, energies = rows
    model = FineTuned(epochs=6, held_out=0.2)
    return model.fit(inputs.take(np.arange(LEARNT)), energies[:LEARNT])


def few(rows: tuple[Inputs, np.ndarray], count: int = 8) -> tuple[Inputs, np.ndarray]:
    return rows[0].take(np.arange(count)), rows[1][:count]


def test_it_errs_far_less_than_the_pretrained_network(
    learnt: FineTuned, rows: tuple[Inputs, np.ndarray], unseen: tuple[Inputs, np.ndarray]
) -> None:
    """Both with energies of the elements that fit the same rows."""
    inputs, energies = unseen
    begun = Potential.of()
    graphs = begun.graphs(rows[0].structures)
    begun = begun.refitted(graphs[:LEARNT], rows[1][:LEARNT])
    before = np.abs(begun.energies(graphs[LEARNT:]) - energies).mean()
    evaluated = begun.evaluate_graphs(graphs[LEARNT:])
    pairs = zip(evaluated, inputs.forces, strict=True)
    forces_before = np.abs([one.forces - own for one, own in pairs]).mean()
    stresses_before = np.abs([one.stress for one in evaluated] - inputs.stresses).mean()
    found = learnt.predict(inputs)
    errors = learnt.derivative_errors(inputs)
    assert np.abs(found.mean - energies).mean() < before / 2
    assert errors['force_mae'] < forces_before / 2
    assert errors['stress_mae'] < 0.7 * stresses_before
    # the deviation is that of rows that it has not learnt from either
    assert found.deviation[0] == pytest.approx(np.sqrt(((found.mean - energies) ** 2).mean()), rel=2)


def test_saved_and_loaded_its_forces_are_minus_the_gradient_of_its_energy(
    learnt: FineTuned, unseen: tuple[Inputs, np.ndarray], tmp_path: Path
) -> None:
    again = load(tmp_path, learnt.save(tmp_path))
    assert isinstance(again, FineTuned)
    assert again.parameters == learnt.parameters and again.elements == {'Si'}
    crystal, step = unseen[0].structures[0], 0.001
    (found,) = again.potential.evaluate([crystal])
    (same,) = learnt.potential.evaluate([crystal])
    assert found.energy == same.energy and (found.forces == same.forces).all()
    assert (again.potential.references == learnt.potential.references).all()
    for axis in range(3):
        energies = []
        for sign in (1, -1):
            moved = crystal.copy()
            moved.translate_sites([1], sign * step * np.eye(3)[axis], frac_coords=False)
            energies.append(again.potential.evaluate([moved])[0].energy)
        assert -found.forces[1, axis] == pytest.approx((energies[0] - energies[1]) / (2 * step), abs=5e-3)
    assert np.abs(found.forces).max() > 0.1, 'the case cannot tell'


def test_killed_and_started_again_it_is_the_same_to_the_last_bit(
    rows: tuple[Inputs, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, how = few(rows), {'epochs': 3, 'batch_size': 4, 'held_out': 0.25}
    undisturbed = FineTuned(**how).fit(*given)

    def die(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FineTuned(**how, watch=die, states=tmp_path).fit(*given)
    epochs: list[int] = []
    monkeypatch.setattr(
        training, '_learn', lambda run, *rest: epochs.append(len(run.losses) + 1) or learn(run, *rest)
    )
    again = FineTuned(**how, states=tmp_path).fit(*given)
    assert epochs == [3]
    for name, array in undisturbed.arrays.items():
        assert (again.arrays[name] == array).all(), name
    # other forces are another training
    other = replace(given[0], forces=[2 * one for one in given[0].forces])
    FineTuned(**{**how, 'epochs': 1}, states=tmp_path).fit(*given)
    FineTuned(**{**how, 'epochs': 1}, states=tmp_path).fit(other, given[1])
    assert len(list(tmp_path.iterdir())) == 3


def test_what_is_frozen_stays_as_it_was(rows: tuple[Inputs, np.ndarray]) -> None:
    begun = Potential.of().network.state_dict()
    changed = {}
    for frozen in FROZEN:
        model = FineTuned(epochs=1, frozen=frozen, held_out=0, stress_weight=0).fit(*few(rows, 4))  # type: ignore[arg-type]
        now = model.potential.network.state_dict()
        changed[frozen] = {name for name, value in begun.items() if not torch.equal(value, now[name])}
        assert not any(name.startswith(FROZEN[frozen]) for name in changed[frozen] if FROZEN[frozen])
    assert changed['nothing'] > changed['embeddings'] > changed['messages']
    assert 'atom_embedding.embedding.weight' in changed['nothing'] - changed['embeddings']
    assert any(name.startswith('atom_conv_layers.3.') for name in changed['messages'])


def test_losses_are_hubers_and_unknown_stresses_count_nothing() -> None:
    """A network that always says the same: 1 eV, forces of 0.05 eV/Å, stresses of 1 GPa."""

    def network(graphs: list[Any], task: str) -> dict[str, Any]:
        count = len(graphs)
        answer = {'f': [torch.full((2, 3), 0.05)] * count, 's': [torch.ones(3, 3)] * count}
        return {'e': torch.ones(count, requires_grad=True), **{key: answer[key] for key in task[1:]}}

    some = torch.arange(2)
    energies, forces = torch.tensor([1.05, 1.5]), [torch.zeros(2, 3)] * 2
    rows = Rows([None] * 2, energies, forces, torch.stack([torch.zeros(3, 3), torch.full((3, 3), torch.nan)]))
    # up to 0.1 half the square, beyond it 0.1 (|x| − 0.05)
    energy, force, stress = (0.00125 + 0.045) / 2, 0.00125, 0.1 * 0.95 / 2
    for weights, expected in (
        ((1, 0, 0), energy),
        ((2, 3, 0), 2 * energy + 3 * force),
        ((1, 0, 4), energy + 4 * stress),
    ):
        loss = Loss(*weights, huber=0.1).of(network, rows, some, 1)
        assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)
        loss.backward()
    with torch.no_grad():
        assert not Loss(1, 1, 1, 0.1).of(network, rows, some, 2).requires_grad


def test_energies_alone_are_enough(rows: tuple[Inputs, np.ndarray]) -> None:
    inputs, energies = few(rows, 6)
    bare = Inputs(inputs.elements, {}, inputs.structures)
    model = FineTuned(epochs=1, held_out=0).fit(bare, energies)
    assert model.derivative_errors(bare) == {}
    assert set(model.derivative_errors(inputs)) == {'force_mae', 'stress_mae'}
    unknown = replace(inputs, stresses=np.full((6, 3, 3), np.nan))
    assert set(model.derivative_errors(unknown)) == {'force_mae'}
    # without a fit of the elements it begins thousands of eV away
    kept = FineTuned(epochs=1, held_out=0, refit=False, rate=1e-6).fit(bare, energies)
    assert (kept.potential.references == Potential.of().references).all()
    assert np.abs(kept.predict(bare).mean - energies).min() > 2900


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'frozen': 'all'}, 'frozen: expected one of nothing, embeddings, messages'),
        ({'energy_weight': 0}, 'energy_weight and huber: expected more than 0'),
        ({'stress_weight': -1}, 'at least 0'),
        ({'epochs': 0}, 'expected at least 1'),
        ({'pretrained': 'mine'}, "model chgnet has no parameter 'pretrained'"),
    ],
)
def test_parameters_that_make_no_sense_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        new_model('chgnet', change)


def test_forces_of_other_atoms_are_told(rows: tuple[Inputs, np.ndarray]) -> None:
    inputs, energies = few(rows, 4)
    wrong = [*inputs.forces[:2], inputs.forces[2][:1], np.full((2, 3), np.inf)]
    with pytest.raises(ValueError, match='got 4; others are in rows 2, 3'):
        FineTuned(held_out=0).fit(replace(inputs, forces=wrong), energies)
    with pytest.raises(ValueError, match='of each of 4 structures, got 3; others are in rows -'):
        FineTuned(held_out=0).fit(replace(inputs, forces=inputs.forces[:3]), energies)
    with pytest.raises(ValueError, match='networks read structures'):
        FineTuned().fit(Inputs(elements_of(list(inputs.structures)), {}), energies)

"""The disagreement of two networks is of the crystal, and large where neither can know it."""

from __future__ import annotations

import numpy as np
import pytest
from chgnet.model import CHGNet
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.embedding import embed
from nanoos_plugins.ml.models.inputs import DISAGREEMENT, inputs_of
from nanoos_plugins.ml.second import disagreement

#: What single precision leaves of energies of some 10 eV/atom.
CLOSE = 2e-4


def between(structures: list[Structure], model: str = 'chgnet-0.3.0', **second: object) -> np.ndarray:
    energies = embed(structures, model)['energy']
    return disagreement(structures, energies, model, **second)[:, 0]


@pytest.mark.filterwarnings('ignore:Converting a tensor:UserWarning')  # CHGNet's own way keeps gradients
def test_it_is_the_difference_of_the_energies_of_chgnet(crystals: dict[str, Structure]) -> None:
    some = [crystals['copper'], crystals['rutile']]
    one, other = (
        [
            float(network.predict_structure(structure, task='e')['e'])
            for network in [CHGNet.load(model_name=weights, use_device='cpu', verbose=False)]
            for structure in some
        ]
        for weights in ('0.3.0', '0.2.0')
    )
    assert between(some) == pytest.approx(np.subtract(other, one), abs=CLOSE)


def test_it_is_of_the_crystal_not_of_its_cell(crystals: dict[str, Structure]) -> None:
    for structure in crystals.values():
        one, other = between([structure, structure * (1, 2, 1)])
        assert one == pytest.approx(other, abs=CLOSE)


def test_batches_do_not_matter(crystals: dict[str, Structure]) -> None:
    """Nor whether there are angles in one: in LaAs no atoms are within 3 Å."""
    wide = Structure.from_spacegroup('Fm-3m', Lattice.cubic(6.18), ['La', 'As'], [[0, 0, 0], [0.5, 0.5, 0.5]])
    structures = [*crystals.values(), wide]
    assert between(structures) == pytest.approx(between(structures, batch_size=1), abs=CLOSE)
    assert between([]).shape == (0,)


def test_another_functional_is_no_disagreement(crystals: dict[str, Structure]) -> None:
    """By r²SCAN energies of all atoms are eV apart from those by PBE, whatever the structure is."""
    structures = list(crystals.values())
    apart = embed(structures, 'chgnet-r2scan')['energy'] - embed(structures)['energy']
    assert np.abs(apart).min() > 1
    assert np.abs(between(structures, second='chgnet-r2scan')).max() < 0.5
    assert np.abs(between(structures, 'chgnet-r2scan', second='chgnet-0.2.0')).max() < 0.5


def test_atoms_that_are_too_close_are_known_to_neither(crystals: dict[str, Structure]) -> None:
    for name in ('copper', 'salt', 'rutile'):
        dense = crystals[name].copy()
        dense.scale_lattice(0.3 * dense.volume)
        usual, odd = np.abs(between([crystals[name], dense]))
        assert odd > 5 * usual


def test_a_network_that_sees_no_neighbours_says_so_too() -> None:
    """Neighbours in caesium are 5.3 Å apart, and 0.2.0 looks no farther than 5 Å."""
    caesium = Structure.from_spacegroup('Im-3m', Lattice.cubic(6.16), ['Cs'], [[0, 0, 0]])
    assert np.abs(between([caesium])) > 0.1


def test_it_comes_along_only_when_it_is_asked_for(crystals: dict[str, Structure]) -> None:
    some = [crystals['copper'], crystals['salt']]
    alone, both = inputs_of(some).features, inputs_of(some, second='chgnet-0.2.0').features
    assert set(both) - set(alone) == {DISAGREEMENT}
    assert both[DISAGREEMENT].shape == (2, 1)
    for name, block in alone.items():
        assert (both[name] == block).all() or np.isnan(block).any()
    with pytest.raises(ValueError, match="unknown second network 'megnet'; known ones: chgnet-0.2.0"):
        inputs_of(some, second='megnet')

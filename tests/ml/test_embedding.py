"""Frozen features depend on the crystal, and on nothing that only describes it."""

from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.core.operations import SymmOp

from nanoos_plugins.ml.embedding import BLOCKS, embed, load

#: What single precision leaves of features of order one, summed over hundreds of neighbours.
CLOSE = 2e-4


@pytest.fixture(scope='module')
def triclinic() -> Structure:
    """Make a crystal without any symmetry that could hide a mistake."""
    lattice = Lattice.from_parameters(3.9, 4.6, 5.3, 82, 97, 103)
    return Structure(
        lattice, ['Ti', 'O', 'O', 'Mg'], [[0, 0, 0], [0.4, 0.1, 0.3], [0.7, 0.6, 0.2], [0.3, 0.6, 0.8]]
    )


def same(one: Structure, other: Structure) -> None:
    found = embed([one, other])
    for name, block in found.items():
        assert block[1] == pytest.approx(block[0], abs=CLOSE, rel=CLOSE), name


def test_supercell(triclinic: Structure) -> None:
    same(triclinic, triclinic * (2, 1, 2))


def test_rotation(triclinic: Structure) -> None:
    turned = triclinic.copy()
    turned.apply_operation(SymmOp.from_axis_angle_and_translation([1, 2, 3], 50))
    same(triclinic, turned)


def test_translation_over_borders(triclinic: Structure) -> None:
    moved = triclinic.copy()
    moved.translate_sites(range(len(moved)), [0.3, 0.55, 0.71])
    same(triclinic, moved)


def test_order_of_atoms(triclinic: Structure) -> None:
    same(triclinic, Structure.from_sites([triclinic[place] for place in (2, 3, 0, 1)]))


def test_crystals_differ(crystals: dict[str, Structure]) -> None:
    features = embed(list(crystals.values()))
    for name in ('crystal', 'mean', 'energy'):
        assert len(np.unique(features[name].round(3), axis=0)) == len(crystals)


def test_batches_do_not_matter(crystals: dict[str, Structure]) -> None:
    structures = list(crystals.values())
    together, one_by_one = embed(structures), embed(structures, batch_size=1)
    for name, width in BLOCKS.items():
        assert together[name].shape == (len(structures), width)
        assert together[name] == pytest.approx(one_by_one[name], abs=CLOSE)


@pytest.mark.filterwarnings('ignore:Converting a tensor:UserWarning')  # CHGNet's own way keeps gradients
def test_features_and_energy_are_those_of_chgnet(crystals: dict[str, Structure]) -> None:
    for name in ('copper', 'rutile'):
        structure = crystals[name]
        theirs = load().predict_structure(structure, task='e', return_crystal_feas=True)
        ours = embed([structure])
        assert ours['crystal'][0] == pytest.approx(theirs['crystal_fea'] / len(structure), abs=CLOSE)
        assert ours['energy'][0, 0] == pytest.approx(float(theirs['e']), abs=CLOSE)


def test_an_element_has_no_spread(crystals: dict[str, Structure]) -> None:
    features = embed([crystals['copper']])
    assert features['spread'] == pytest.approx(0, abs=CLOSE)
    assert features['largest'] == pytest.approx(features['mean'], abs=CLOSE)


def test_nothing_gives_nothing() -> None:
    assert embed([])['mean'].shape == (0, BLOCKS['mean'])


def test_what_cannot_be_embedded_is_refused() -> None:
    with pytest.raises(ValueError, match=r'Ar1: .*isolated atom'):
        embed([Structure(Lattice.cubic(20), ['Ar'], [[0, 0, 0]])])
    with pytest.raises(ValueError, match='Au0.5 Cu0.5: its sites are shared'):
        embed([Structure(Lattice.cubic(3.0), [{'Cu': 0.5, 'Au': 0.5}], [[0, 0, 0]])])
    with pytest.raises(ValueError, match='known models: chgnet-0.3.0'):
        embed([], model='megnet')

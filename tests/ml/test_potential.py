"""CHGNet as a potential: its authors' numbers, and energies that count from wherever one likes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.engines.mlip import Mlip
from nanoos_plugins.ml.potential import Potential
from tests.ml.labelled import ZERO, silicon


@pytest.fixture(scope='module')
def chgnet() -> Potential:
    return Potential.of()


def test_pretrained_it_gives_what_its_authors_print(chgnet: Potential) -> None:
    """LiMnO2 of examples/basics.ipynb of CHGNet: −7.36769 eV an atom, forces along c and a stress in GPa."""
    crystal = AseAtomsAdaptor.get_structure(Mlip().reference().structure)
    (found,) = chgnet.evaluate([crystal])
    assert found.energy == pytest.approx(8 * -7.36769, abs=1e-4)
    assert found.energy == pytest.approx(8 * chgnet.energies(chgnet.graphs([crystal]))[0], abs=1e-5)
    along_c = [0.0238, -0.0238, 0.0926, -0.0926, -0.0024, -0.0131, 0.0131, 0.0024]
    np.testing.assert_allclose(found.forces, np.outer(along_c, [0, 0, 1]), atol=3e-4)
    np.testing.assert_allclose(found.stress, np.diag([-0.3041, 0.2232, -0.1073]), atol=1e-3)


def test_no_digits_are_lost_where_energies_count_from_far_away(chgnet: Potential) -> None:
    """A number in single precision near 3000 has steps of 0.24 meV: the difference of two would show them."""
    inputs, _ = silicon(6)
    graphs = chgnet.graphs(inputs.structures)
    far = replace(chgnet, references=chgnet.references + ZERO)
    near_energies, far_energies = chgnet.energies(graphs), far.energies(graphs)
    assert np.abs(np.diff(near_energies)).min() > 1e-4
    np.testing.assert_allclose(np.diff(far_energies), np.diff(near_energies), rtol=0, atol=1e-11)
    for near, other in zip(chgnet.evaluate_graphs(graphs), far.evaluate_graphs(graphs), strict=True):
        assert other.energy - near.energy == pytest.approx(2 * ZERO, abs=1e-9)
        assert (other.forces == near.forces).all()


def rock_salt(a: float, *symbols: str) -> Structure:
    return Structure(Lattice.cubic(a).matrix @ (1 - np.eye(3)) / 2, symbols, [[0, 0, 0], [0.5] * 3])


def test_energies_of_the_elements_are_found_where_the_data_tell_them(chgnet: Potential) -> None:
    """Another code counts Mg from 10 eV above and O from 20 below; of CaO alone only the sum is known."""
    crystals = [rock_salt(a, 'Mg', 'O') for a in (4.1, 4.2, 4.3)]
    crystals += [Structure(Lattice.cubic(4.0), ['O', 'O', 'Mg'], [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])]
    graphs = chgnet.graphs(crystals)
    shift = np.array([-5.0, -5.0, -5.0, -10.0])
    change = chgnet.refitted(graphs, chgnet.energies(graphs) + shift).references - chgnet.references
    assert change[[11, 7]] == pytest.approx([10.0, -20.0], abs=1e-9)
    assert not np.delete(change, [11, 7]).any()
    (graph,) = chgnet.graphs([rock_salt(4.8, 'Ca', 'O')])
    change = chgnet.refitted([graph], chgnet.energies([graph]) + 3.0).references - chgnet.references
    assert change[[19, 7]] == pytest.approx([3.0, 3.0], abs=1e-9)


def test_what_has_no_graph_is_told(chgnet: Potential) -> None:
    with pytest.raises(ValueError, match='He.*isolated'):
        chgnet.evaluate([Structure(Lattice.cubic(20), ['He'], [[0, 0, 0]])])
    assert chgnet.evaluate([]) == []
    assert chgnet.energies([]).shape == (0,)
    with pytest.raises(ValueError, match="unknown model 'mine'"):
        Potential.of('mine')

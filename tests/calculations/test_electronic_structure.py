"""Tetrahedron DOS and gaps against a lattice model with known answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from aiida import orm
from ase import Atoms

from nanoos_plugins.calculations.electronic_structure import (
    conductor,
    density_of_states,
    irreducible_kpoints,
)

Array = npt.NDArray[np.float64]


def simple_cubic() -> orm.StructureData:
    return orm.StructureData(ase=Atoms('Po', cell=[2.0, 2.0, 2.0], pbc=True)).store()


def tight_binding(kpoints: Array, centres: list[float]) -> Array:
    """Return E = E0 − 2t Σ cos k with t = 1 eV for each centre E0: (n_k, n_bands) [eV]."""
    dispersion = -2.0 * np.cos(2 * np.pi * kpoints).sum(axis=1)
    return dispersion[:, None] + np.array(centres)


def bands_of(kpoints: orm.KpointsData, levels: Array) -> orm.BandsData:
    bands = orm.BandsData()
    bands.set_kpointsdata(kpoints)
    bands.set_bands(levels, units='eV')
    return bands.store()


def analyse(
    centres: list[float], electrons: float, spins: int = 1
) -> tuple[orm.XyData, dict[str, object], dict[str, Array]]:
    structure = simple_cubic()
    points = irreducible_kpoints(structure, orm.Float(0.15))
    levels = tight_binding(points['kpoints'].get_kpoints(), centres)
    bands = bands_of(points['kpoints'], np.array([levels] * spins) if spins == 2 else levels)
    outputs = density_of_states(
        structure,
        bands,
        bands,
        points['mesh'],
        orm.Dict({'number_of_electrons': electrons}),
        orm.Dict({'energy_step_eV': 0.02}),
    )
    curves = {name: y for name, y, _ in outputs['dos'].get_y()}
    return outputs['dos'], outputs['summary'].get_dict(), curves


def test_weights_sum_to_one_and_mesh_is_as_dense_as_asked() -> None:
    structure = simple_cubic()
    points = irreducible_kpoints(structure, orm.Float(0.3))
    _, weights = points['kpoints'].get_kpoints(also_weights=True)
    assert weights.sum() == pytest.approx(1.0)
    # 2π/2 Å ÷ 0.3 → 10.5, so 11 divisions; Oh symmetry leaves C(8, 3) = 56 points of n = 11: i ≥ j ≥ k, 0…5
    assert points['mesh'].get_list() == [11, 11, 11]
    assert len(weights) == 56


@pytest.mark.parametrize('spins', [1, 2])
def test_dos_integrates_to_the_number_of_states(spins: int) -> None:
    dos, _, curves = analyse([0.0, 20.0], electrons=1.0, spins=spins)
    energies = dos.get_x()[1]
    below = energies < 7.0  # above the first band, which ends at +6 eV
    assert curves['integrated'][below][-1] == pytest.approx(2.0, abs=1e-9)
    assert np.trapezoid(curves['density'][below], energies[below]) == pytest.approx(2.0, rel=1e-3)
    assert ('density_up' in curves) == (spins == 2)


def test_half_filled_band_is_a_metal() -> None:
    """E → −E under k → k + (π, π, π) puts the Fermi level of half filling at E0 exactly.

    The DOS there is 0.142/t per spin (Economou, Green's Functions in Quantum Physics, 3rd ed., §5.3.3).
    """
    _, summary, _ = analyse([0.0, 20.0], electrons=1.0)
    assert summary['is_metal']
    assert summary['gap_eV'] == 0.0
    assert summary['fermi_energy_eV'] == pytest.approx(0.0, abs=5e-3)
    assert summary['dos_at_fermi_per_eV'] == pytest.approx(2 * 0.142, rel=0.02)


def test_filled_band_is_an_insulator() -> None:
    """Bands from −6 to 6 eV and from 14 to 26 eV; both edges alike in k, so 8 eV indirect, 20 eV direct."""
    _, summary, _ = analyse([0.0, 20.0, 40.0], electrons=2.0)
    # 21 divisions leave out the zone corner itself: its neighbours lie t (2π/42)² · 3 = 0.067 eV lower
    assert summary['gap_eV'] == pytest.approx(8.0, abs=0.07)
    assert summary['direct_gap_eV'] == pytest.approx(20.0)
    assert summary['gap_type'] == 'indirect'
    assert not summary['is_metal']
    assert summary['fermi_energy_eV'] == pytest.approx(10.0, abs=0.04)
    assert summary['conduction_k'] == [0.0, 0.0, 0.0]


def test_direct_gap_of_bands_that_mirror_each_other() -> None:
    kpoints = np.linspace(-0.5, 0.5, 101)[:, None] * np.array([1.0, 0.0, 0.0])
    edge = 1 - np.cos(2 * np.pi * kpoints[:, 0])
    summary = conductor(np.stack([-0.5 - edge, 0.5 + edge], axis=1)[None], kpoints, electrons=2.0, spins=1)
    assert summary['gap_type'] == 'direct'
    assert summary['gap_eV'] == summary['direct_gap_eV'] == pytest.approx(1.0)
    assert summary['valence_k'] == pytest.approx([0.0, 0.0, 0.0])


def test_exchange_split_bands_of_one_electron_insulate() -> None:
    levels = np.array([[[-1.0], [-0.5]], [[1.0], [1.5]]])
    assert conductor(levels, np.zeros((2, 3)), electrons=1.0, spins=2)['gap_eV'] == pytest.approx(1.5)
    assert conductor(levels[:1], np.zeros((2, 3)), electrons=1.0, spins=1)['is_metal']


def test_no_empty_band_is_an_error() -> None:
    with pytest.raises(ValueError, match='raise nbands_factor'):
        conductor(np.zeros((1, 2, 1)), np.zeros((2, 3)), electrons=2.0, spins=1)

"""Cutting the radial tail off UPF files: what is kept, what is refused, and that the physics allows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from nanoos_plugins.install.pseudos import fetch_trimmed, recommended_cutoffs
from nanoos_plugins.install.upf import trim

STEP = 0.01


def synthetic_upf(points: int, cutoff_index: int = 100) -> str:
    """Return a minimal UPF 2 file on r = 0, 0.01, …: local potential −2/r, one projector of 100 points."""
    r = STEP * np.arange(points)
    arrays = {'R': r, 'RAB': np.full(points, STEP), 'RHOATOM': r**2 * np.exp(-r)}

    def section(name: str, values: np.ndarray, attributes: str = '') -> str:
        numbers = '\n'.join(f'{value:.10E}' for value in values)
        return (
            f'<PP_{name} type="real" size="{len(values)}" columns="1"{attributes}>\n{numbers}\n</PP_{name}>'
        )

    mesh = section('R', arrays['R']) + section('RAB', arrays['RAB'])
    beta = section('BETA.1', r * np.exp(-r), f'\ncutoff_radius_index="{cutoff_index:4d}"')
    return (
        f'<UPF version="2.0.1">\n<PP_INFO>a &lt; b, size="{points}"</PP_INFO>\n'
        f'<PP_HEADER\nelement="H"\nz_valence="1.0"\nmesh_size="  {points}"/>\n'
        f'<PP_MESH mesh="{points}" rmax="{r[-1]:.4f}">{mesh}</PP_MESH>\n'
        f'{section("LOCAL", -2 / np.maximum(r, STEP))}\n'
        f'<PP_NONLOCAL>{beta}{section("DIJ", np.array([1.0]))}</PP_NONLOCAL>\n'
        f'{section("RHOATOM", arrays["RHOATOM"])}\n</UPF>\n'
    )


def radial_sizes(upf: str) -> dict[str, tuple[int, int]]:
    """Return for every array the stated size and the number of its values."""
    root = ET.fromstring(upf)
    return {
        node.tag: (int(node.attrib['size']), len((node.text or '').split()))
        for node in root.iter()
        if 'size' in node.attrib
    }


def values(upf: str, tag: str) -> np.ndarray:
    """Return the numbers of a section."""
    node = next(node for node in ET.fromstring(upf).iter() if node.tag == tag)
    return np.array((node.text or '').split(), dtype=float)


def test_every_radial_array_and_every_count_is_cut_alike() -> None:
    trimmed = trim(synthetic_upf(1492), radius=6.0)
    sizes = radial_sizes(trimmed)
    assert sizes.pop('PP_DIJ') == (1, 1)
    assert set(sizes.values()) == {(601, 601)}
    root = ET.fromstring(trimmed)
    assert root.find('PP_HEADER').attrib['mesh_size'] == '601'  # type: ignore[union-attr]
    mesh = root.find('PP_MESH')
    assert mesh is not None
    assert mesh.attrib['mesh'] == '601'
    assert float(mesh.attrib['rmax']) == pytest.approx(6.0)


def test_the_values_that_stay_are_those_of_the_original() -> None:
    original = synthetic_upf(1492)
    trimmed = trim(original, radius=6.0)
    for tag in ('PP_R', 'PP_LOCAL', 'PP_BETA.1', 'PP_RHOATOM'):
        np.testing.assert_array_equal(values(trimmed, tag), values(original, tag)[:601])


@pytest.mark.parametrize('radius', [5.99, 6.0, 6.004, 6.01])
def test_the_number_of_points_is_odd_and_the_radius_is_not_passed(radius: float) -> None:
    r = values(trim(synthetic_upf(1492), radius), 'PP_R')
    assert len(r) % 2 == 1
    assert radius - 2 * STEP < r[-1] <= radius * (1 + 1e-9)


def test_a_mesh_that_ends_before_is_left_alone() -> None:
    upf = synthetic_upf(501)
    assert trim(upf, radius=6.0) == upf


def test_a_projector_that_reaches_beyond_is_refused() -> None:
    with pytest.raises(ValueError, match='PP_BETA.1.*700'):
        trim(synthetic_upf(1492, cutoff_index=700), radius=6.0)


def test_an_array_of_another_length_is_refused() -> None:
    broken = synthetic_upf(1492).replace(
        '<PP_RHOATOM type="real" size="1492"', '<PP_RHOATOM type="real" size="9"'
    )
    with pytest.raises(ValueError, match='PP_RHOATOM'):
        trim(broken, radius=6.0)


def test_a_file_without_mesh_is_refused() -> None:
    with pytest.raises(ValueError, match='PP_R'):
        trim('<PP_HEADER>\n  29.0 Z valence\n</PP_HEADER>')


def test_a_radius_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match='larger'):
        trim(synthetic_upf(1492), radius=0.005)


@pytest.fixture(scope='module')
def folder() -> Path:
    """Return the folder of the trimmed PseudoDojo files."""
    return fetch_trimmed()


@pytest.mark.parametrize('element', ['H', 'Si', 'Cu', 'Cs', 'Lu', 'Rn'])
def test_pseudodojo_is_cut_where_the_local_potential_is_coulombic(folder: Path, element: str) -> None:
    """At the cut −r V(r) = 2 Z_valence [Ry bohr] to a thousandth, so that what is left out is 2 Z/r."""
    upf = (folder / f'{element}.upf').read_text(encoding='utf-8')
    charge = float(ET.fromstring(upf).find('PP_HEADER').attrib['z_valence'])  # type: ignore[union-attr]
    r, local = values(upf, 'PP_R'), values(upf, 'PP_LOCAL')
    assert r[-1] == pytest.approx(6.0)
    assert -r[-1] * local[-1] == pytest.approx(2 * charge, rel=2e-3)


def test_all_72_elements_are_there_with_cutoffs(folder: Path) -> None:
    cutoffs = recommended_cutoffs()
    assert len(cutoffs) == 72
    assert {path.stem for path in folder.glob('*.upf')} == set(cutoffs)
    assert all(0 < levels['low'] < levels['normal'] < levels['high'] for levels in cutoffs.values())
    # abinit/pseudo_dojo, standard.djson: Cu 42, 46, 52 Ha; 1 Ha = 2 Ry.
    assert cutoffs['Cu'] == {'low': 84.0, 'normal': 92.0, 'high': 104.0}

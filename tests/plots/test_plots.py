"""Plots: what is drawn, with units and the engine's label, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from aiida import orm
from aiida.common.links import LinkType
from ase.build import bulk
from matplotlib.figure import Figure

from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run_builder
from nanoos_plugins.plots import PLOTS
from nanoos_plugins.plots.bands import plot_bands
from nanoos_plugins.plots.figure import path_segments
from workchains.eos import EosWorkChain
from workchains.md import MdWorkChain
from workchains.phonons import PhononsWorkChain
from workchains.vacancy import VacancyWorkChain

PNG = b'\x89PNG\r\n\x1a\n'


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Return the list into which every figure goes that is written."""
    written: list[Figure] = []
    save = Figure.savefig

    def keep(self: Figure, *args: Any, **kwargs: Any) -> None:
        written.append(self)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Figure, 'savefig', keep)
    return written


def finished(chain: Any, **inputs: Any) -> orm.WorkChainNode:
    """Return a run of a property by the mock engine, as short as it gets."""
    structure = orm.StructureData(ase=bulk('Cu', 'fcc', a=3.65, cubic=True)).store()
    template = Template(name='mock', engine='mock', parameters={'epsilon': 0.15, 'cutoff': 4.7}).store()
    builder = chain.get_builder_from_protocol(structure, template, protocol='fast', **inputs)
    node: orm.WorkChainNode = run_builder(builder)
    assert node.is_finished_ok, node.exit_message
    return node


def check(figure: Figure, path: Path, *labels: str) -> None:
    """Check that the picture is no empty one, has these axis labels, and is called mock."""
    assert path.read_bytes().startswith(PNG)
    pixels = matplotlib.image.imread(path)
    assert min(pixels.shape[:2]) > 500
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 10
    found = [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel()) if text]
    assert found == list(labels)
    title = figure.get_suptitle()
    assert 'Cu' in title
    assert 'mock' in title.lower()


def test_equation_of_state(profile: object, tmp_path: Path, figures: list[Figure]) -> None:
    path = PLOTS['nanoos.eos'](finished(EosWorkChain), tmp_path / 'eos.png')
    check(figures[0], path, 'volume (Å³)', 'energy (eV)')
    curve, points = (line.get_xydata() for line in figures[0].axes[0].get_lines()[:2])
    # the curve that is drawn passes through the points that were computed
    drawn = np.interp(points[:, 0], curve[:, 0], curve[:, 1])
    np.testing.assert_allclose(drawn, points[:, 1], atol=0.02 * np.ptp(points[:, 1]))


def test_molecular_dynamics(profile: object, tmp_path: Path, figures: list[Figure]) -> None:
    node = finished(MdWorkChain, parameters={'steps': 300, 'sample_every': 5}, supercell=[2, 1, 1])
    path = PLOTS['nanoos.md'](node, tmp_path / 'md.png')
    expected = [
        'time (ps)',
        'temperature (K)',
        'distance (Å)',
        'g(r)',
        'time (ps)',
        'mean-square displacement (Å²)',
    ]
    check(figures[0], path, *expected)
    assert '±' in figures[0].axes[0].get_legend().get_texts()[1].get_text()


def test_phonons(profile: object, tmp_path: Path, figures: list[Figure]) -> None:
    path = PLOTS['nanoos.phonons'](finished(PhononsWorkChain, supercell=[2, 2, 2]), tmp_path / 'phonons.png')
    check(figures[0], path, 'frequency (THz)', 'DOS (1/THz)')
    names = [text.get_text() for text in figures[0].axes[0].get_xticklabels()]
    # seekpath's path of fcc: Γ–X–U|K–Γ–L–W–X
    assert names == ['Γ', 'X', 'U|K', 'Γ', 'L', 'W', 'X']


def test_vacancy(profile: object, tmp_path: Path, figures: list[Figure]) -> None:
    node = finished(VacancyWorkChain, min_length=6.0, relax_cell=False, vibrations=False)
    path = PLOTS['nanoos.vacancy'](node, tmp_path / 'vacancy.png')
    check(figures[0], path, 'length of the path (Å)', 'energy above its beginning (eV)')


def test_profiles_and_fields(tmp_path: Path, figures: list[Figure], heat_node: orm.WorkChainNode) -> None:
    path = PLOTS['nanoos.simulation'](heat_node, tmp_path / 'heat.png')
    assert path.read_bytes().startswith(PNG)
    profile, field = figures[0].axes[:2]
    assert (profile.get_xlabel(), profile.get_ylabel()) == ('distance (m)', 'temperature (K)')
    assert (field.get_xlabel(), field.get_ylabel()) == ('x (m)', 'y (m)')
    # what is outside of the part is not drawn
    assert np.isnan(np.ma.filled(field.get_images()[0].get_array(), np.nan)).sum() == 10
    assert figures[0].get_suptitle() == 'Heat · NGSolve'


@pytest.fixture
def heat_node(profile: object) -> orm.WorkChainNode:
    """Return a stored process with the outputs of a heat conduction, which begins at x = 0."""
    node = orm.WorkChainNode(process_type='aiida.workflows:nanoos.simulation').store()
    figure = {
        'title': 'Along x',
        'x': 'profile_distance_m',
        'y': ['profile_temperature_K'],
        'log': False,
        'errors': {},
    }
    results = orm.Dict({'task': 'heat', 'label': 'NGSolve', 'figures': [figure]})
    arrays = orm.ArrayData()
    x, y = np.linspace(0, 1e-6, 20), np.linspace(0, 5e-7, 10)
    inside = np.ones((10, 20))
    inside[:, 0] = 0
    for name, values in {
        'profile_distance_m': x,
        'profile_temperature_K': 300 + 1e8 * x,
        'grid_x_m': x,
        'grid_y_m': y,
        'grid_inside': inside,
        'field_temperature_K': np.tile(300 + 1e8 * x, (10, 1)),
    }.items():
        arrays.set_array(name, values)
    for label, output in (('results', results), ('arrays', arrays)):
        output.store().base.links.add_incoming(node, LinkType.RETURN, label)
    return node


def test_bands(tmp_path: Path, figures: list[Figure], bands_node: Callable[..., orm.WorkChainNode]) -> None:
    path = plot_bands(bands_node(), tmp_path / 'bands.png')
    check(figures[0], path, 'energy − $E_{VBM}$ (eV)', 'DOS (1/eV)')
    assert 'indirect gap 0.60 eV' in figures[0].get_suptitle()


@pytest.fixture
def bands_node(profile: object) -> Callable[..., orm.WorkChainNode]:
    """Return the factory of a stored process with the outputs of bands: two flat bands, 0.6 eV apart."""

    def make() -> orm.WorkChainNode:
        structure = orm.StructureData(ase=bulk('Cu', 'fcc', a=3.65)).store()
        template = Template(name='mock', engine='mock').store()
        node = orm.WorkChainNode(process_type='aiida.workflows:nanoos.bands')
        node.base.links.add_incoming(structure, LinkType.INPUT_WORK, 'structure')
        node.base.links.add_incoming(template, LinkType.INPUT_WORK, 'template')
        node.store()
        kpoints = orm.KpointsData()
        kpoints.set_cell_from_structure(structure)
        kpoints.set_kpoints([[0, 0, 0], [0.25, 0, 0.25], [0.5, 0, 0.5]], labels=[(0, 'GAMMA'), (2, 'X')])
        bands = orm.BandsData()
        bands.set_kpointsdata(kpoints)
        bands.set_bands(np.array([[0.0, 2.0], [-0.5, 0.8], [-1.0, 0.6]]), units='eV')
        dos = orm.XyData()
        energies = np.linspace(-2, 3, 50)
        dos.set_x(energies, 'energy', 'eV')
        dos.set_y([np.abs(np.sin(energies))], ['density'], ['1/eV'])
        summary = orm.Dict(
            {'is_metal': False, 'valence_band_maximum_eV': 0.0, 'gap_eV': 0.6, 'gap_type': 'indirect'}
        )
        for label, output in (('bands', bands), ('dos', dos), ('summary', summary)):
            output.store().base.links.add_incoming(node, LinkType.RETURN, label)
        return node

    return make


def test_process_without_results_is_refused(profile: object, tmp_path: Path) -> None:
    node = orm.WorkChainNode(process_type='aiida.workflows:nanoos.bands').store()
    for plot in PLOTS.values():
        with pytest.raises(ValueError, match=f'process {node.pk} has no .* to plot: it is created'):
            plot(node, tmp_path / 'nothing.png')


def test_other_formats_are_refused(tmp_path: Path, bands_node: Callable[..., orm.WorkChainNode]) -> None:
    with pytest.raises(ValueError, match="'bands.jpg' must end in .png"):
        plot_bands(bands_node(), tmp_path / 'bands.jpg')


def test_path_is_cut_where_it_jumps() -> None:
    pieces, ticks, names = path_segments([(0, 'GAMMA'), (4, 'X'), (6, 'U'), (7, 'K'), (9, 'L_2')], 10)
    assert pieces == [slice(0, 7), slice(7, 10)]
    assert ticks == [0.0, 4.0, 6.0, 9.0]
    assert names == ['Γ', 'X', 'U|K', 'L2']


def test_pyplot_is_left_alone() -> None:
    assert 'nanoos_plugins.plots.figure' in sys.modules
    assert 'matplotlib.pyplot' not in vars(sys.modules['nanoos_plugins.plots.figure'])

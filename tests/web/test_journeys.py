"""Two journeys from a file, or from nothing, to results and where they are from, with real engines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ase.io
import pytest
from ase.build import bulk
from playwright.sync_api import Page, expect

from tests.web.test_jobs import setting

#: Silicon, a = 5.431 Å: what a newcomer has on the desktop.
LATTICE = 5.431
#: Forces vanish by symmetry on all sites of diamond; what is left is of the numerics [eV/Å].
FORCE_TOLERANCE = 1e-3


@pytest.fixture
def cif(tmp_path: Path) -> Path:
    path = tmp_path / 'Si (diamond).cif'
    ase.io.write(path, bulk('Si', 'diamond', a=LATTICE))
    return path


def test_from_a_file_to_density_functional_theory_and_its_provenance(
    signed_in: Page, cif: Path, daemon: None, engine_code: Callable[[str], Any]
) -> None:
    """Upload a CIF, make its material, run Quantum ESPRESSO, watch it, read the result and its provenance."""
    engine_code('qe')
    page = signed_in
    page.goto('/structures')
    page.get_by_label('Files of structures').set_input_files(cif)
    dialog = page.get_by_role('dialog', name='Upload a structure')
    expect(dialog.get_by_role('list', name='Files')).to_contain_text('2 atoms', timeout=30_000)
    dialog.get_by_label('Name').fill('Silicon of the journey')
    dialog.get_by_role('button', name='Store').click()
    page.wait_for_url(re.compile(r'/structures/[0-9a-f-]{36}$'))

    page.get_by_role('link', name='Silicon of the journey').click()
    expect(page.get_by_role('heading', name='Silicon of the journey')).to_be_visible()
    page.go_back()
    page.get_by_role('link', name='Run a simulation').click()
    page.get_by_role('radio', name='Single simulation').check()
    page.get_by_label('Template').select_option(label='qe')
    for name, value in (('ecutwfc', '20'), ('kpoints_distance', '0.5')):
        setting(page, name).locator('input').fill(value)
    page.get_by_label('Name of the job').fill('silicon by density functional theory')
    page.get_by_role('button', name='Submit', exact=True).click()
    page.wait_for_url(re.compile(r'/jobs/[0-9a-f-]{36}$'))

    expect(page.get_by_role('status', name='Progress')).to_be_visible()
    expect(page.get_by_text('Completed', exact=True).first).to_be_visible(timeout=180_000)
    page.get_by_role('button', name='Unfold PwBaseWorkChain').click()
    expect(page.get_by_role('link', name='PwCalculation')).to_be_visible()
    expect(page.get_by_text('Energy', exact=True).first).to_be_visible()

    page.get_by_role('tab', name='Files').click()
    page.get_by_role('button', name='aiida.in').click()
    expect(page.get_by_role('tabpanel')).to_contain_text('ATOMIC_POSITIONS')
    page.get_by_role('link', name='Provenance').click()
    page.wait_for_url(re.compile('/graph/'))
    expect(page.locator('[data-node]').filter(has_text=re.compile('Simulation')).first).to_be_visible()
    structure = page.locator('[data-node]').filter(has_text=re.compile('Si'))
    expect(structure.first).to_be_visible()


def test_from_a_particle_to_molecular_dynamics_plots_and_files(
    signed_in: Page, daemon: None, engine_code: Callable[[str], Any], tmp_path: Path
) -> None:
    """Build a particle of copper, run LAMMPS on it, read averages and plots, and take all of it along."""
    engine_code('lammps')
    page = signed_in
    page.goto('/structures/build?builder=nanoparticle')
    page.get_by_label('Element', exact=True).fill('Cu')
    page.get_by_role('spinbutton', name='Atoms').fill('60')
    title = page.locator('main').get_by_role('heading', level=2).filter(has_text='atoms')
    expect(title).to_contain_text('Cu', timeout=30_000)
    expect(page.get_by_role('button', name='Build', exact=True)).to_be_enabled(timeout=30_000)
    page.get_by_role('button', name='Build', exact=True).click()
    page.wait_for_url(re.compile(r'/structures/[0-9a-f-]{36}$'))

    page.get_by_role('link', name='Run a simulation').click()
    page.get_by_role('radio', name='Molecular dynamics').check()
    page.get_by_label('Template').select_option(label='lammps-eam-cu')
    page.get_by_role('combobox', name='Protocol').select_option('fast')
    for name, value in (('steps', '2000'), ('sample_every', '10'), ('temperature', '300')):
        setting(page, name).locator('input').fill(value)
    page.get_by_label('Name of the job').fill('a particle at 300 K')
    page.get_by_role('button', name='Submit', exact=True).click()
    page.wait_for_url(re.compile(r'/jobs/[0-9a-f-]{36}$'))
    expect(page.get_by_text('Completed', exact=True).first).to_be_visible(timeout=180_000)

    expect(page.get_by_text('Averages after equilibration')).to_be_visible()
    motion = page.get_by_role('figure', name='Mean-square displacement')
    expect(motion.locator('svg').first).to_be_visible()
    motion.get_by_role('button', name='Table: Mean-square displacement').click()
    expect(motion.get_by_role('table')).to_be_visible()
    with page.expect_download() as download:
        motion.get_by_role('button', name='Save as CSV: Mean-square displacement').click()
    lines = download.value.path().read_text().splitlines()
    assert 'ps' in lines[0]
    assert len(lines) > 20

    page.get_by_role('link', name='Provenance').click()
    page.wait_for_url(re.compile('/graph/'))
    expect(page.locator('[data-node]').first).to_be_visible()
    page.get_by_role('button', name='Export').click()
    with page.expect_download() as download:
        page.get_by_role('menuitem', name=re.compile('PROV')).first.click()
    assert 'activity' in json.loads(download.value.path().read_text())

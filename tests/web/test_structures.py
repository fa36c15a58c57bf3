"""Structures: dropped as files, built from parameters, looked at, measured and taken along."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import ase.io
import pytest
from ase.build import bulk
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Person, sign_in, violations
from tests.web.test_accessibility import THEMES

HOSTILE = '<img src=x onerror=alert(1)> "q" 🧪 مادة.cif'
#: Gives the page a file as if it were dropped from the desktop.
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const kind of ['dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
  }
}"""


def cif_of(formula: str, **options: Any) -> str:
    file = io.BytesIO()
    ase.io.write(file, bulk(formula, **options), format='cif')
    return file.getvalue().decode()


def build(person: Person, builder: str, **parameters: Any) -> Any:
    return person.http('POST', f'/structures/build/{builder}', json={'parameters': parameters})


@pytest.fixture(scope='module')
def silicon_of(person: Person) -> Any:
    return build(person, 'bulk', formula='Si', crystal='diamond', a=5.431)


def open_structure(page: Page, structure: Any) -> None:
    page.goto(f'/structures/{structure["uuid"]}')
    expect(page.get_by_label(re.compile('3D view of'))).to_be_visible(timeout=30_000)


def test_a_dropped_file_is_looked_at_and_then_stored(signed_in: Page) -> None:
    signed_in.goto('/structures')
    expect(signed_in.get_by_role('heading', name='Structures')).to_be_visible()
    signed_in.evaluate(DROP, [HOSTILE, cif_of('NaCl', crystalstructure='rocksalt', a=5.64)])
    dialog = signed_in.get_by_role('dialog', name='Upload a structure')
    files = dialog.get_by_role('list', name='Files')
    expect(files).to_contain_text('2 atoms', timeout=30_000)
    expect(files).to_contain_text(HOSTILE)
    expect(dialog.get_by_label(re.compile('3D view of 2 atoms'))).to_be_visible()
    dialog.get_by_label('Name').fill('Rock salt of the test')
    dialog.get_by_role('button', name='Store').click()
    signed_in.wait_for_url(re.compile(r'/structures/[0-9a-f-]{36}$'))
    expect(signed_in.get_by_role('link', name='Rock salt of the test')).to_be_visible()
    expect(signed_in.get_by_text('Fm-3m').or_(signed_in.get_by_text('(225)')).first).to_be_visible()


def test_what_cannot_be_read_says_why_and_the_others_are_kept(signed_in: Page) -> None:
    signed_in.goto('/structures')
    expect(signed_in.get_by_role('heading', name='Structures')).to_be_visible()
    broken = cif_of('Cu', a=3.6).replace('Cu ', 'Xx ')
    signed_in.evaluate(DROP, ['good.cif', cif_of('Cu', a=3.6)])
    signed_in.evaluate(DROP, ['broken.cif', broken])
    dialog = signed_in.get_by_role('dialog')
    rows = dialog.get_by_role('list', name='Files').get_by_role('listitem')
    expect(rows.filter(has_text='good.cif')).to_contain_text('1 atoms', timeout=30_000)
    alert = rows.filter(has_text='broken.cif').get_by_role('alert')
    expect(alert).to_contain_text('Xx', timeout=30_000)
    dialog.get_by_role('button', name='Store').click()
    expect(signed_in.get_by_text(re.compile('is stored'))).to_be_visible()
    # What was refused stays, to be read.
    expect(alert).to_be_visible()


def test_a_builder_shows_what_it_would_make_and_why_not(signed_in: Page) -> None:
    signed_in.goto('/structures/build?builder=nanotube')
    title = signed_in.locator('main').get_by_role('heading', level=2)
    expect(title.filter(has_text='atoms')).to_be_visible(timeout=30_000)
    for n, m, atoms in (('5', '5', '20 atoms'), ('6', '0', '24 atoms')):
        signed_in.get_by_label('n', exact=True).fill(n)
        signed_in.get_by_label('m', exact=True).fill(m)
        expect(title.filter(has_text=atoms)).to_be_visible(timeout=30_000)
    signed_in.get_by_label('n', exact=True).fill('0')
    signed_in.get_by_label('m', exact=True).fill('0')
    expect(signed_in.locator('main').get_by_role('alert').first).to_be_visible(timeout=30_000)
    expect(signed_in.get_by_role('button', name='Build', exact=True)).to_be_disabled()


def test_distances_and_angles_are_measured_by_keyboard(signed_in: Page, silicon_of: Any) -> None:
    """The bond of diamond silicon is √3/4 of a = 5.431 Å: 2.352 Å."""
    open_structure(signed_in, silicon_of)
    signed_in.get_by_role('radio', name='Sites').or_(
        signed_in.get_by_role('button', name='Sites')
    ).first.click()
    signed_in.get_by_role('button', name='Si 0').focus()
    signed_in.keyboard.press('Enter')
    signed_in.keyboard.press('ArrowDown')
    signed_in.keyboard.press('Enter')
    expect(signed_in.get_by_role('status', name='Measured')).to_contain_text('2.352 Å')


def test_cells_are_repeated_and_the_picture_is_saved(signed_in: Page, silicon_of: Any) -> None:
    open_structure(signed_in, silicon_of)
    with signed_in.expect_response(re.compile(r'viewer\?repeat=3')) as answer:
        signed_in.get_by_label('Cells along a').select_option('3')
    assert answer.value.ok
    expect(signed_in.locator('[aria-busy=true]')).to_have_count(0)
    with signed_in.expect_download() as download:
        signed_in.get_by_role('button', name='Save as PNG').click()
    assert download.value.suggested_filename == 'Si.png'
    assert download.value.path().read_bytes()[:4] == b'\x89PNG'


def test_each_format_is_exported(signed_in: Page, silicon_of: Any) -> None:
    open_structure(signed_in, silicon_of)
    for label, ending in (('CIF', 'cif'), ('POSCAR', 'vasp'), ('Extended XYZ', 'xyz'), ('JSON', 'json')):
        signed_in.get_by_role('button', name='Export').click()
        with signed_in.expect_download() as download:
            signed_in.get_by_role('menuitem', name=label).click()
        assert download.value.suggested_filename.endswith(f'.{ending}')
        if ending != 'json':
            read = ase.io.read(
                download.value.path(), format={'vasp': 'vasp', 'xyz': 'extxyz'}.get(ending, ending)
            )
            assert read.get_chemical_formula() == 'Si2'
            assert read.get_volume() == pytest.approx(5.431**3 / 4, rel=1e-4)


def test_the_address_leads_back_and_forth(signed_in: Page, silicon_of: Any) -> None:
    open_structure(signed_in, silicon_of)
    signed_in.reload()
    expect(signed_in.get_by_label(re.compile('3D view of'))).to_be_visible(timeout=30_000)
    signed_in.get_by_role('button', name='Build from it').click()
    signed_in.get_by_role('menuitem', name='Supercell').click()
    signed_in.wait_for_url('**/structures/build?builder=supercell&structure=*')
    expect(signed_in.get_by_role('heading', name='Build a structure')).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_role('heading', name='Build a structure')).to_be_visible()
    signed_in.go_back()
    expect(signed_in.get_by_role('heading', name='Si', exact=True)).to_be_visible()
    signed_in.go_forward()
    expect(signed_in.get_by_role('heading', name='Build a structure')).to_be_visible()


def test_a_structure_of_somebody_else_is_not_there(
    page: Page, sign_up: Callable[[], Person], silicon_of: Any
) -> None:
    sign_in(page, sign_up())
    page.goto(f'/structures/{silicon_of["uuid"]}')
    expect(page.get_by_role('main').get_by_role('alert')).to_contain_text(
        f'no structure {silicon_of["uuid"]}'
    )
    page.goto('/structures')
    expect(page.get_by_text('No structures yet')).to_be_visible()


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], person: Person, silicon_of: Any, theme: Any
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    page.goto('/structures')
    expect(page.get_by_role('link', name='Si', exact=True).first).to_be_visible()
    assert violations(page) == []
    open_structure(page, silicon_of)
    assert violations(page) == []
    page.goto('/structures/build?builder=nanoparticle')
    expect(page.get_by_label(re.compile('3D view of'))).to_be_visible(timeout=30_000)
    assert violations(page) == []

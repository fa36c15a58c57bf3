"""The query page: completed, corrected, run, downloaded, saved, and copied as Python that runs."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nanoos_plugins.storage.owner import acting_as
from tests.web.conftest import Person, sign_in, violations
from tests.web.test_graph import user_of

LABEL = '<b>query</b> "page" مادة'
ROWS = 130


@pytest.fixture(scope='module')
def numbers(person: Person) -> list[str]:
    from aiida import orm

    with acting_as(user_of(person)):
        return [orm.Dict({'energy': float(one)}, label=LABEL).store().uuid for one in range(ROWS)][::-1]


def question(**more: Any) -> dict[str, Any]:
    vertex = {'type': 'core.dict', 'tag': 'd', 'filters': {'label': LABEL}}
    return {'vertices': [{**vertex, 'project': ['uuid', 'label', 'attributes.energy'], **more}]}


@pytest.fixture
def query(signed_in: Page, numbers: list[str]) -> Page:
    signed_in.goto('/query')
    expect(signed_in.locator('.cm-content')).to_be_visible()
    return signed_in


def write(page: Page, text: str) -> None:
    page.locator('.cm-content').click()
    page.keyboard.press('Control+a')
    page.keyboard.insert_text(text)


def test_a_query_is_run_and_goes_on_as_one_scrolls(query: Page, numbers: list[str]) -> None:
    write(query, json.dumps(question()))
    query.keyboard.press('Control+Enter')
    table = query.get_by_role('table', name='Rows')
    first = table.get_by_role('row').nth(1)
    expect(first).to_contain_text(LABEL)
    expect(first.get_by_role('link', name=numbers[0])).to_have_attribute('href', f'/graph/{numbers[0]}')
    expect(query.get_by_text('100 loaded, more below')).to_be_visible()
    table.evaluate('table => table.scrollTo(0, table.scrollHeight)')
    expect(query.get_by_text(f'{ROWS} in all')).to_be_visible()


def test_words_are_completed(query: Page) -> None:
    write(query, '{"vertices": [{"type": ""}]}')
    for _ in range(4):
        query.keyboard.press('ArrowLeft')
    query.keyboard.type('core.stru')
    expect(query.get_by_role('option', name='core.structure')).to_be_visible()
    # CodeMirror takes no answer for what has only just appeared.
    query.wait_for_function("document.querySelector('.cm-tooltip-autocomplete [aria-selected]')")
    query.get_by_role('option', name='core.structure').click()
    expect(query.locator('.cm-content')).to_have_text('{"vertices": [{"type": "core.structure"}]}')


def test_what_is_wrong_is_marked_and_corrected(query: Page) -> None:
    write(query, '{"vertices": [{"type": "core.dct", "tag": "d"}]}')
    alert = query.get_by_role('main').get_by_role('alert')
    expect(alert).to_contain_text("there is no type 'core.dct'")
    expect(query.locator('.cm-lintRange-error')).to_have_text('"core.dct"')
    alert.get_by_role('button', name='Use core.dict', exact=True).click()
    expect(query.locator('.cm-content')).to_contain_text('"core.dict"')
    expect(query.get_by_text('A page costs')).to_be_visible()


def test_python_gives_the_same_rows(query: Page, numbers: list[str]) -> None:
    write(query, json.dumps(question()))
    query.get_by_role('button', name='Python').click()
    code = query.get_by_role('region', name='Python').inner_text()
    assert "DataFactory('core.dict')" in code
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, 'copied', 'exec'), {})
    found = [eval(line, {}) for line in printed.getvalue().splitlines()]
    assert [row['d']['uuid'] for row in found] == numbers
    assert {row['d']['label'] for row in found} == {LABEL}


@pytest.mark.parametrize('form', ['NDJSON, a row a line', 'CSV'])
def test_all_rows_are_downloaded(query: Page, numbers: list[str], form: str) -> None:
    write(query, json.dumps(question()))
    query.keyboard.press('Control+Enter')
    query.get_by_role('button', name='Download').click()
    with query.expect_download() as taken:
        query.get_by_role('menuitem', name=form).click()
    text = taken.value.path().read_text()
    if form == 'CSV':
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row['d.uuid'] for row in rows] == numbers
        assert {row['d.label'] for row in rows} == {LABEL}
    else:
        assert [json.loads(line)['d']['uuid'] for line in text.splitlines()] == numbers


def test_a_query_is_saved_in_this_browser(query: Page) -> None:
    write(query, '{"vertices": [{"type": "group"}]}')
    query.get_by_role('button', name='Save').click()
    query.get_by_role('textbox', name='Name').fill(LABEL)
    query.get_by_role('dialog').get_by_role('button', name='Save').click()
    query.reload()
    query.get_by_role('button', name='Open').click()
    query.get_by_role('list', name='Saved queries').get_by_role('button', name=LABEL, exact=True).click()
    expect(query.locator('.cm-content')).to_have_text('{"vertices": [{"type": "group"}]}')


def test_nothing_found_is_no_error_and_an_error_is_no_empty_table(query: Page) -> None:
    write(query, json.dumps(question(filters={'label': 'nobody calls it that'})))
    query.keyboard.press('Control+Enter')
    expect(query.get_by_text('No row fits')).to_be_visible()
    write(query, '{"vertices": []}')
    query.keyboard.press('Control+Enter')
    expect(query.get_by_role('region', name='Rows').get_by_role('alert')).to_contain_text('expected 1 to')


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], person: Person, theme: Literal['light', 'dark']
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    page.goto('/query')
    expect(page.get_by_text('A page costs')).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({'width': 360, 'height': 740})
    main = page.locator('main')
    assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), 'it can be scrolled sideways'

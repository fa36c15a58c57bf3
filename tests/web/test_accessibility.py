"""What axe finds, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.conftest import Person, sign_in, violations

THEMES: tuple[Literal['light', 'dark'], ...] = ('light', 'dark')


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], person: Person, theme: Literal['light', 'dark']
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    page.goto('/sign-in')
    expect(page.get_by_role('button', name='Open an account')).to_be_visible()
    assert page.evaluate('document.documentElement.dataset.theme') == theme
    assert violations(page) == []
    sign_in(page, person)
    page.goto('/')
    expect(page.get_by_role('list', name='Engines')).to_be_visible()
    assert violations(page) == []
    page.goto('/nothing')
    expect(page.get_by_role('heading', name='No such page')).to_be_visible()
    assert violations(page) == []
    page.keyboard.press('Control+k')
    expect(page.get_by_role('option', name='Materials')).to_be_visible()
    assert violations(page) == []


def test_a_theme_that_was_chosen_stays(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(color_scheme='light').new_page()
    page.goto('/sign-in')
    page.get_by_role('button', name='Use the dark theme').click()
    page.reload()
    expect(page.get_by_role('button', name='Use the light theme')).to_be_visible()
    assert page.evaluate('document.documentElement.dataset.theme') == 'dark'

"""With the API stopped or slow, pages say so, keep what they have, and recover by themselves."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.api.conftest import Server
from tests.web.conftest import Person


def test_an_api_that_was_killed_is_told_of_and_recovered_from(
    signed_in: Page, person: Person, server: Server
) -> None:
    person.http('POST', '/materials', json={'name': 'before the outage'})
    signed_in.goto('/')
    bar = signed_in.locator('[data-connection]')
    expect(signed_in.get_by_role('link', name='before the outage')).to_be_visible()
    expect(signed_in.get_by_text('Live updates').locator('..')).to_contain_text('on')
    server.kill()
    try:
        expect(bar).to_contain_text('has not answered since')
        expect(signed_in.get_by_role('link', name='before the outage')).to_be_visible()
    finally:
        server.start()
    expect(bar).to_have_count(0)
    person.http('POST', '/materials', json={'name': 'after the outage'})
    expect(signed_in.get_by_role('link', name='after the outage')).to_be_visible()


def test_an_outage_does_not_look_like_an_empty_database(signed_in: Page) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    signed_in.route('**/api/materials*', refuse)
    signed_in.route('**/api/health', refuse)
    signed_in.goto('/')
    materials = signed_in.get_by_role('region', name='Recent materials')
    expect(materials).to_contain_text('NANO-OS does not answer', timeout=20_000)
    expect(materials).not_to_contain_text('No materials yet')
    signed_in.unroute_all()
    expect(signed_in.locator('[data-connection]')).to_have_count(0)
    expect(materials).not_to_contain_text('does not answer')


def test_a_slow_answer_is_told_of(signed_in: Page) -> None:
    release: list[Callable[[], None]] = []
    signed_in.route('**/api/statistics*', lambda route: release.append(route.continue_))
    signed_in.goto('/')
    bar = signed_in.locator('[data-connection]')
    expect(bar).to_have_count(0)
    expect(bar).to_contain_text('NANO-OS is slow', timeout=10_000)
    for go in release:
        go()
    expect(bar).to_have_count(0)


def test_an_error_says_what_happened_and_can_be_tried_again(signed_in: Page) -> None:
    problem = {
        'title': 'Conflict',
        'status': 409,
        'detail': 'the index is being built',
        'request_id': 'abc123',
    }
    signed_in.route('**/api/materials*', lambda route: route.fulfill(status=409, json=problem))
    signed_in.goto('/')
    materials = signed_in.get_by_role('region', name='Recent materials')
    expect(materials.get_by_role('alert')).to_contain_text('the index is being built')
    expect(materials.get_by_role('alert')).to_contain_text('abc123')
    signed_in.unroute_all()
    materials.get_by_role('button', name='Try again').click()
    expect(materials.get_by_role('alert')).to_have_count(0)

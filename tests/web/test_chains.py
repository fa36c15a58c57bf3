"""Chains: looked at over the scales, run with other engines, followed from the first step to the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.api.test_chains import CHAIN, YAML
from tests.web.conftest import Person, sign_in, violations
from tests.web.test_accessibility import THEMES
from tests.web.test_jobs import wait


def submit(person: Person, **changes: Any) -> Any:
    return person.http('POST', '/chains/runs', json={'chain': CHAIN | changes})


@pytest.fixture(scope='module')
def done(person: Person, daemon: None) -> Any:
    """Return a chain of three steps that has been completed."""
    job = submit(person)
    assert wait(person, job) == 'COMPLETED'
    return job


@pytest.fixture(scope='module')
def failed(person: Person, daemon: None) -> Any:
    """Return a chain whose second step takes what the first does not find."""
    broken = CHAIN['steps']['next'] | {'take': {'epsilon': 'first.results.gap'}}
    steps = {'first': CHAIN['steps']['first'], 'next': broken}
    job = submit(person, steps=steps, report={'energy': 'next.results.energy'})
    assert wait(person, job) == 'FAILED'
    return job


def test_the_chains_show_their_steps_by_scale(signed_in: Page) -> None:
    signed_in.goto('/')
    signed_in.get_by_role('navigation', name='Pages').get_by_role('link', name='Chains').click()
    card = (
        signed_in.get_by_role('list', name='Chains')
        .get_by_role('listitem')
        .filter(has_text='Copper diffusion')
    )
    for word in ('Quantum', 'Atomistic', 'Mesoscale', 'Continuum', 'lattice', 'plate'):
        expect(card.first).to_contain_text(word)
    card.get_by_role('link', name='Copper diffusion').click()
    expect(signed_in).to_have_url(re.compile('/chains/copper-diffusion$'))
    diffusion = signed_in.get_by_role('region', name='Step diffusion')
    expect(diffusion).to_contain_text('migration barrier')
    expect(diffusion).to_contain_text('from vacancy: migration energy')
    expect(diffusion).to_contain_text('eV')
    expect(signed_in.get_by_role('region', name='Step plate')).to_contain_text('at 1200 K')


def test_steps_go_down_from_scale_to_scale(signed_in: Page) -> None:
    signed_in.goto('/chains/copper-diffusion')
    steps = signed_in.locator('[data-step]')
    expect(steps).to_have_count(4)
    places = {step.get_attribute('data-step'): step.bounding_box() or {} for step in steps.all()}
    assert places['lattice']['x'] < places['vacancy']['x'] < places['diffusion']['x'] < places['plate']['x']
    assert places['vacancy']['y'] < places['diffusion']['y'] < places['plate']['y']
    # lattice and vacancy to diffusion, diffusion to plate
    expect(signed_in.get_by_role('group', name='Steps over the scales').locator('svg > g')).to_have_count(3)


def refuse(page: Page, step: str, engine: str) -> list[dict[str, Any]]:
    """Answer runs as an instance without that engine does; return the list that what was asked goes into.

    Other tests may have installed it on this one.
    """
    asked: list[dict[str, Any]] = []
    detail = f'steps.{step}: code: engine {engine} is not installed; an administrator provides it'
    problem = {'type': 'about:blank', 'title': 'Unprocessable Entity', 'status': 422, 'detail': detail}

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        body = json.dumps({**problem, 'request_id': 'test', 'errors': []})
        route.fulfill(status=422, content_type='application/problem+json', body=body)

    page.route('**/api/chains/*/runs', answer)
    return asked


def test_what_cannot_be_run_is_told_at_the_step(signed_in: Page) -> None:
    refuse(signed_in, 'lattice', 'qe')
    signed_in.goto('/chains/copper-diffusion')
    form = signed_in.get_by_role('region', name='Run it')
    expect(form.get_by_role('group', name='Structure primitive')).to_contain_text('Cu, fcc, a = 3.615 Å')
    form.get_by_role('button', name='Run', exact=True).click()
    expect(form.get_by_role('alert')).to_contain_text('The chain was not submitted')
    expect(form.get_by_role('alert')).to_contain_text('qe is not installed')


def test_a_structure_and_an_engine_are_chosen(signed_in: Page, person: Person) -> None:
    silver = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Ag'}})
    asked = refuse(signed_in, 'vacancy', 'lammps')
    signed_in.goto('/chains/copper-diffusion')
    form = signed_in.get_by_role('region', name='Run it')
    primitive = form.get_by_role('group', name='Structure primitive')
    primitive.get_by_role('button', name='Choose another structure for primitive').click()
    picker = signed_in.get_by_role('dialog')
    picker.get_by_label('Formula').fill('Ag')
    picker.get_by_label('Choose Ag').first.check()
    picker.get_by_role('button', name='Done').click()
    expect(primitive.get_by_role('link', name='Ag')).to_be_visible()
    lattice = form.get_by_label('lattice')
    lattice.select_option(label='mock')
    expect(form).to_contain_text('its numbers are of no real material')
    # The mock engine has no barrier that it could take.
    expect(form.get_by_label('diffusion').locator('option', has_text=re.compile('^mock$'))).to_have_count(0)
    form.get_by_role('button', name='Run', exact=True).click()
    expect(form.get_by_role('alert')).to_contain_text('steps.vacancy: code: engine lammps', ignore_case=True)
    assert asked[0]['structures'] == {'primitive': silver['uuid']}
    assert set(asked[0]['templates']) == {'lattice'}
    primitive.get_by_role('button', name='Back to the chain’s own').click()
    expect(primitive).to_contain_text('it is built')


def test_a_chain_of_ones_own_is_run_and_followed_to_its_answers(signed_in: Page, daemon: None) -> None:
    signed_in.goto('/chains')
    signed_in.get_by_role('button', name='Run a chain of your own').click()
    dialog = signed_in.get_by_role('dialog')
    dialog.get_by_label('The chain').fill(YAML.replace('template: mock', 'template: mok'))
    dialog.get_by_role('button', name='Run').click()
    expect(dialog.get_by_role('alert')).to_contain_text('did you mean mock?')
    dialog.get_by_label('The chain').fill(YAML)
    dialog.get_by_role('button', name='Run').click()
    signed_in.wait_for_url(re.compile(r'/jobs/[0-9a-f-]{36}$'))
    # Nothing is loaded again by hand: what happens is told by events.
    first = signed_in.get_by_role('region', name='Step first')
    expect(first).to_contain_text('Completed', timeout=60_000)
    expect(signed_in.get_by_role('table', name='Answers of the chain')).to_contain_text('eV', timeout=60_000)


def test_a_run_is_one_page_from_the_first_step_to_the_answers(
    signed_in: Page, person: Person, done: Any
) -> None:
    told = person.http('GET', f'/jobs/{done["uuid"]}/chain')
    epsilon = next(one for one in told['report'] if one['name'] == 'epsilon')['value']
    signed_in.goto(f'/jobs/{done["uuid"]}')
    step = signed_in.get_by_role('region', name='Step next')
    expect(step).to_contain_text('Completed')
    expect(step).to_contain_text(f'{epsilon:.6g} eV')
    answers = signed_in.get_by_role('table', name='Answers of the chain')
    expect(answers.get_by_role('row', name='Epsilon')).to_contain_text(f'{epsilon:.6g} eV')
    expect(step.get_by_role('link', name='Provenance of what next took')).to_have_attribute(
        'href', f'/graph/{told["steps"][2]["takes"][0]["node"]}'
    )
    expect(signed_in.get_by_role('link', name='Provenance of the answers')).to_have_attribute(
        'href', f'/graph/{told["report_node"]}'
    )
    step.get_by_role('link', name='next', exact=True).click()
    signed_in.wait_for_url(f'**/jobs/{told["steps"][2]["job"]["uuid"]}')
    expect(signed_in.get_by_role('heading', name='mine: next')).to_be_visible()


def test_runs_are_found_among_the_jobs(signed_in: Page, done: Any) -> None:
    signed_in.goto('/chains')
    signed_in.get_by_role('link', name='Runs').click()
    signed_in.wait_for_url('**/jobs?workflow=multiscale')
    rows = signed_in.get_by_role('row').filter(has_text='chain mine')
    expect(rows.first).to_contain_text('Chain')
    expect(signed_in.get_by_label('Workflow')).to_have_value('multiscale')


def test_a_chain_that_failed_says_at_which_step(signed_in: Page, failed: Any) -> None:
    signed_in.goto(f'/jobs/{failed["uuid"]}')
    expect(signed_in.get_by_role('region', name='Why it failed')).to_contain_text("no quantity 'gap'")
    expect(signed_in.get_by_role('region', name='Step first')).to_contain_text('Completed')
    expect(signed_in.get_by_role('region', name='Step next')).to_contain_text('Not run')
    expect(signed_in.get_by_text('It ended before there were any')).to_be_visible()


def test_a_chain_that_is_not_there_says_so(signed_in: Page) -> None:
    signed_in.goto('/chains/copper-difusion')
    expect(signed_in.get_by_role('main').get_by_role('alert')).to_contain_text(
        'did you mean copper-diffusion'
    )


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], person: Person, done: Any, failed: Any, theme: Any
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    for address in (
        '/chains',
        '/chains/copper-stiffness',
        f'/jobs/{done["uuid"]}',
        f'/jobs/{failed["uuid"]}',
    ):
        page.goto(address)
        expect(page.locator('main h2').first).to_be_visible()
        expect(page.locator('main .skeleton')).to_have_count(0)
        assert violations(page) == []
    page.goto('/chains')
    page.get_by_role('button', name='Run a chain of your own').click()
    expect(page.get_by_role('dialog').get_by_label('The chain')).to_be_visible()
    assert violations(page) == []


def test_it_is_usable_on_a_phone(
    open_browser: Callable[..., BrowserContext], person: Person, done: Any
) -> None:
    page = open_browser(viewport={'width': 360, 'height': 740}, has_touch=True, is_mobile=True).new_page()
    sign_in(page, person)
    for address in ('/chains', '/chains/copper-diffusion', f'/jobs/{done["uuid"]}'):
        page.goto(address)
        expect(page.locator('main h1')).to_be_visible()
        expect(page.locator('main .skeleton')).to_have_count(0)
        main = page.locator('main')
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), f'{address} scrolls sideways'

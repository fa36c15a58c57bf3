"""Jobs: submitted one by one and in batches, steered, followed as they go, explained and submitted again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web.conftest import Person, sign_in, violations
from tests.web.test_accessibility import THEMES

if TYPE_CHECKING:
    from aiida import orm

HOSTILE = '<img src=x onerror=alert(1)> "quoted" & \'so\' 🧪 مادة ' + 'long ' * 25
#: Beyond it a job that ended was not shown in time [ms].
SHOWN_WITHIN = 1000


@pytest.fixture(scope='module')
def crystal(person: Person) -> Any:
    parameters = {'formula': 'Cu', 'crystal': 'fcc', 'a': 3.7}
    return person.http('POST', '/structures/build/bulk', json={'parameters': parameters})


def submit(person: Person, structure: Any, workflow: str = 'relax', **changes: Any) -> Any:
    body = {'workflow': workflow, 'structure': structure['uuid'], 'template': 'mock', 'protocol': 'fast'}
    return person.http('POST', '/jobs', json=body | changes)


def wait(person: Person, job: Any, seconds: float = 120) -> str:
    """Wait until a job has ended; return how."""
    end = time.monotonic() + seconds
    while True:
        status = person.http('GET', f'/jobs/{job["uuid"]}/status')['status']
        if status in ('COMPLETED', 'FAILED', 'KILLED'):
            return str(status)
        assert time.monotonic() < end, f'{status} after {seconds} s'
        time.sleep(0.05)


@pytest.fixture(scope='module')
def failed(person: Person, crystal: Any, daemon: None) -> Any:
    """Return an equation of state far from its minimum, with a name that may harm."""
    silicon = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Si'}})
    job = submit(person, silicon, 'eos', label=HOSTILE[:200])
    assert wait(person, job) == 'FAILED'
    return job


def row(page: Page, name: str) -> Locator:
    return page.get_by_role('row').filter(has_text=name)


def setting(page: Page, name: str) -> Locator:
    """Return the place of a setting, unfolded if it is among those that one seldom sets."""
    place = page.locator(f'[data-setting={name}]')
    expect(place).to_be_attached()
    if not place.is_visible():
        page.get_by_text(re.compile('more parameters of')).click()
    return place


def test_a_job_that_ends_is_shown_within_a_second(
    signed_in: Page, person: Person, crystal: Any, daemon: None
) -> None:
    signed_in.goto('/')
    expect(signed_in.get_by_text('Live updates').locator('..')).to_contain_text('on')
    signed_in.get_by_role('link', name='Jobs', exact=True).first.click()
    job = submit(person, crystal, label='shown as it goes')
    expect(row(signed_in, 'shown as it goes')).to_be_visible()
    assert wait(person, job) == 'COMPLETED'
    expect(row(signed_in, 'shown as it goes')).to_contain_text('Completed', timeout=SHOWN_WITHIN)


def test_the_filters_are_in_the_address(signed_in: Page, failed: Any) -> None:
    signed_in.goto('/jobs')
    expect(row(signed_in, HOSTILE[:60])).to_be_visible()
    signed_in.get_by_label('Status').select_option('COMPLETED')
    expect(row(signed_in, HOSTILE[:60])).to_have_count(0)
    signed_in.get_by_label('Status').select_option('FAILED')
    signed_in.get_by_label('Workflow').select_option('eos')
    expect(row(signed_in, HOSTILE[:60])).to_be_visible()
    assert 'status=FAILED' in signed_in.url
    assert 'workflow=eos' in signed_in.url
    signed_in.reload()
    expect(row(signed_in, HOSTILE[:60])).to_be_visible()
    expect(signed_in.get_by_label('Status')).to_have_value('FAILED')
    signed_in.get_by_label('Engine').select_option('qe')
    expect(signed_in.get_by_text('No job fits these filters')).to_be_visible()
    signed_in.get_by_role('button', name='Clear').click()
    expect(row(signed_in, HOSTILE[:60])).to_be_visible()


def test_a_failure_is_explained_with_what_to_try_next(signed_in: Page, failed: Any, crystal: Any) -> None:
    signed_in.goto(f'/jobs/{failed["uuid"]}')
    why = signed_in.get_by_role('region', name='Why it failed')
    expect(why).to_contain_text('the energy has no minimum')
    expect(why).to_contain_text('exit status 422')
    why.get_by_role('link', name='Relax it').click()
    signed_in.wait_for_url('**/jobs/new?workflow=relax&structure=*')
    expect(signed_in.get_by_role('radio', name='Relaxation')).to_be_checked()
    expect(signed_in.get_by_role('list', name='Chosen structures')).to_contain_text('Si')
    signed_in.go_back()
    expect(why).to_contain_text('the energy has no minimum')


def test_it_is_submitted_again_with_changes(signed_in: Page, person: Person, failed: Any) -> None:
    signed_in.goto(f'/jobs/{failed["uuid"]}')
    signed_in.get_by_role('link', name='Submit again with changes').first.click()
    expect(signed_in.get_by_role('heading', name='Submit again with changes')).to_be_visible()
    expect(signed_in.get_by_role('radio', name='Equation of state')).to_be_checked()
    sigma = setting(signed_in, 'sigma')
    sigma.locator('input').fill('3.0')
    expect(sigma).to_contain_text('was 2.338 Å')
    signed_in.get_by_label('Name of the job').fill('with another sigma')
    signed_in.get_by_role('button', name='Submit', exact=True).click()
    signed_in.wait_for_url(re.compile(r'/jobs/[0-9a-f-]{36}$'))
    expect(signed_in.get_by_role('heading', name='with another sigma')).to_be_visible()
    uuid = signed_in.url.rpartition('/')[2]
    again = person.http('GET', f'/jobs/{uuid}/resubmission')
    assert again['settings']['sigma'] == 3.0


def test_what_is_wrong_is_told_at_its_place(signed_in: Page, crystal: Any) -> None:
    signed_in.goto(f'/jobs/new?structure={crystal["uuid"]}')
    signed_in.get_by_label('Template').select_option(label='mock')
    sigma = setting(signed_in, 'sigma')
    sigma.locator('input').fill('-1')
    signed_in.get_by_role('button', name='Submit', exact=True).click()
    expect(signed_in.get_by_role('main').get_by_role('alert').first).to_be_visible()
    expect(sigma).to_contain_text(re.compile('greater than 0|above 0|more than 0'))
    assert '/jobs/new' in signed_in.url


def test_several_structures_make_one_job_each(
    signed_in: Page, person: Person, crystal: Any, daemon: None
) -> None:
    other = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Al'}})
    signed_in.goto(f'/jobs/new?structure={crystal["uuid"]}')
    signed_in.get_by_role('button', name='Add or remove').click()
    picker = signed_in.get_by_role('dialog', name='Choose structures')
    picker.get_by_label('Formula').fill('Al')
    picker.get_by_label('Choose Al').first.check()
    picker.get_by_role('button', name='Done').click()
    signed_in.get_by_label('Template').select_option(label='mock')
    signed_in.get_by_role('button', name='Submit 2 jobs').click()
    outcomes = signed_in.get_by_role('list', name='Outcomes')
    expect(outcomes.get_by_role('link')).to_have_count(2, timeout=30_000)
    expect(signed_in.get_by_text('2 of 2 submitted')).to_be_visible()
    made = [link.get_attribute('href') or '' for link in outcomes.get_by_role('link').all()]
    jobs = [person.http('GET', f'/jobs/{address.rpartition("/")[2]}') for address in made]
    assert {job['structure'] for job in jobs} == {crystal['uuid'], other['uuid']}


def test_a_job_is_paused_goes_on_and_is_killed(
    signed_in: Page, person: Person, crystal: Any, daemon: None, sleeper: orm.InstalledCode
) -> None:
    job = submit(person, crystal, template='mlip', code=sleeper.uuid, label='it only sleeps')
    signed_in.goto(f'/jobs/{job["uuid"]}')
    signed_in.get_by_role('button', name='Pause').click()
    expect(signed_in.get_by_text('Paused', exact=True).first).to_be_visible()
    signed_in.get_by_role('button', name='Go on').click()
    expect(signed_in.get_by_role('button', name='Pause')).to_be_visible()
    signed_in.goto('/jobs')
    signed_in.get_by_label('Select it only sleeps').check()
    chosen = signed_in.get_by_role('toolbar', name='Selected jobs')
    chosen.get_by_role('button', name='Kill (1)').click()
    signed_in.get_by_role('dialog').get_by_role('button', name='Keep running').click()
    chosen.get_by_role('button', name='Kill (1)').click()
    signed_in.get_by_role('dialog').get_by_role('button', name='Kill this job').click()
    expect(row(signed_in, 'it only sleeps')).to_contain_text('Killed', timeout=30_000)
    assert person.http('GET', f'/jobs/{job["uuid"]}/status')['status'] == 'KILLED'


def test_the_parts_of_a_job_have_addresses(signed_in: Page, failed: Any) -> None:
    signed_in.goto(f'/jobs/{failed["uuid"]}?tab=report')
    expect(signed_in.get_by_role('log', name='Report')).to_contain_text('static energies of 5 volumes')
    signed_in.get_by_role('tab', name='Inputs').click()
    expect(signed_in.get_by_role('tabpanel')).to_contain_text('mock')
    signed_in.reload()
    expect(signed_in.get_by_role('tab', name='Inputs')).to_have_attribute('aria-selected', 'true')
    signed_in.go_back()
    expect(signed_in.get_by_role('log', name='Report')).to_be_visible()
    signed_in.go_forward()
    expect(signed_in.get_by_role('tab', name='Inputs')).to_have_attribute('aria-selected', 'true')


def test_a_job_of_somebody_else_is_not_there(page: Page, sign_up: Callable[[], Person], failed: Any) -> None:
    sign_in(page, sign_up())
    page.goto(f'/jobs/{failed["uuid"]}')
    expect(page.get_by_role('main').get_by_role('alert')).to_contain_text('there is no')
    page.goto('/jobs')
    expect(page.get_by_text('No jobs yet')).to_be_visible()


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext], person: Person, failed: Any, crystal: Any, theme: Any
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    page.goto('/jobs')
    expect(row(page, HOSTILE[:60])).to_be_visible()
    assert violations(page) == []
    for tab, part in (('overview', 'Steps'), ('report', 'Report'), ('inputs', 'Inputs'), ('files', 'Files')):
        page.goto(f'/jobs/{failed["uuid"]}?tab={tab}')
        expect(page.get_by_role('tab', name=part if tab != 'overview' else 'Results')).to_be_visible()
        expect(page.locator('main .skeleton')).to_have_count(0)
        assert violations(page) == []
    page.goto(f'/jobs/new?structure={crystal["uuid"]}')
    expect(page.get_by_role('button', name='Submit', exact=True)).to_be_enabled()
    assert violations(page) == []


def test_it_is_usable_on_a_phone(
    open_browser: Callable[..., BrowserContext], person: Person, failed: Any, crystal: Any
) -> None:
    page = open_browser(viewport={'width': 360, 'height': 740}, has_touch=True, is_mobile=True).new_page()
    sign_in(page, person)
    for address in ('/jobs', f'/jobs/{failed["uuid"]}', f'/jobs/new?structure={crystal["uuid"]}'):
        page.goto(address)
        expect(page.locator('main h1')).to_be_visible()
        expect(page.locator('main .skeleton')).to_have_count(0)
        main = page.locator('main')
        assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), f'{address} scrolls sideways'

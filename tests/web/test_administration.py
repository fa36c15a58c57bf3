"""Administration: people, computers, health and limits; and that it is for administrators alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiida import orm
from playwright.sync_api import BrowserContext, Page, Route, expect

from nanoos_plugins.accounts.account import set_role
from tests.api.test_auth import write
from tests.web.conftest import Person, sign_in, violations

HOSTILE = '<script>alert(1)</script> 🧪 "مدير"'


@pytest.fixture(scope='module')
def admin(sign_up: Callable[[], Person]) -> Person:
    """Return an administrator."""
    person = sign_up()
    user = orm.User.collection.get(email=person.email)
    write(set_role, user.pk, 'admin')
    return person


@pytest.fixture
def administration(page: Page, admin: Person) -> Page:
    """Return the page."""
    sign_in(page, admin)
    page.goto('/administration')
    expect(page.get_by_role('table', name='People')).to_be_visible()
    return page


def test_others_are_told_that_it_is_not_for_them(signed_in: Page) -> None:
    asked: list[str] = []
    signed_in.on('request', lambda request: asked.append(request.url))
    signed_in.goto('/administration')
    expect(signed_in.get_by_text('This page is for administrators')).to_be_visible()
    expect(signed_in.get_by_role('table')).to_have_count(0)
    assert not [url for url in asked if '/api/users' in url or '/api/instance' in url]


def test_an_account_is_opened_closed_and_opened_again(
    administration: Page, open_browser: Callable[..., BrowserContext]
) -> None:
    email = 'hedy@nanoos.test'
    administration.get_by_role('button', name='New person').click()
    dialog = administration.get_by_role('dialog')
    dialog.get_by_label('E-mail address').fill(email)
    dialog.get_by_label('First name').fill(HOSTILE)
    dialog.get_by_role('button', name='Open the account').click()
    password = dialog.get_by_label('the password', exact=True).inner_text()
    dialog.get_by_role('button', name='I have copied it').click()
    row = administration.get_by_role('row').filter(has_text=email)
    expect(row).to_contain_text(HOSTILE)

    other = open_browser().new_page()
    sign_in(other, Person(email, password, lambda: None))
    other.goto('/')
    expect(other.get_by_role('heading', name='Overview')).to_be_visible()

    def choose(item: str, action: str) -> None:
        administration.get_by_role('button', name=f'Change {email}').click()
        administration.get_by_role('menuitem', name=item).click()
        dialog.get_by_role('button', name=action).click()

    choose('Close the account', 'Close the account')
    expect(row).to_contain_text('Closed')
    other.goto('/')
    expect(other.get_by_role('heading', name='Sign in')).to_be_visible()
    choose('Open the account again', 'Open it')
    expect(row).to_contain_text('Open')
    choose('Make an administrator', 'Make an administrator')
    expect(row).to_contain_text('Administrator')
    choose('New password', 'Make a new password')
    assert dialog.get_by_label('the password', exact=True).inner_text() != password


def test_ones_own_account_cannot_be_closed_here(administration: Page, admin: Person) -> None:
    row = administration.get_by_role('row').filter(has_text=admin.email)
    expect(row).to_be_visible()
    expect(row.get_by_role('button')).to_have_count(0)


def test_an_invite_is_a_link_that_opens_an_account(
    administration: Page, open_browser: Callable[..., BrowserContext]
) -> None:
    def by_invite(route: Route) -> None:
        route.fulfill(json={'sign_up': 'invite', 'elsewhere': False})

    # The instance of the tests lets everybody in; only what the page is told of that is changed.
    administration.route('**/api/auth/ways', by_invite)
    administration.reload()
    administration.get_by_role('button', name='Invite').click()
    dialog = administration.get_by_role('dialog')
    dialog.get_by_label('Only for this e-mail address').fill('invited@web.nanoos.test')
    dialog.get_by_role('button', name='Make a link').click()
    link = dialog.get_by_label('the link', exact=True).inner_text()
    assert '/sign-in#invite=' in link

    guest = open_browser().new_page()
    guest.route('**/api/auth/ways', by_invite)
    guest.goto(link)
    expect(guest.get_by_label('Invite')).to_have_value(link.partition('#invite=')[2])
    guest.get_by_label('E-mail address').fill('invited@web.nanoos.test')
    guest.get_by_label('Password').fill('a password that is long enough')
    guest.get_by_role('button', name='Open the account').click()
    expect(guest.get_by_role('heading', name='Overview')).to_be_visible()


def test_a_computer_is_set_up_and_opened_to_somebody(
    administration: Page, sign_up: Callable[[], Person]
) -> None:
    person = sign_up()

    def enabled() -> list[bool]:
        computers = person.http('GET', '/computers')
        return [computer['enabled'] for computer in computers if computer['label'] == 'webcluster']

    administration.get_by_role('tab', name='Computers and codes').click()
    administration.get_by_role('button', name='New computer').click()
    dialog = administration.get_by_role('dialog')
    dialog.get_by_label('Label').fill('webcluster')
    dialog.get_by_label('Host').fill('web.nanoos.test')
    dialog.get_by_label('Scheduler').fill('core.nothing')
    dialog.get_by_role('button', name='Set it up').click()
    expect(dialog.get_by_role('alert')).to_contain_text('core.nothing')
    dialog.get_by_label('Scheduler').fill('core.slurm')
    dialog.get_by_role('checkbox').uncheck()
    dialog.get_by_role('button', name='Set it up').click()
    computers = administration.get_by_role('table', name='Computers')
    row = computers.get_by_role('row').filter(has_text='webcluster')
    expect(row).to_contain_text('No access')

    administration.get_by_role('button', name='Change webcluster').click()
    administration.get_by_role('menuitem', name='Who may submit there').click()
    dialog.get_by_label('Person').select_option(person.email)
    dialog.get_by_role('button', name='Save').click()
    expect(dialog).to_have_count(0)
    assert enabled() == [True]
    administration.get_by_role('button', name='Change webcluster').click()
    administration.get_by_role('menuitem', name='Disable for all').click()
    dialog.get_by_role('button', name='Disable').click()
    expect(dialog).to_have_count(0)
    assert enabled() == [False]


def test_the_parts_have_addresses_and_show_this_moment(administration: Page, person: Person) -> None:
    administration.get_by_role('tab', name='Health').click()
    expect(administration).to_have_url('/administration?part=health')
    administration.reload()
    health = administration.get_by_role('list', name='Health')
    expect(health).to_contain_text('answered in')
    expect(health.get_by_role('listitem').filter(has_text='Who follows the events')).to_contain_text('1')
    person.http('POST', '/materials', json={'name': 'counted'})
    # Nobody is told of what belongs to others, administrators neither: they ask.
    administration.get_by_role('button', name='Ask again').click()
    expect(administration.get_by_role('table', name='Nodes by type')).to_contain_text('Material')
    administration.get_by_role('tab', name='Limits').click()
    limits = administration.get_by_role('table', name='Limits')
    expect(limits.get_by_role('row').filter(has_text='largest body of an upload')).to_contain_text('50 MB')


def test_an_outage_is_told(administration: Page) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    administration.route('**/api/users', refuse)
    administration.route('**/api/health', refuse)
    administration.reload()
    main = administration.get_by_role('main')
    expect(main).to_contain_text('NANO-OS does not answer', timeout=20_000)
    administration.unroute_all()
    expect(administration.get_by_role('table', name='People')).to_be_visible(timeout=20_000)


def test_it_is_usable_on_a_phone_and_accessible(
    open_browser: Callable[..., BrowserContext], admin: Person
) -> None:
    orm.InstalledCode(
        orm.load_computer('localhost'), '/bin/true', user=orm.User.collection.get(email=admin.email)
    ).store()
    for theme in ('light', 'dark'):
        page = open_browser(
            color_scheme=theme,
            reduced_motion='reduce',
            bypass_csp=True,
            viewport={'width': 360, 'height': 740},
        ).new_page()
        sign_in(page, admin)
        for part, shown in (('people', 'People'), ('computers', 'Computers'), ('limits', 'Limits')):
            page.goto(f'/administration?part={part}')
            expect(page.get_by_role('table', name=shown)).to_be_visible()
            main = page.locator('main')
            assert main.evaluate('main => main.scrollWidth <= main.clientWidth'), part
            assert violations(page) == [], part
        page.goto('/administration?part=health')
        expect(page.get_by_role('list', name='Health')).to_be_visible()
        assert violations(page) == []

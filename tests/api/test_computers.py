"""Computers and codes: who can submit where, by which account, and what administrators set up."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiida import orm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from nanoos_plugins.accounts.account import set_role
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines import mlip
from nanoos_plugins.install.profile import COMPUTER
from nanoos_plugins.storage.owner import acting_as, system_user
from tests.api.conftest import Person
from tests.api.test_auth import is_problem, write

NOWHERE = '00000000-0000-4000-8000-000000000000'
CODE = {'label': 'add', 'plugin': 'core.arithmetic.add', 'executable': '/bin/bash'}
#: The engine whose code these tests register: a name, nothing runs.
MLIP = mlip.Mlip()


def key(encryption: KeySerializationEncryption | None = None) -> str:
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption or NoEncryption()).decode()


@pytest.fixture(scope='module')
def admin(sign_up: Callable[..., Person]) -> Person:
    """Return an administrator."""
    person = sign_up('admin')
    write(set_role, person.user.pk, 'admin')
    return person


@pytest.fixture
def local(profile: object) -> orm.Computer:
    """Return this machine, to which everybody who signs up can submit."""
    return orm.load_computer(COMPUTER)


@pytest.fixture
def cluster(admin: Person) -> str:
    """Return the UUID of a new computer that users bring accounts for."""
    return str(set_up(admin, own_accounts=True).json()['uuid'])


@pytest.fixture
def program(local: orm.Computer) -> Iterator[orm.InstalledCode]:
    """Return a code of the system's that the engine `mlip` takes by default; gone afterwards."""
    with acting_as(system_user()):
        code = orm.InstalledCode(
            label=str(MLIP.code_label),
            computer=local,
            filepath_executable='/bin/true',
            default_calc_job_plugin=MLIP.code_plugin,
        ).store()
    yield code
    code.label = f'{code.label}-{code.uuid[:8]}'


def set_up(admin: Person, **body: Any) -> Any:
    given = {'label': f'c{uuid4().hex}', 'hostname': 'cluster.test', 'transport': 'core.ssh'}
    return admin.http('POST', '/computers', json={**given, 'scheduler': 'core.slurm', **body})


def access(person: Person, uuid: str, **body: Any) -> Any:
    given = {'username': 'ada', 'private_key': key()}
    return person.http('PUT', f'/computers/{uuid}/access', json={**given, **body})


def permit(admin: Person, uuid: str, person: Person, **body: Any) -> Any:
    return admin.http('PUT', f'/computers/{uuid}/users/{person.email}', json=body)


def labels(person: Person) -> list[str]:
    return [one['label'] for one in person.http('GET', '/computers').json()]


def test_one_sees_where_one_can_submit(sign_up: Callable[..., Person], admin: Person) -> None:
    ada = sign_up('ada')
    hidden, opened = (set_up(admin, own_accounts=own).json() for own in (False, True))
    mine = {one['label']: one for one in ada.http('GET', '/computers').json()}
    assert mine[COMPUTER]['enabled']
    assert mine[COMPUTER]['settings'] == {'safe_interval': 0.0, 'use_login_shell': False}
    assert hidden['label'] not in mine
    assert (mine[opened['label']]['configured'], mine[opened['label']]['enabled']) == (False, False)
    assert {hidden['label'], opened['label'], COMPUTER} <= set(labels(admin))
    unseen = ada.http('GET', f'/computers/{hidden["uuid"]}')
    unknown = ada.http('GET', f'/computers/{NOWHERE}')
    assert is_problem(unseen, 404)
    assert unseen.json()['detail'].replace(hidden['uuid'], NOWHERE) == unknown.json()['detail']
    for answer in (access(ada, hidden['uuid']), ada.http('DELETE', f'/computers/{hidden["uuid"]}/access')):
        assert is_problem(answer, 404)


def test_only_administrators_set_up(sign_up: Callable[..., Person], local: orm.Computer) -> None:
    ada = sign_up('ada')
    attempts = (
        set_up(ada),
        ada.http('PATCH', f'/computers/{local.uuid}', json={'enabled': False}),
        permit(ada, local.uuid, ada),
        ada.http('POST', '/codes', json={**CODE, 'computer': local.uuid}),
    )
    assert all(is_problem(answer, 403) for answer in attempts)
    # A computer that the daemon's account signs in to takes no accounts of users.
    assert is_problem(access(ada, local.uuid), 403)


def test_a_computer_is_set_up_as_aiida_does(admin: Person) -> None:
    made = set_up(
        admin, work_dir='/work/{username}', mpiprocs_per_machine=4, prepend_text='module load x'
    ).json()
    computer = orm.load_computer(uuid=made['uuid'])
    assert (computer.transport_type, computer.scheduler_type) == ('core.ssh', 'core.slurm')
    assert computer.get_workdir() == '/work/{username}'
    assert computer.get_default_mpiprocs_per_machine() == 4
    assert computer.get_prepend_text() == 'module load x'
    assert computer.get_mpirun_command() == ['mpirun', '-np', '{tot_num_mpiprocs}']
    assert (made['configured'], made['enabled']) == (False, False)
    assert is_problem(set_up(admin, label=made['label']), 409)
    for wrong in (
        {'scheduler': 'none'},
        {'hostname': ' '},
        {'work_dir': 'a'},
        {'transport': 'x'},
        {'transport': 'core.local', 'own_accounts': True},
    ):
        assert is_problem(set_up(admin, **wrong), 422)
    changed = admin.http(
        'PATCH', f'/computers/{made["uuid"]}', json={'own_accounts': True, 'description': 'big'}
    )
    assert (changed.json()['own_accounts'], changed.json()['description']) == (True, 'big')


def test_an_account_of_ones_own_uses_its_key_alone(
    sign_up: Callable[..., Person], cluster: str, nanoos_home: Path
) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    secret = key()
    found = access(ada, cluster, private_key=secret, safe_interval=5).json()
    assert (found['configured'], found['enabled']) == (True, True)
    assert found['settings'] == {'username': 'ada', 'use_login_shell': True, 'safe_interval': 5.0}
    settings = orm.load_computer(uuid=cluster).get_authinfo(ada.user).get_auth_params()
    assert (settings['look_for_keys'], settings['allow_agent']) == (False, False)
    path = Path(settings['key_filename'])
    assert path.parent == nanoos_home / 'keys'
    assert path.read_text() == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not bob.http('GET', f'/computers/{cluster}').json()['configured']
    assert access(bob, cluster, username='bob').status_code == 200
    assert ada.http('DELETE', f'/computers/{cluster}/access').status_code == 204
    assert not path.exists()
    assert not ada.http('GET', f'/computers/{cluster}').json()['configured']
    assert is_problem(ada.http('DELETE', f'/computers/{cluster}/access'), 404)
    assert bob.http('GET', f'/computers/{cluster}').json()['enabled']


def test_access_takes_no_paths_and_no_text_for_a_shell(sign_up: Callable[..., Person], cluster: str) -> None:
    ada = sign_up('ada')
    for wrong in (
        {'key_filename': '/root/.ssh/id_rsa'},
        {'proxy_command': 'sh -c id'},
        {'proxy_jump': 'other.test'},
        {'look_for_keys': True},
        {'username': '-oProxyCommand=id'},
        {'username': 'a b'},
        {'private_key': '/root/.ssh/id_rsa'},
        {'private_key': key(BestAvailableEncryption(b'x'))},
        {'safe_interval': -1},
    ):
        answer = access(ada, cluster, **wrong)
        assert is_problem(answer, 422), wrong
        assert 'PRIVATE KEY' not in answer.text
    assert not ada.http('GET', f'/computers/{cluster}').json()['configured']


def test_what_an_administrator_closes_stays_closed(
    sign_up: Callable[..., Person], admin: Person, cluster: str
) -> None:
    ada = sign_up('ada')
    access(ada, cluster)
    assert permit(admin, cluster, ada, enabled=False).status_code == 204
    assert not ada.http('GET', f'/computers/{cluster}').json()['enabled']
    assert is_problem(access(ada, cluster), 403)
    assert is_problem(ada.http('DELETE', f'/computers/{cluster}/access'), 404)
    permit(admin, cluster, ada)
    assert ada.http('GET', f'/computers/{cluster}').json()['enabled']
    admin.http('PATCH', f'/computers/{cluster}', json={'enabled': False})
    assert not ada.http('GET', f'/computers/{cluster}').json()['enabled']
    for settings in (
        {'shell': 'x'},
        {'safe_interval': 'x'},
        {'port': '22'},
        {'look_for_keys': 1},
        {'username': 5},
    ):
        assert is_problem(permit(admin, cluster, ada, settings=settings), 422)
    assert permit(admin, cluster, ada, settings={'safe_interval': 5, 'port': 22}).status_code == 204
    assert is_problem(admin.http('PUT', f'/computers/{cluster}/users/nobody@nanoos.test', json={}), 404)


def test_codes_are_those_that_one_can_run(
    sign_up: Callable[..., Person], admin: Person, local: orm.Computer, cluster: str
) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    here = admin.http('POST', '/codes', json={**CODE, 'computer': local.uuid}).json()
    assert (here['label'], here['plugin'], here['computer']) == ('add', 'core.arithmetic.add', COMPUTER)
    assert here['owner'] == system_user().email
    permit(admin, cluster, admin)
    there = admin.http('POST', '/codes', json={**CODE, 'computer': cluster}).json()
    with acting_as(ada.user):
        own = orm.InstalledCode(label='own', computer=local, filepath_executable='/bin/sh').store()

    def codes(person: Person) -> set[str]:
        return {one['uuid'] for one in person.http('GET', '/codes?limit=200').json()['items']}

    # An own code on this machine would run under the account that all share.
    assert codes(ada) & {here['uuid'], there['uuid'], own.uuid} == {here['uuid']}
    access(ada, cluster)
    assert codes(ada) & {here['uuid'], there['uuid']} == {here['uuid'], there['uuid']}
    assert there['uuid'] not in codes(bob)
    assert ada.http('GET', f'/codes/{there["uuid"]}').json() == there
    unseen, unknown = (bob.http('GET', f'/codes/{uuid}') for uuid in (there['uuid'], NOWHERE))
    assert is_problem(unseen, 404)
    assert unseen.json()['detail'].replace(there['uuid'], NOWHERE) == unknown.json()['detail']
    assert is_problem(bob.http('GET', f'/codes/{own.uuid}'), 404)
    for wrong in (
        {'plugin': 'none'},
        {'plugin': 'nanoos.build_bulk'},
        {'executable': 'bash'},
        {'label': 'a b'},
    ):
        assert is_problem(admin.http('POST', '/codes', json={**CODE, 'computer': local.uuid, **wrong}), 422)
    assert is_problem(admin.http('POST', '/codes', json={**CODE, 'computer': NOWHERE}), 404)


def submissions(person: Person, code: str | None = None) -> list[Any]:
    """Return the answers to a job for the engine `mlip`, by POST /jobs and by POST /processes."""
    with acting_as(person.user):
        structure = orm.StructureData(cell=[[4, 0, 0], [0, 4, 0], [0, 0, 4]])
        structure.append_atom(position=(0, 0, 0), symbols='Cu')
        structure.store()
        template = Template('mine', 'mlip', {}).store()
    named = {} if code is None else {'code': code}
    job = {'workflow': 'simulation', 'structure': structure.uuid, 'template': template.uuid, **named}
    ports: dict[str, Any] = {'structure': {'uuid': structure.uuid}, 'template': {'uuid': template.uuid}}
    if code is not None:
        ports['code'] = {'uuid': code}
    return [
        person.http('POST', '/jobs', json=job),
        person.http('POST', '/processes/nanoos.simulation/submit', json={'inputs': ports}),
    ]


def test_without_access_nobody_submits(
    sign_up: Callable[..., Person],
    admin: Person,
    local: orm.Computer,
    program: orm.InstalledCode,
    daemon: None,
) -> None:
    ada = sign_up('ada')
    permit(admin, local.uuid, ada, enabled=False)
    # By name, and where the engine's own code is taken.
    for answer in (*submissions(ada, program.uuid), *submissions(ada)):
        assert is_problem(answer, 403), answer.text
        assert COMPUTER in answer.json()['detail']
    assert ada.http('GET', '/jobs').json()['items'] == []
    assert ada.http('GET', '/codes').json()['items'] == []


def test_codes_of_others_and_own_ones_here_are_not_run(
    sign_up: Callable[..., Person], local: orm.Computer, program: orm.InstalledCode, daemon: None
) -> None:
    ada, bob = sign_up('ada'), sign_up('bob')
    label = str(MLIP.code_label)
    codes = {}
    for person in (ada, bob):
        with acting_as(person.user):
            codes[person.email] = orm.InstalledCode(
                label=label,
                computer=local,
                filepath_executable='/bin/sh',
                default_calc_job_plugin=MLIP.code_plugin,
            ).store()
    assert all(is_problem(answer, 404) for answer in submissions(ada, codes[bob.email].uuid))
    assert all(is_problem(answer, 403) for answer in submissions(ada, codes[ada.email].uuid))
    bob.http('PUT', f'/nodes/{codes[bob.email].uuid}/shares', json={'email': ada.email})
    assert all(is_problem(answer, 403) for answer in submissions(ada, codes[bob.email].uuid))
    # The engine's own code is the system's, whatever else has its label.
    for answer in submissions(ada):
        assert answer.status_code == 201, answer.text
        job = orm.load_node(answer.json()['uuid'])
        assert isinstance(job, orm.WorkChainNode)
        assert job.inputs.code.uuid == program.uuid
        ada.http('POST', f'/jobs/{job.uuid}/kill')

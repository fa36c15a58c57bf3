"""Data sets over HTTP: of files, row by row, and of the results of jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiida import orm
from aiida.common import LinkType
from aiida.engine import ProcessState
from ase.build import bulk

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import run
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.learning import TARGET, UNIT, records, stored, upload
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count
from tests.calculations.test_train import rock_salt


def test_an_uploaded_file_is_a_data_set_with_its_facts(alice: Person, salts: dict[str, Any]) -> None:
    found = alice.http('GET', f'/ml/datasets/{salts["uuid"]}').json()
    targets = np.array([record[TARGET] for record in records()])
    assert found == salts
    assert (found['name'], found['target'], found['unit'], found['count']) == ('rock salts', TARGET, UNIT, 64)
    assert (found['left_out'], found['left_out_rows'], found['splits']) == (0, [], [])
    assert found['spread']['mean'] == pytest.approx(targets.mean())
    assert found['spread']['standard_deviation'] == pytest.approx(targets.std())
    assert sum(found['spread']['counts']) == 64
    assert (found['source']['entry_point'], found['source']['filename']) == (
        'nanoos.import_dataset',
        'salts.json',
    )
    assert found['origins'] == [
        {'entry_point': 'nanoos.import_dataset', 'count': 1, 'processes': [found['source']['process']]}
    ]
    node = orm.load_node(found['uuid'])
    assert isinstance(node, Dataset)
    assert node.user.email == alice.email
    # what went through the process that reads is what the file says
    assert node.targets == pytest.approx(targets)
    assert node.structures()[5] == rock_salt(np.linspace(4.0, 5.2, 8)[5], 'Mg')


def test_lists_have_it(alice: Person, salts: dict[str, Any]) -> None:
    listed = alice.http('GET', '/ml/datasets', params={'limit': 200}).json()['items']
    (row,) = (one for one in listed if one['uuid'] == salts['uuid'])
    assert row == {key: salts[key] for key in row}
    page = alice.http('GET', '/ml/datasets', params={'limit': 1}).json()
    assert len(page['items']) == 1


def test_every_row_that_cannot_be_used_is_told(alice: Person) -> None:
    rows = records()[:3]
    rows += [
        {**rows[0], TARGET: None},
        {**records()[4], TARGET: 'NaN'},
        {**records()[5], 'unit': 'nm³'},
        rows[1],
        {**rows[2], 'structure': 'no structure'},
        {**rows[2], 'structure': {'@module': 'os', '@class': 'system'}},
    ]
    answer = upload(alice, rows, unit=UNIT).json()
    assert (answer['count'], answer['left_out']) == (3, 6)
    told = {one['row']: one['reason'] for one in answer['left_out_rows']}
    assert sorted(told) == [4, 5, 6, 7, 8, 9]
    assert told[4] == 'volume is no number, got None'
    assert told[5] == 'volume is nan'
    assert told[6] == 'its volume is in [nm³], that of the first row in [Å³]'
    assert told[7] == 'its structure is that of row 2'
    assert told[8].startswith('its structure cannot be read')
    assert told[9].startswith('its structure cannot be read')


def test_a_table_may_come_as_json(alice: Person) -> None:
    content = 'a,cif\n' + '\n'.join(
        f'{number},"{rock_salt(4 + number / 10, "Mg").to(fmt="cif")}"' for number in range(3)
    )
    body = {'filename': 'folder/cifs.csv', 'content': content, 'target': 'a'}
    answer = alice.http('POST', '/ml/datasets/upload', json=body)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found['name'], found['count'], found['source']['filename']) == ('cifs', 3, 'cifs.csv')
    assert (found['unit'], found['elements']) == ('', ['Mg', 'O'])


@pytest.mark.parametrize(
    ('rows', 'said'),
    [
        ('{"a": 1', 'is no JSON'),
        ('[]', 'has no rows'),
        ([{'cif': 'x', 'a': 1}], "has no column 'volume'"),
        ([{'cif': 'x', 'volume': 1}], 'no row can be used: row 1: its structure cannot be read'),
        ('\x00\x01', 'has no rows'),
    ],
)
def test_a_file_without_rows_stores_nothing(alice: Person, rows: Any, said: str) -> None:
    before = count(alice)
    answer = upload(alice, rows)
    assert is_problem(answer, 422)
    assert said in answer.json()['detail']
    assert count(alice) == before


def test_a_body_of_another_kind_is_refused(alice: Person) -> None:
    assert is_problem(alice.http('POST', '/ml/datasets/upload', content=b'a'), 415)
    assert is_problem(alice.http('POST', '/ml/datasets/upload', data={'target': 'a'}), 415)
    assert is_problem(alice.http('POST', '/ml/datasets/upload', json={'filename': 'a', 'content': ''}), 422)


@pytest.fixture(scope='module')
def runs(alice: Person) -> list[str]:
    """Return structures of alice's, each with a run that has found its bulk modulus, one in another unit."""
    uuids = stored(alice, *(rock_salt(4 + number / 10, 'Mg') for number in range(4)))
    for number, uuid in enumerate(uuids):
        with acting_as(alice.user):
            run = orm.WorkChainNode(process_type='aiida.workflows:nanoos.eos')
            run.set_process_state(ProcessState.FINISHED)
            run.set_exit_status(0)
            run.base.links.add_incoming(orm.load_node(uuid), LinkType.INPUT_WORK, 'structure')
            run.store()
            calculation = orm.CalcJobNode(process_type='aiida.calculations:nanoos.mlip')
            calculation.base.links.add_incoming(orm.load_node(uuid), LinkType.INPUT_CALC, 'structure')
            calculation.base.links.add_incoming(run, LinkType.CALL_CALC, 'run')
            calculation.store()
            modulus = {'value': 100.0 + number, 'unit': 'kbar' if number == 3 else 'GPa', 'uncertainty': None}
            results = orm.Dict({'bulk_modulus': modulus})
            results.base.links.add_incoming(calculation, LinkType.CREATE, 'results')
            results.store()
            results.base.links.add_incoming(run, LinkType.RETURN, 'eos')
    return uuids


WANTED = {'name': 'moduli', 'workflow': 'eos', 'quantity': 'eos.bulk_modulus', 'unit': 'GPa'}


def test_results_of_jobs_are_a_data_set_that_leads_to_their_calculations(
    alice: Person, runs: list[str]
) -> None:
    answer = alice.http('POST', '/ml/datasets', json=WANTED)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found['target'], found['unit'], found['count'], found['left_out']) == (
        'bulk modulus',
        'GPa',
        3,
        1,
    )
    assert 'kbar' in found['left_out_rows'][0]['reason']
    assert sorted(orm.load_node(found['uuid']).targets) == [100.0, 101.0, 102.0]
    behind = {one['entry_point']: one for one in found['origins']}
    assert behind['nanoos.mlip']['count'] == 4
    assert set(orm.load_node(found['uuid']).table['uuids']) == set(runs[:3])


def test_simulations_are_a_data_set_with_their_forces(sign_up: Callable[..., Person]) -> None:
    ada = sign_up('ada')
    wanted = {'name': 'energies', 'engine': 'mock'}
    assert is_problem(ada.http('POST', '/ml/datasets/forces', json=wanted), 422)
    with acting_as(ada.user):
        template = Template('for forces', 'mock').store()
        atoms = bulk('Cu', cubic=True)
        atoms.rattle(0.05, seed=1)
        crystals = [orm.StructureData(ase=one).store() for one in (bulk('Cu'), atoms)]
        runs = [run('nanoos.simulation', {'structure': one, 'template': template}) for one in crystals]
    answer = ada.http('POST', '/ml/datasets/forces', json=wanted)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found['target'], found['unit'], found['count']) == ('energy_per_atom', 'eV/atom', 2)
    assert found['derivatives'] == ['forces', 'stresses']
    dataset = orm.load_node(found['uuid'])
    assert isinstance(dataset, Dataset) and dataset.forces is not None
    row = dataset.table['uuids'].tolist().index(crystals[1].uuid)
    assert (dataset.forces[row] == runs[1].outputs.arrays.get_array('forces')).all()
    assert is_problem(ada.http('POST', '/ml/datasets/forces', json={**wanted, 'engine': 'qe'}), 422)
    assert is_problem(ada.http('POST', '/ml/datasets/forces', json={**wanted, 'unit': 'eV'}), 422)


def test_nobody_learns_from_the_results_of_others(bob: Person, runs: list[str]) -> None:
    answer = bob.http('POST', '/ml/datasets', json=WANTED)
    assert is_problem(answer, 422)
    assert 'no job eos has ended well' in answer.json()['detail']


@pytest.mark.parametrize(
    'changes',
    [{'workflow': 'nothing'}, {'quantity': 'eos'}, {'name': ''}, {'unit': 'a\x00'}, {'engine': 'x' * 300}],
)
def test_what_is_asked_for_is_checked(alice: Person, changes: dict[str, Any]) -> None:
    assert is_problem(alice.http('POST', '/ml/datasets', json={**WANTED, **changes}), 422)


def test_others_do_not_see_it_unless_it_is_shared(
    bob: Person, alice: Person, salts: dict[str, Any], sign_up: Callable[..., Person]
) -> None:
    assert is_problem(bob.http('GET', f'/ml/datasets/{salts["uuid"]}'), 404)
    assert is_problem(bob.http('GET', f'/ml/datasets/{uuid4()}'), 404)
    assert not bob.http('GET', '/ml/datasets').json()['items']
    carol = sign_up('carol')
    share = {'email': carol.email, 'access': 'read'}
    answer = alice.http('PUT', f'/nodes/{salts["uuid"]}/shares', json=share)
    assert answer.status_code < 300, answer.text
    found = carol.http('GET', f'/ml/datasets/{salts["uuid"]}').json()
    # of its process nothing is seen: only what the share covers
    assert (found['count'], found['source']['process'], found['left_out_rows']) == (64, None, [])


def test_what_is_no_data_set_is_none(alice: Person) -> None:
    (uuid,) = stored(alice, rock_salt(4.0, 'Mg'))
    assert is_problem(alice.http('GET', f'/ml/datasets/{uuid}'), 404)


def test_a_token_for_a_group_makes_none(alice: Person) -> None:
    group = alice.http('POST', '/groups', json={'name': f'of data sets {uuid4()}'}).json()
    made = {'name': 'g', 'scopes': ['read', 'write'], 'group': group['uuid']}
    token = alice.http('POST', '/auth/tokens', json=made).json()['token']
    headers = {'Authorization': f'Bearer {token}'}
    assert is_problem(alice.http('POST', '/ml/datasets', json=WANTED, headers=headers), 403)
    body = {'filename': 'a.json', 'content': json.dumps(records()[:2]), 'target': TARGET}
    assert is_problem(alice.http('POST', '/ml/datasets/upload', json=body, headers=headers), 403)

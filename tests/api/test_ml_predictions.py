"""Predictions over HTTP: those of the model, structure by structure, whatever becomes of the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiida import orm
from fastapi import FastAPI

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.launch import run
from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.learning import given, stored
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count
from tests.calculations.test_train import rock_salt


def predict(person: Person, model: dict[str, Any], *structures: str, **more: Any) -> Any:
    body = {'model': model['uuid'], 'structures': list(structures), **more}
    return person.http('POST', '/ml/properties', json=body)


def said(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()['predictions']
    return found


def test_they_are_those_of_the_process_that_predicts(alice: Person, volumes: dict[str, Any]) -> None:
    crystals = [rock_salt(4.47, 'Ni'), rock_salt(4.9, 'Eu'), rock_salt(3.0, 'Ni')]
    uuids = stored(alice, *crystals)
    answer = predict(alice, volumes, *uuids, given=[given(rock_salt(4.47, 'Ni'), name='mine')])
    assert (answer.json()['target'], answer.json()['unit']) == ('volume', 'Å³')
    assert (answer.json()['coverage'], answer.json()['failed'], answer.json()['process']) == (0.9, 0, None)
    first, second, dense, third = said(answer)
    assert [one['structure'] for one in said(answer)] == [*uuids, None]
    inputs = {f's{number}': orm.load_node(uuid) for number, uuid in enumerate(uuids)}
    with acting_as(alice.user):
        told = run('nanoos.predict', {'model': orm.load_node(volumes['uuid']), **inputs}).outputs.result
    for number, one in enumerate((first, second, dense)):
        other = told['predictions'][f's{number}']
        assert one['mean'] == pytest.approx(other['value'], rel=1e-6)
        for key in ('uncertainty', 'low', 'high'):
            assert one[key] == pytest.approx(other[key], rel=1e-5)
        assert (one['outside'], one['messages']) == (other['outside'], other['messages'])
    assert abs(first['mean'] - crystals[0].volume / 2) < 3 * max(first['uncertainty'], 0.1)
    assert 'Eu: not in the training data' in second['messages']
    assert any('two pretrained networks disagree' in message for message in dense['messages'])
    assert third == {**first, 'structure': None, 'name': 'mine'}


def test_what_is_asked_again_is_known(alice: Person, volumes: dict[str, Any]) -> None:
    uuids = stored(alice, *(rock_salt(4.1 + number / 50, 'Co') for number in range(40)))
    first = predict(alice, volumes, *uuids).json()
    again = predict(alice, volumes, *reversed(uuids)).json()
    assert (first['cached'], again['cached']) == (0, 40)
    assert again['predictions'] == first['predictions'][::-1]
    # the same crystal in another node is the same
    (copy,) = stored(alice, rock_salt(4.1, 'Co'))
    other = predict(alice, volumes, copy).json()
    assert other['cached'] == 1
    assert other['predictions'] == [{**first['predictions'][0], 'structure': copy}]


def test_one_that_cannot_be_predicted_does_not_keep_the_others_back(
    alice: Person, volumes: dict[str, Any]
) -> None:
    with acting_as(alice.user):
        slab = orm.StructureData(cell=[[4, 0, 0], [0, 4, 0], [0, 0, 9]], pbc=[True, True, False])
        slab.append_atom(position=(0, 0, 0), symbols='Ni')
        alloy = orm.StructureData(cell=[[3, 0, 0], [0, 3, 0], [0, 0, 3]])
        alloy.append_atom(position=(0, 0, 0), symbols=['Ni', 'Co'], weights=[0.5, 0.5])
        empty = orm.StructureData(cell=[[3, 0, 0], [0, 3, 0], [0, 0, 3]])
        empty.append_atom(position=(0, 0, 0), symbols='Ni', weights=[0.5], name='Ni')
        other = orm.Int(1).store().uuid
        bad = [one.store().uuid for one in (slab, alloy, empty)]
    (good,) = stored(alice, rock_salt(4.3, 'Ni'))
    unknown = str(uuid4())
    alone = {'symbols': ['Ni'], 'positions': [[0, 0, 0]], 'cell': [[30, 0, 0], [0, 30, 0], [0, 0, 30]]}
    dense = {**alone, 'cell': [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
    more = [
        alone,
        dense,
        {**alone, 'symbols': ['Xx']},
        {**alone, 'symbols': ['Ni', 'Ni']},
        given(rock_salt(4.3, 'Ni')),
    ]
    answer = predict(alice, volumes, *bad, good, unknown, other, given=more)
    found = said(answer)
    assert answer.json()['failed'] == 9
    errors = [one['error'] for one in found]
    assert 'periodic along [True, True, False]' in errors[0]
    assert errors[1] == errors[2] == 'its sites are shared or not full; choose one ordered structure of it'
    assert errors[3] is None
    assert errors[4:6] == [f'there is no structure {uuid}' for uuid in (unknown, other)]
    assert 'Ni1' in errors[6]
    assert 'expected more volume' in errors[7]
    assert errors[8:10] == ['there is no element Xx', '2 atoms have 1 positions; expected one each']
    assert found[10] == {**found[3], 'structure': None}
    assert all(one['mean'] is None for one in found if one['error'])


def test_structures_and_models_of_others_are_not_there(
    alice: Person, bob: Person, volumes: dict[str, Any]
) -> None:
    (own,) = stored(alice, rock_salt(4.2, 'Fe'))
    assert said(predict(alice, volumes, own))[0]['error'] is None
    assert is_problem(predict(bob, volumes, own), 404)
    alice.http('PUT', f'/nodes/{volumes["uuid"]}/shares', json={'email': bob.email, 'access': 'read'})
    # known by now, and yet not for bob
    assert said(predict(bob, volumes, own))[0]['error'] == f'there is no structure {own}'
    (mine,) = stored(bob, rock_salt(4.2, 'Fe'))
    assert said(predict(bob, volumes, mine))[0]['error'] is None
    alice.http('DELETE', f'/nodes/{volumes["uuid"]}/shares', params={'email': bob.email})
    assert is_problem(predict(bob, volumes, mine), 404)


def test_predictions_are_kept_by_one_process_that_leads_to_the_data(
    alice: Person, volumes: dict[str, Any], salts: dict[str, Any]
) -> None:
    (uuid,) = stored(alice, rock_salt(4.6, 'Mg'))
    more = [given(rock_salt(4.7, 'Mg'), name='mine'), {**given(rock_salt(4.7, 'Mg')), 'symbols': ['Xx', 'O']}]
    answer = predict(alice, volumes, uuid, given=more, store=True)
    first, second, _ = said(answer)
    process = orm.load_node(answer.json()['process'])
    assert (process.process_type, process.user.email) == (
        'aiida.calculations:nanoos.predict',
        alice.email,
    )
    kept = process.outputs.result['predictions']
    for number, one in enumerate((first, second)):
        # AiiDA keeps 14 digits
        assert kept[f'structure_{number}']['value'] == pytest.approx(one['mean'], rel=1e-12)
    assert process.inputs.structure_0.uuid == uuid
    assert process.inputs.structure_1.label == 'mine'
    above = orm.QueryBuilder().append(orm.Dict, filters={'id': process.outputs.result.pk}, tag='answer')
    above.append(Dataset, with_descendants='answer', project='uuid')
    assert above.all(flat=True) == [salts['uuid']]
    lineage = alice.http('GET', f'/nodes/{process.outputs.result.uuid}/graph', params={'depth': 6}).json()
    assert {salts['uuid'], volumes['uuid'], volumes['training']['uuid'], uuid} <= {
        node['uuid'] for node in lineage['nodes']
    }


def test_a_share_opens_no_other_structure_of_a_batch(
    alice: Person, bob: Person, volumes: dict[str, Any]
) -> None:
    one, other = stored(alice, rock_salt(4.61, 'Mg'), rock_salt(4.62, 'Mg'))
    process = predict(alice, volumes, one, other, store=True).json()['process']
    for shared in (one, volumes['uuid']):
        alice.http('PUT', f'/nodes/{shared}/shares', json={'email': bob.email, 'access': 'read'})
    seen = {uuid: bob.http('GET', f'/nodes/{uuid}').status_code for uuid in (one, other, process)}
    alice.http('DELETE', f'/nodes/{volumes["uuid"]}/shares', params={'email': bob.email})
    assert seen == {one: 200, other: 404, process: 404}


def test_nothing_is_kept_that_may_not_be(alice: Person, volumes: dict[str, Any]) -> None:
    (uuid,) = stored(alice, rock_salt(4.6, 'Mg'))
    token = alice.http('POST', '/auth/tokens', json={'name': 'r', 'scopes': ['read']}).json()['token']
    headers = {'Authorization': f'Bearer {token}'}
    body = {'model': volumes['uuid'], 'structures': [uuid]}
    before = count(alice)
    assert alice.http('POST', '/ml/properties', json=body, headers=headers).status_code == 200
    answer = alice.http('POST', '/ml/properties', json={**body, 'store': True}, headers=headers)
    assert is_problem(answer, 403)
    assert is_problem(predict(alice, volumes, *[uuid] * 1001, store=True), 422)
    none = predict(alice, volumes, str(uuid4()), store=True)
    assert (none.status_code, none.json()['process']) == (200, None)
    assert count(alice) == before


@pytest.mark.parametrize(
    'body',
    [
        {'structures': []},
        {'structures': [str(uuid4())] * 5001},
        {'given': [{'symbols': [], 'positions': [], 'cell': [[1, 0, 0]] * 3}]},
        {'given': [{'symbols': ['H'], 'positions': [[0, 0, 1e9]], 'cell': [[9, 0, 0]] * 3}]},
        {'given': [{'symbols': ['<'], 'positions': [[0, 0, 0]], 'cell': [[9, 0, 0]] * 3}]},
        {'structures': ['mine']},
        {'structures': [str(uuid4())], 'more': 1},
    ],
)
def test_what_is_asked_for_is_checked(alice: Person, volumes: dict[str, Any], body: dict[str, Any]) -> None:
    answer = alice.http('POST', '/ml/properties', json={'model': volumes['uuid'], **body})
    assert is_problem(answer, 422)


def test_what_is_no_model_predicts_nothing(alice: Person, salts: dict[str, Any]) -> None:
    for uuid in (salts['uuid'], str(uuid4())):
        assert is_problem(predict(alice, {'uuid': uuid}, str(uuid4())), 404)


def test_a_process_that_is_killed_is_replaced(app: FastAPI, alice: Person, volumes: dict[str, Any]) -> None:
    before = said(predict(alice, volumes, *stored(alice, rock_salt(4.31, 'Cd'))))
    pid = app.state.predictor.pid
    os.kill(pid, signal.SIGKILL)
    after = said(predict(alice, volumes, *stored(alice, *(rock_salt(a, 'Cd') for a in (4.32, 4.33)))))
    assert [one['error'] for one in after] == [None, None]
    assert app.state.predictor.pid not in (pid, None)
    assert before[0]['mean'] < after[0]['mean'] < after[1]['mean']


def test_a_model_that_claims_the_digest_of_another_is_refused(
    alice: Person, bob: Person, volumes: dict[str, Any]
) -> None:
    """Archives bring nodes with any attributes: what the other has said must not be had by its name."""
    (uuid,) = stored(bob, rock_salt(4.31, 'Ni'))
    with acting_as(bob.user):
        claimed = orm.load_node(volumes['uuid']).clone()
        claimed.base.repository.put_object_from_bytes(b'{}', 'model.json')
        claimed._validate = lambda: True  # type: ignore[method-assign]
        claimed.store()
    assert isinstance(claimed, Model)
    answer = predict(bob, {'uuid': claimed.uuid}, uuid)
    assert is_problem(answer, 422)
    assert 'model.json' in answer.json()['detail']


def test_neither_the_api_nor_the_writer_holds_a_network(app: FastAPI, volumes: dict[str, Any]) -> None:
    writer = app.state.writer.pid
    assert 'libtorch' not in Path(f'/proc/{writer}/maps').read_text()
    assert 'libtorch' in Path(f'/proc/{app.state.predictor.pid}/maps').read_text()
    imported = "import sys, api.main; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, '-c', imported], check=True)

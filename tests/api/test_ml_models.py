"""Models over HTTP: trained by a job that can be followed, told with all that is behind them, compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from aiida import orm

from nanoos_plugins.data.model import Model
from tests.api.conftest import Person
from tests.api.learning import TARGET, UNIT, trained
from tests.api.test_auth import is_problem
from tests.api.test_jobs import count, ended


@pytest.fixture(scope='module')
def median(alice: Person, salts: dict[str, Any], volumes: dict[str, Any]) -> dict[str, Any]:
    """Return a model that predicts the median, tested on the same rows."""
    return trained(alice, salts['uuid'], model='dummy')


@pytest.fixture(scope='module')
def network(alice: Person, salts: dict[str, Any], volumes: dict[str, Any]) -> dict[str, Any]:
    """Return a network that was tested on other rows."""
    parameters = {'epochs': 3, 'width': 8}
    return trained(alice, salts['uuid'], model='cgcnn', parameters=parameters, coverage=0.6, seed=5)


def test_a_model_tells_how_good_it_is(volumes: dict[str, Any], salts: dict[str, Any]) -> None:
    node = orm.load_node(volumes['uuid'])
    assert isinstance(node, Model)
    assert (volumes['name'], volumes['kind'], volumes['stage']) == ('volumes', 'student', 'candidate')
    assert (volumes['target'], volumes['unit']) == (TARGET, UNIT)
    assert volumes['metrics'] == node.metrics
    assert (volumes['mae'], volumes['r2']) == (node.metrics['mae'], node.metrics['r2'])
    assert volumes['calibration'] == node.base.attributes.get('calibration')
    assert volumes['settings']['test'] == 0.25
    assert volumes['dataset']['uuid'] == salts['uuid']


def test_parity_is_that_of_rows_it_had_not_seen(volumes: dict[str, Any], salts: dict[str, Any]) -> None:
    parity = volumes['parity']
    targets = orm.load_node(salts['uuid']).targets
    assert len(parity['rows']) == 16
    assert parity['target'] == pytest.approx(targets[parity['rows']])
    errors = np.abs(np.array(parity['mean']) - parity['target'])
    assert errors.mean() == pytest.approx(volumes['mae'])
    assert all(
        low < mean < high
        for low, mean, high in zip(parity['lower'], parity['mean'], parity['upper'], strict=True)
    )


def test_lineage_leads_to_the_training_and_what_made_the_data(
    volumes: dict[str, Any], salts: dict[str, Any]
) -> None:
    behind = {one['entry_point']: one['processes'] for one in volumes['lineage']}
    assert behind == {
        'nanoos.train': [volumes['training']['uuid']],
        'nanoos.import_dataset': [salts['source']['process']],
    }


def test_the_training_is_a_job_with_a_live_curve(alice: Person, volumes: dict[str, Any]) -> None:
    uuid = volumes['training']['uuid']
    job = alice.http('GET', f'/jobs/{uuid}').json()
    assert (job['status'], job['label']) == ('COMPLETED', 'training of volumes')
    live = alice.http('GET', f'/jobs/{uuid}/live').text
    assert '"engine":"Training"' in live
    assert '"name":"of"' in live
    # features of all 64 structures have been made
    assert '"x":[64.0]' in live
    assert is_problem(alice.http('GET', f'/jobs/{uuid}/resubmission'), 404)


def test_a_network_tells_its_loss_epoch_by_epoch(alice: Person, network: dict[str, Any]) -> None:
    live = alice.http('GET', f'/jobs/{network["training"]["uuid"]}/live').text
    assert '"name":"loss","unit":"","along":"epoch"' in live
    assert network['settings']['parameters'] == {'epochs': 3, 'width': 8}


def test_lists_are_filtered(alice: Person, volumes: dict[str, Any], median: dict[str, Any]) -> None:
    def listed(**query: Any) -> list[str]:
        return [one['uuid'] for one in alice.http('GET', '/ml/models', params=query).json()['items']]

    both = [one for one in listed() if one in (median['uuid'], volumes['uuid'])]
    assert both == [median['uuid'], volumes['uuid']]
    assert listed(target=TARGET, name='volumes', stage='candidate')[-1] == volumes['uuid']
    assert listed(target='another') == listed(name='another') == listed(stage='archived') == []
    row = alice.http('GET', '/ml/models').json()['items'][-1]
    assert row == {key: volumes[key] for key in row}
    assert is_problem(alice.http('GET', '/ml/models', params={'stage': 'good'}), 422)


def test_models_of_the_same_test_are_compared(
    alice: Person, volumes: dict[str, Any], median: dict[str, Any]
) -> None:
    query = {'uuid': [volumes['uuid'], median['uuid']]}
    answer = alice.http('GET', '/ml/models/compare', params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    first, second = found['models']
    assert (found['rows'], found['target']) == (volumes['parity']['rows'], volumes['parity']['target'])
    assert (first['difference'], first['difference_error']) == (0, 0)
    assert second['difference'] == pytest.approx(median['mae'] - volumes['mae'])
    errors = [np.abs(np.array(one['mean']) - found['target']) for one in (first, second)]
    apart = errors[1] - errors[0]
    assert second['difference_error'] == pytest.approx(np.sqrt(apart.var(ddof=1) / 16))
    # worse than the model, and that is no chance
    assert second['difference'] > 3 * second['difference_error']


def test_others_are_not(alice: Person, volumes: dict[str, Any], network: dict[str, Any]) -> None:
    answer = alice.http('GET', '/ml/models/compare', params={'uuid': [volumes['uuid'], network['uuid']]})
    assert is_problem(answer, 409)
    assert 'other rows of data set' in answer.json()['detail']
    for wrong in ([volumes['uuid']], [str(uuid4())] * 21):
        assert is_problem(alice.http('GET', '/ml/models/compare', params={'uuid': wrong}), 422)
    wrong = {'uuid': [volumes['uuid'], str(uuid4())]}
    assert is_problem(alice.http('GET', '/ml/models/compare', params=wrong), 404)


def test_its_owner_says_its_stage(alice: Person, bob: Person, median: dict[str, Any]) -> None:
    path = f'/ml/models/{median["uuid"]}'
    answer = alice.http('PATCH', path, json={'stage': 'production'})
    assert answer.json() == {**median, 'stage': 'production'}
    assert (
        alice.http('GET', '/ml/models', params={'stage': 'production'}).json()['items'][0]['uuid']
        == (median['uuid'])
    )
    for body in ({'stage': 'good'}, {}, {'stage': 'archived', 'name': 'other'}):
        assert is_problem(alice.http('PATCH', path, json=body), 422)
    assert is_problem(bob.http('PATCH', path, json={'stage': 'archived'}), 404)
    alice.http('PUT', f'/nodes/{median["uuid"]}/shares', json={'email': bob.email, 'access': 'write'})
    assert is_problem(bob.http('PATCH', path, json={'stage': 'archived'}), 403)
    seen = bob.http('GET', path).json()
    assert (seen['stage'], seen['dataset'], seen['training'], seen['parity']) == ('production',) + (None,) * 3
    alice.http('DELETE', f'/nodes/{median["uuid"]}/shares', params={'email': bob.email})


def test_others_see_no_model(bob: Person, volumes: dict[str, Any], sign_up: Callable[..., Person]) -> None:
    assert is_problem(bob.http('GET', f'/ml/models/{volumes["uuid"]}'), 404)
    query = {'uuid': [volumes['uuid'], volumes['uuid'].replace('-', '')]}
    assert is_problem(bob.http('GET', '/ml/models/compare', params=query), 404)
    assert sign_up('dora').http('GET', '/ml/models').json() == {'items': [], 'after': None}


def test_kinds_tell_their_parameters(alice: Person) -> None:
    found = alice.http('GET', '/ml/kinds').json()
    kinds = {kind['name']: kind for kind in found['kinds']}
    assert {'dummy', 'ridge', 'gp', 'student', 'cgcnn'} <= set(kinds)
    epochs = kinds['cgcnn']['parameters']['properties']['epochs']
    assert (epochs['type'], epochs['default']) == ('integer', 40)
    assert epochs['description'] == 'most passes over the data'
    assert 'watch' not in kinds['cgcnn']['parameters']['properties']
    assert found['training']['properties']['test']['default'] == 0.2
    assert 'chgnet-0.3.0' in found['pretrained']


def test_a_key_gives_one_training(alice: Person, salts: dict[str, Any], volumes: dict[str, Any]) -> None:
    headers = {'Idempotency-Key': f'train {uuid4()}'.replace(' ', '-')}
    body = {'dataset': salts['uuid'], 'name': 'once', 'settings': {'model': 'dummy', 'calibration': 0.3}}
    first = alice.http('POST', '/ml/train', json=body, headers=headers)
    again = alice.http('POST', '/ml/train', json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()['uuid'] == again.json()['uuid']
    other = {**body, 'name': 'twice'}
    assert is_problem(alice.http('POST', '/ml/train', json=other, headers=headers), 409)
    # those who count nodes after this one must not meet what it still stores
    assert ended(alice, first.json()['uuid'])['status'] == 'COMPLETED'


@pytest.mark.parametrize(
    ('changes', 'status', 'said'),
    [
        ({'settings': {'model': 'oracle'}}, 422, "there is no model 'oracle'; there are dummy"),
        ({'settings': {'model': 'gp', 'parameters': {'depth': 3}}}, 422, 'parameters.depth'),
        ({'settings': {'model': 'gp', 'parameters': {'subset': 'all'}}}, 422, 'parameters.subset'),
        ({'settings': {'parameters': {'watch': 1}}}, 422, 'parameters.watch'),
        ({'settings': {'pretrained': 'mine'}}, 422, "pretrained: there is no 'mine'"),
        ({'settings': {'test': 2}}, 422, 'less than 0.9'),
        ({'settings': {'seed': 2**70}}, 422, '64'),
        ({'settings': {'parameters': {'seed': 2**70}}}, 422, '64'),
        ({'dataset': str(uuid4())}, 404, 'there is no data set'),
        ({'name': ''}, 422, 'name'),
        ({'code': str(uuid4())}, 404, 'there is no code'),
        ({'options': {'custom_scheduler_commands': 'rm'}}, 422, 'options'),
        ({'options': {'priority': 'high'}}, 422, 'priority'),
    ],
)
def test_what_cannot_be_trained_stores_nothing(
    alice: Person, salts: dict[str, Any], volumes: dict[str, Any], changes: Any, status: int, said: str
) -> None:
    before = count(alice)
    answer = alice.http('POST', '/ml/train', json={'dataset': salts['uuid'], 'name': 'none', **changes})
    assert is_problem(answer, status)
    assert said in answer.json()['detail']
    assert count(alice) == before


def test_nobody_trains_on_the_data_of_others(
    bob: Person, salts: dict[str, Any], volumes: dict[str, Any]
) -> None:
    body = {'dataset': salts['uuid'], 'name': 'stolen'}
    assert is_problem(bob.http('POST', '/ml/train', json=body), 404)


def test_a_code_of_another_program_trains_nothing(
    alice: Person, salts: dict[str, Any], volumes: dict[str, Any]
) -> None:
    from nanoos_plugins.install.profile import COMPUTER
    from nanoos_plugins.storage.owner import acting_as, system_user

    with acting_as(system_user()):
        code = orm.InstalledCode(
            orm.load_computer(COMPUTER), '/bin/true', default_calc_job_plugin='core.arithmetic.add'
        ).store()
    body = {'dataset': salts['uuid'], 'name': 'none', 'code': code.uuid}
    answer = alice.http('POST', '/ml/train', json=body)
    assert is_problem(answer, 422)
    assert 'expected one for nanoos.mlip' in answer.json()['detail']

"""Fine-tuned models as potentials over HTTP: nobody runs what they do not see, by whatever name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiida import orm

from nanoos_plugins.data.model import Model
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.storage.owner import acting_as, system_user
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_chains import own, with_step
from tests.api.test_jobs import new_job, structure_of
from tests.data.learnt import learnt
from tests.data.potentials import potential_of


@pytest.fixture(scope='module')
def ada(sign_up: Callable[..., Person], daemon: None) -> Person:
    system_templates()
    return sign_up('ada')


@pytest.fixture(scope='module')
def bert(sign_up: Callable[..., Person], daemon: None) -> Person:
    return sign_up('bert')


@pytest.fixture(scope='module')
def model(ada: Person, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return a fine-tuned model of ada's."""
    return potential_of(ada.user, tmp_path_factory.mktemp('potential'), 'hers')


@pytest.fixture(scope='module')
def asked(sleeper: orm.InstalledCode) -> Callable[..., Any]:
    """Return the function that asks for a simulation by a potential."""

    def ask(person: Person, potential: Any, **changes: Any) -> Any:
        settings = {} if potential is None else {'potential': potential}
        body = {'template': 'mlip', 'code': sleeper.uuid, 'settings': settings, **changes}
        return person.http('POST', '/jobs', json=new_job(structure_of(person), **body))

    return ask


@pytest.fixture(scope='module')
def kill() -> Callable[[Person, Any], orm.ProcessNode]:
    """Return the function that ends a job which was submitted, and returns its node."""

    def end(person: Person, answer: Any) -> orm.ProcessNode:
        assert answer.status_code == 201, answer.text
        uuid = answer.json()['uuid']
        person.http('POST', f'/jobs/{uuid}/kill')
        node: orm.ProcessNode = orm.load_node(uuid)  # type: ignore[assignment]
        return node

    return end


def jobs_of(person: Person) -> int:
    """Return how many processes somebody has."""
    query = orm.QueryBuilder().append(orm.User, filters={'id': person.user.pk}, tag='user')
    return query.append(orm.ProcessNode, with_user='user').count()


def test_ones_own_is_run_by_its_uuid_or_name_and_is_the_one_of_that_time(
    ada: Person, model: Model, asked: Callable[..., Any], kill: Callable[..., orm.ProcessNode]
) -> None:
    for potential in (model.uuid, 'hers'):
        job = kill(ada, asked(ada, potential))
        assert job.inputs.parameters['potential'] == model.uuid


def test_that_of_another_is_as_if_it_were_not_there(
    bert: Person, model: Model, asked: Callable[..., Any]
) -> None:
    with acting_as(bert.user):
        template = Template('stolen', 'mlip', {'potential': model.uuid}).store()
    before = jobs_of(bert)
    missing = '0' * 8 + model.uuid[8:]
    for potential, status in (
        (model.uuid, 404),
        (missing, 404),
        (model.uuid.replace('-', ''), 404),
        # keys say nothing over HTTP, whosever they are
        (str(model.pk), 404),
        (model.pk, 404),
        ('hers', 422),
        (['hers'], 422),
    ):
        assert is_problem(asked(bert, potential), status), potential
    hidden, none = (asked(bert, one).json()['detail'] for one in (model.uuid, missing))
    assert hidden.replace(model.uuid, missing) == none
    # nor by a template, in a chain, or in parameters that are a node
    assert is_problem(asked(bert, None, template=template.uuid), 404)
    chain = with_step(template='mlip', settings={'potential': model.uuid}, take={})
    assert is_problem(own(bert, chain), 404)
    with acting_as(system_user()):
        plain = load_template('mlip')
    with acting_as(bert.user):
        parameters = orm.Dict({'potential': model.uuid}).store()
    inputs = {'template': {'uuid': plain.uuid}, 'parameters': {'uuid': parameters.uuid}}
    inputs['structure'] = {'uuid': structure_of(bert).uuid}
    assert is_problem(bert.http('POST', '/processes/nanoos.relax/submit', json={'inputs': inputs}), 404)
    assert jobs_of(bert) == before


def test_one_that_is_shared_is_run(
    ada: Person,
    bert: Person,
    model: Model,
    asked: Callable[..., Any],
    kill: Callable[..., orm.ProcessNode],
) -> None:
    path = f'/nodes/{model.uuid}/shares'
    ada.http('PUT', path, json={'email': bert.email, 'access': 'read'})
    job = kill(bert, asked(bert, model.uuid))
    assert job.inputs.parameters['potential'] == model.uuid
    # its name is still that of a model of bert's own, if he had one
    assert is_problem(asked(bert, 'hers'), 422)
    ada.http('DELETE', path, params={'email': bert.email})
    assert is_problem(asked(bert, model.uuid), 404)


def test_other_kinds_of_models_are_no_potentials(
    ada: Person, asked: Callable[..., Any], tmp_path: Path
) -> None:
    learnt().save(tmp_path, pretrained='chgnet-0.3.0', metrics={'mae': 8.0})
    with acting_as(ada.user):
        dummy = Model('K', 'K', 'GPa', tmp_path).store()
        structure = structure_of(ada)
    answer = asked(ada, dummy.uuid)
    assert is_problem(answer, 422)
    assert 'of kind dummy, expected chgnet' in answer.json()['detail']
    answer = asked(ada, structure.uuid)
    assert is_problem(answer, 422)
    assert 'StructureData, expected Model' in answer.json()['detail']

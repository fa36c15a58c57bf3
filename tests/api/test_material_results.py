"""What completed jobs computed of a material: of its structures, by engine, with units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nanoos_plugins.data.template import system_templates
from tests.api.conftest import Person
from tests.api.test_jobs import ended


@pytest.fixture(scope='module')
def done(sign_up: Callable[..., Person], daemon: None) -> tuple[Person, str, list[str]]:
    """Return somebody, their material, and its jobs: a relaxation, and one of what came of it."""
    system_templates()
    person = sign_up()
    made = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Cu'}}).json()
    structure, jobs = made['uuid'], []
    for workflow in ('relax', 'eos', 'eos'):
        body = {'workflow': workflow, 'structure': structure, 'template': 'mock', 'protocol': 'fast'}
        if len(jobs) == 2:
            # No fit is that good: this one fails.
            body['settings'] = {'residual_limit': 1e-12}
        job = person.http('POST', '/jobs', json=body)
        assert job.status_code == 201, job.text
        jobs.append(job.json()['uuid'])
        whole = ended(person, jobs[-1])
        if workflow == 'relax':
            structure = next(link['uuid'] for link in whole['outputs'] if link['label'] == 'structure')
    return person, made['material_id'], jobs


def test_results_stand_by_engine_and_quantity(done: tuple[Person, str, list[str]]) -> None:
    person, material_id, (relax, eos, _) = done
    found = person.http('GET', f'/materials/{material_id}/results').json()['items']
    assert [(one['job'], one['workflow']) for one in found] == [(eos, 'nanoos.eos'), (relax, 'nanoos.relax')]
    assert {(one['engine'], one['formula'], one['number_of_atoms']) for one in found} == {('mock', 'Cu', 1)}
    fitted, relaxed = ({one['name']: one for one in result['quantities']} for result in found)
    assert relaxed['energy']['unit'] == relaxed['energy_per_atom']['unit'] == 'eV'
    assert relaxed['energy']['value'] == pytest.approx(relaxed['energy_per_atom']['value'])
    assert 'engine' not in relaxed
    assert fitted['bulk_modulus']['unit'] == 'GPa'
    assert fitted['energy']['value'] == pytest.approx(relaxed['energy']['value'], abs=1e-3)


def test_pages_and_others(done: tuple[Person, str, list[str]], sign_up: Callable[..., Person]) -> None:
    person, material_id, (relax, eos, _) = done
    path = f'/materials/{material_id}/results'
    first: dict[str, Any] = person.http('GET', f'{path}?limit=1').json()
    rest = person.http('GET', f'{path}?limit=1&after={first["after"]}').json()
    assert [one['job'] for one in first['items'] + rest['items']] == [eos, relax]
    assert rest['after'] is None
    other = sign_up()
    assert other.http('GET', path).status_code == 404
    share = {'email': other.email, 'access': 'read'}
    assert person.http('PUT', f'/materials/{material_id}/shares', json=share).status_code == 200
    assert [one['job'] for one in other.http('GET', path).json()['items']] == [eos, relax]

"""Builders over HTTP: what there is, and what one would make, without a trace."""

from __future__ import annotations

import jsonschema  # type: ignore[import-untyped]
import numpy as np

from api.routes.builders import FROM_STRUCTURE
from nanoos_plugins.data.structure_view import MOST_ATOMS
from tests.api.conftest import Person
from tests.api.test_auth import is_problem
from tests.api.test_materials import nodes
from tests.api.test_structures import build, made


def test_builders_tell_their_parameters_with_units(alice: Person) -> None:
    found = {one['name']: one for one in alice.http('GET', '/structures/builders').json()}
    assert [name for name, one in found.items() if one['from_structure']] == list(FROM_STRUCTURE)
    for one in found.values():
        jsonschema.Draft7Validator.check_schema(one['parameters'])
        assert one['description']
        # What has no default has an example, with which a form can begin.
        for key in one['parameters'].get('required', ()):
            assert one['parameters']['properties'][key]['examples'], (one['name'], key)
    vacuum = found['nanoparticle']['parameters']['properties']['vacuum']
    assert (vacuum['unit'], vacuum['default'], vacuum['minimum']) == ('Å', 15, 1)
    assert found['nanotube']['parameters']['required'] == ['n']


def test_a_preview_is_what_would_be_built_and_stores_nothing(alice: Person) -> None:
    start = made(build(alice, 'bulk', {'formula': 'Cu', 'cubic': True}))
    before = nodes()
    answer = build(alice, 'supercell/preview', {'repeat': [2, 1, 1]}, structure=start['uuid'])
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert nodes() == before
    assert (found['formula'], found['number_of_atoms'], found['dimensionality']) == ('Cu', 8, 3)
    assert len(found['view']['positions']) == 23
    double = made(build(alice, 'supercell', {'repeat': [2, 1, 1]}, structure=start['uuid']))
    np.testing.assert_allclose(found['positions'], double['positions'])
    np.testing.assert_allclose(found['cell'], double['cell'])


def test_a_preview_of_what_is_too_much_to_draw_says_so(alice: Person) -> None:
    answer = build(alice, 'nanotube/preview', {'n': 10, 'm': 9, 'length': 20})
    assert answer.status_code == 200, answer.text
    assert answer.json()['number_of_atoms'] == 21_680 > MOST_ATOMS
    assert answer.json()['view'] is None


def test_a_preview_is_refused_like_what_it_is_of(alice: Person, bob: Person) -> None:
    hidden = made(build(bob, 'bulk', {'formula': 'Cu'}))['uuid']
    before = nodes()
    assert is_problem(build(alice, 'supercell/preview', {'repeat': [2, 1, 1]}, structure=hidden), 404)
    for builder, parameters in (('bulk', {}), ('supercell', {'repeat': [2, 1, 1]}), ('nothing', {})):
        assert is_problem(build(alice, f'{builder}/preview', parameters), 422), builder
    unknown = build(alice, 'bulk/preview', {'formula': 'Cu'}, name='copper')
    assert is_problem(unknown, 422)
    wrong = build(alice, 'nanotube/preview', {'n': 3, 'bond': 'long'})
    assert is_problem(wrong, 422)
    assert 'bond' in wrong.json()['detail']
    assert nodes() == before

"""Materials: attributes, revisions, identity."""

from __future__ import annotations

from typing import Any

import pytest
from aiida.common.exceptions import ModificationNotAllowed, NotExistent

from nanoos_plugins.data.material import Material, check_formula, load_material, load_revision, newest


def test_attributes_come_back_from_the_database() -> None:
    made = Material('Kupfer', 'Cu', 'ein Metall', ['metal', 'fcc'], {'supplier': {'lot': 7}}).store()
    found = load_revision(made.uuid)
    assert (found.name, found.formula, found.description) == ('Kupfer', 'Cu', 'ein Metall')
    assert (found.tags, found.metadata) == (['metal', 'fcc'], {'supplier': {'lot': 7}})
    assert (found.revision, found.archived, found.label) == (1, False, 'Kupfer')


def test_a_stored_revision_cannot_change() -> None:
    made = Material('fixed').store()
    with pytest.raises(ModificationNotAllowed):
        made.description = 'changed'


def test_a_revision_keeps_the_identity_and_what_did_not_change() -> None:
    first = Material('a', 'MgO', tags=['oxide'])
    second = first.revised({'description': 'new'})
    assert second.material_id == first.material_id
    assert (second.revision, second.description) == (2, 'new')
    assert (second.name, second.formula, second.tags) == ('a', 'MgO', ['oxide'])
    assert second.uuid != first.uuid


def test_two_materials_are_two_even_when_alike() -> None:
    assert Material('a', 'Cu').material_id != Material('a', 'Cu').material_id


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'colour': 'red'}, 'a material has no colour to change'),
        ({'material_id': 'x'}, 'a material has no material_id to change'),
        ({'name': 'a'}, 'nothing to revise'),
        ({}, 'nothing to revise'),
        ({'formula': 'Xx2'}, 'Xx is not a chemical element'),
        ({'tags': 'metal'}, 'expected a list of words'),
        ({'archived': 1}, 'expected true or false'),
        ({'metadata': []}, None),
    ],
)
def test_changes_that_are_refused(changes: dict[str, Any], reason: str | None) -> None:
    material = Material('a', metadata={'b': 1})
    if reason is None:
        assert material.revised(changes).metadata == {}
        return
    with pytest.raises(ValueError, match=reason):
        material.revised(changes)


@pytest.mark.parametrize('formula', ['Cu', 'SiO2', 'Ca(OH)2', 'La0.7Sr0.3MnO3', '[Fe(CN)6]'])
def test_formulas(formula: str) -> None:
    check_formula(formula)


@pytest.mark.parametrize('formula', ['', 'cu', 'Xx', '2Cu', 'Cu O', 'Ca(OH', 7])
def test_what_is_no_formula(formula: Any) -> None:
    with pytest.raises(ValueError, match='formula'):
        check_formula(formula)


@pytest.mark.parametrize('name', ['', ' ', 'x' * 201, None])
def test_what_is_no_name(name: Any) -> None:
    with pytest.raises(ValueError, match='name of a material: expected 1 to 200 characters'):
        Material(name)


def test_newest_by_identity_name_pk_and_uuid() -> None:
    first = Material('nickel-for-lookup', 'Ni').store()
    second = first.revised({'description': 'pure'}).store()
    for identifier in (first.material_id, 'nickel-for-lookup', first.pk, first.uuid, second.pk):
        assert load_material(identifier).uuid == second.uuid
    assert load_revision(first.uuid).uuid == first.uuid
    assert load_revision(first.material_id).uuid == second.uuid


def test_a_name_of_several_is_ambiguous() -> None:
    ids = {Material('twin').store().material_id for _ in range(2)}
    with pytest.raises(ValueError, match="2 materials are called 'twin'") as caught:
        load_material('twin')
    assert all(one in str(caught.value) for one in ids)


def test_a_name_given_up_is_free() -> None:
    Material('old-name').store().revised({'name': 'new-name'}).store()
    with pytest.raises(NotExistent, match="no material 'old-name'"):
        load_material('old-name')


def test_unknown_identity() -> None:
    with pytest.raises(NotExistent, match='nanoos material list'):
        newest('00000000-0000-0000-0000-000000000000')


def test_a_material_survives_serialisation() -> None:
    made = Material('a', 'Cu', 'b', ['c'], {'d': 1})
    assert Material.from_serialized(made.serialize()).base.attributes.all == made.base.attributes.all

"""Templates: attributes, the system's own, and how they are found."""

from __future__ import annotations

from typing import Any

import pytest
from aiida.common.exceptions import NotExistent

from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.install.profile import add_user
from nanoos_plugins.storage.owner import SYSTEM_EMAIL, acting_as


def test_every_engine_has_a_system_template_that_it_takes() -> None:
    templates = system_templates()
    assert {template.engine for template in templates} == set(engine_names())
    for template in templates:
        load_engine(template.engine).validate(template.parameters)
        assert template.origin == 'system'
        assert template.user.email == SYSTEM_EMAIL
        assert template.description


def test_system_templates_are_stored_once() -> None:
    assert [one.pk for one in system_templates()] == [one.pk for one in system_templates()]


def test_somebody_elses_system_template_is_not_the_systems() -> None:
    with acting_as(add_user('template-forger@nanoos.test')):
        forged = Template('mock', 'mock', {'epsilon': 9.0}, origin='system').store()
    assert forged.pk not in [one.pk for one in system_templates()]
    assert load_template('mock').pk != forged.pk


def test_a_users_template_goes_before_the_systems() -> None:
    system_templates()
    with acting_as(add_user('template-maker@nanoos.test')):
        Template('lammps-eam-cu', 'lammps', {'potential': 'Cu_mishin1.eam.alloy'}).store()
        mine = Template('lammps-eam-cu', 'lammps', {'potential': 'Cu_u3.eam'}).store()
        found = load_template('lammps-eam-cu')
        assert (found.uuid, found.origin) == (mine.uuid, 'user')
        assert load_template(mine.pk or 0).uuid == load_template(mine.uuid).uuid == mine.uuid
    assert load_template('lammps-eam-cu').origin == 'system'


def test_unknown_template() -> None:
    with pytest.raises(NotExistent, match='nanoos template list'):
        load_template('no such template')


@pytest.mark.parametrize(
    ('attributes', 'reason'),
    [
        ({'name': '', 'engine': 'qe'}, 'name of a template'),
        ({'name': 'a', 'engine': ' '}, 'engine of a template'),
        ({'name': 'a', 'engine': 'qe', 'origin': 'other'}, 'expected system or user'),
        ({'name': 'a', 'engine': 'qe', 'description': 7}, 'description of a template'),
    ],
)
def test_attributes_that_are_refused(attributes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Template(**attributes)

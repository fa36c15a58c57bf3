"""Families of pseudopotentials: one's own, the instance's and shared ones; others are not there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiida import orm
from aiida_pseudo.groups.family.pseudo import PseudoPotentialFamily
from ase.build import bulk

from nanoos_plugins.engines.pseudopotentials import pseudos_of, recommended_cutoffs
from nanoos_plugins.storage.owner import acting_as, system_user
from nanoos_plugins.storage.shares import share


def user(name: str) -> orm.User:
    return orm.User(email=f'{name}-{uuid4()}@nanoos.test').store()


def family_of(owner: orm.User) -> PseudoPotentialFamily:
    with acting_as(owner):
        return PseudoPotentialFamily(label=f'family-{uuid4()}').store()


def said(label: str) -> str:
    """Return what is said of a family, which has no pseudopotentials at all."""
    with pytest.raises(ValueError) as error:
        pseudos_of(orm.StructureData(ase=bulk('Si')), label)
    return str(error.value).replace(label, '…')


def test_another_users_family_is_as_if_it_were_not_there(profile: object) -> None:
    ada, bob = user('ada'), user('bob')
    theirs, own, provided = family_of(bob), family_of(ada), family_of(system_user())
    with acting_as(ada):
        unknown = said(f'family-{uuid4()}')
        assert said(theirs.label) == unknown
        assert "no pseudopotential family '…'" in unknown
        with pytest.raises(ValueError, match='no pseudopotential family'):
            recommended_cutoffs(orm.StructureData(ase=bulk('Si')), theirs.label, 'normal')
        for family in (own, provided):
            assert 'has no pseudopotential of Si' in said(family.label)
    with acting_as(bob):
        share(theirs, ada)
    with acting_as(ada):
        assert 'has no pseudopotential of Si' in said(theirs.label)

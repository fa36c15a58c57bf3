"""Look up pseudopotentials and their recommended cutoffs in the installed families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiida import orm
    from aiida_pseudo.data.pseudo.upf import UpfData


def pseudos_of(structure: orm.StructureData, family_label: str) -> Mapping[str, UpfData]:
    """Return the pseudopotential of every kind of the structure; only those are loaded.

    :raises ValueError: for an element the family does not have, a family that is not installed, or a
        partially occupied site.
    """
    from aiida import orm
    from aiida_pseudo.data.pseudo.upf import UpfData

    if structure.is_alloy or structure.has_vacancies:
        raise ValueError('pseudopotentials need fully occupied sites: build an ordered supercell first')
    family = _family(family_label)
    elements = {kind.name: kind.symbol for kind in structure.kinds}
    query = orm.QueryBuilder().append(type(family), filters={'id': family.pk}, tag='family')
    wanted = {'attributes.element': {'in': sorted(set(elements.values()))}}
    query.append(UpfData, filters=wanted, with_group='family')
    found = {pseudo.element: pseudo for pseudo in query.all(flat=True)}
    missing = sorted(set(elements.values()) - set(found))
    if missing:
        raise ValueError(
            f'{family_label} has no pseudopotential of {", ".join(missing)}: give another pseudo_family '
            f'(`aiida-pseudo list` shows those installed) or take another engine'
        )
    return {kind: found[element] for kind, element in elements.items()}


def recommended_cutoffs(
    structure: orm.StructureData, family_label: str, stringency: str
) -> tuple[float, float]:
    """Return the family's cutoffs of wave functions and density [Ry] for the hardest element.

    :raises ValueError: for a family that is not installed, or recommends none of that stringency.
    """
    family = _family(family_label)
    if not hasattr(family, 'get_recommended_cutoffs'):
        raise ValueError(f'{family_label} recommends no cutoffs: give ecutwfc')
    wfc, rho = family.get_recommended_cutoffs(
        elements=tuple(structure.get_symbols_set()), stringency=stringency, unit='Ry'
    )
    return float(wfc), float(rho)


def _family(label: str) -> Any:
    from aiida import orm
    from aiida_pseudo.groups.family.pseudo import PseudoPotentialFamily

    family = orm.QueryBuilder().append(PseudoPotentialFamily, filters={'label': label}).first(flat=True)
    # Another user's family is as if it were not there, unless it is shared.
    if family is None or not _is_seen(family):
        raise ValueError(
            f'no pseudopotential family {label!r} is installed: run `nanoos engines install qe` for the '
            f'default one, or `aiida-pseudo install` for others'
        )
    return family


def _is_seen(group: orm.Group) -> bool:
    """Return whether who acts sees a group."""
    from aiida import orm

    from nanoos_plugins.graph.groups import find_group
    from nanoos_plugins.storage.shares import Viewer

    me = orm.User.collection.get_default()
    assert me is not None and me.pk is not None
    try:
        find_group(group.uuid, Viewer(me.pk))
    except LookupError:
        return False
    return True

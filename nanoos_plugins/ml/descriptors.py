"""Scalar descriptors of a structure, by name and with unit: what people know a material by."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
from pymatgen.core import Element, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer, SymmetryUndeterminedError

from nanoos_plugins.ml.graph import formula_of, neighbour_graph

#: Properties of the elements, from pymatgen's tables, and their units.
ELEMENTAL: dict[str, tuple[str, Callable[[Element], float | None]]] = {
    'electronegativity': ('', lambda one: one.X),
    'radius': ('Å', lambda one: one.atomic_radius),
    'mass': ('u', lambda one: one.atomic_mass),
    'group': ('', lambda one: one.group),
    'period': ('', lambda one: one.row),
    'ionization_energy': ('eV', lambda one: one.ionization_energy),
    'melting_point': ('K', lambda one: one.melting_point),
}
#: Statistics over the atoms of a structure; `spread` is the standard deviation.
STATISTICS = ('mean', 'spread', 'smallest', 'largest')
#: Of the structure itself.
STRUCTURAL = {
    'atoms': '',
    'elements': '',
    'density': 'kg/m³',
    'volume_per_atom': 'Å³',
    'packing_fraction': '',
    'nearest_distance': 'Å',
    'coordination': '',
    'space_group': '',
    'valence_electrons': '',
    'odd_electrons': '',
    'charge_balanced': '',
}
#: All descriptors by name, and their units.
DESCRIPTORS = {
    **{f'{name}_{how}': unit for name, (unit, _) in ELEMENTAL.items() for how in STATISTICS},
    **STRUCTURAL,
}
#: Those of the crystal, whichever of its cells is given: what a model may learn from.
OF_CRYSTAL = tuple(name for name in DESCRIPTORS if name != 'atoms')
#: Neighbours no farther than so many times the nearest are in the first shell.
SHELL = 1.2
#: Tolerance [Å] in which atoms are where symmetry puts them.
SYMMETRY = 0.01

Floats = npt.NDArray[np.float64]


def describe(structures: Sequence[Structure]) -> Floats:
    """Return (n_structures, n_descriptors) in the order and units of `DESCRIPTORS`.

    NaN where there is none: a property that the tables do not have for an element of the structure (the
    electronegativity of argon), density and packing of what is not periodic in all directions, a distance
    when no neighbour is within 6 Å, a space group that is not found. `density` is that of the cell;
    `packing_fraction` the volume of spheres of the atomic radii over that of the cell;
    `nearest_distance` the shortest; `coordination` the mean number of neighbours within 1.2 times an atom's
    nearest distance (fcc 12, NaCl 6, diamond 4; bcc 14, with its second shell); `valence_electrons` those per
    atom, d electrons among them; `odd_electrons` 1 when their number in the primitive cell is odd, so that no
    band can be just full, else 0; `charge_balanced` 1 when common oxidation states add up to 0, else 0.

    :raises ValueError: for a structure with shared sites, or with atoms at the same place.
    """
    return np.array([_row(structure) for structure in structures]).reshape(-1, len(DESCRIPTORS))


def describe_crystals(structures: Sequence[Structure]) -> Floats:
    """Return `describe` without what depends on the cell: (n_structures, n_descriptors), see `OF_CRYSTAL`."""
    return describe(structures)[:, [name in OF_CRYSTAL for name in DESCRIPTORS]]


def _row(structure: Structure) -> list[float]:
    composition = structure.composition.fractional_composition
    weights = np.array(list(composition.values()))
    statistics: list[float] = []
    for name in ELEMENTAL:
        values = np.array([_elemental(element.symbol, name) for element in composition])
        mean = float(weights @ values)
        spread = math.sqrt(float(weights @ (values - mean) ** 2))
        statistics += [mean, spread, float(values.min()), float(values.max())]
    return [*statistics, *_structural(structure)]


def _structural(structure: Structure) -> list[float]:
    nearest, coordination = _shell(structure)
    whole = all(structure.lattice.pbc)
    radii = np.array([_elemental(one.symbol, 'radius') for one in structure.species])
    space_group, primitive = _symmetry(structure)
    electrons = sum(_valence(one) for one in structure.species)
    return [
        len(structure),
        len(structure.composition.elements),
        float(structure.density) * 1000 if whole else math.nan,
        structure.volume / len(structure) if whole else math.nan,
        float((4 / 3 * math.pi * radii**3).sum() / structure.volume) if whole else math.nan,
        nearest,
        coordination,
        space_group,
        electrons / len(structure),
        float(round(electrons * primitive) % 2),
        float(_balanced(structure)),
    ]


def _shell(structure: Structure) -> tuple[float, float]:
    """Return nearest distance [Å] and mean number of neighbours in the first shell."""
    graph = neighbour_graph([structure])
    if not len(graph.distances):
        return math.nan, math.nan
    nearest = np.full(len(structure), np.inf)
    np.minimum.at(nearest, graph.edges[0], graph.distances)
    inside = graph.distances <= SHELL * nearest[graph.edges[0]]
    return float(graph.distances.min()), float(inside.sum()) / len(structure)


def _symmetry(structure: Structure) -> tuple[float, float]:
    """Return the number of the space group, NaN without one, and the primitive cell's share of the atoms."""
    if not all(structure.lattice.pbc):
        return math.nan, 1.0
    try:
        found = SpacegroupAnalyzer(structure, symprec=SYMMETRY).get_symmetry_dataset()
    except SymmetryUndeterminedError:
        raise ValueError(
            f'{formula_of(structure)}: no symmetry can be found, not even none: are two atoms at one place?'
        ) from None
    if found is None:
        return math.nan, 1.0
    return float(found.number), len(set(found.mapping_to_primitive)) / len(structure)


def _valence(element: Element) -> int:
    """Return the electrons outside the noble gas and full d and f shells of lower periods."""
    group = int(element.group)
    if element.symbol == 'He':
        return 2
    return group if group <= 12 else group - 10


def _balanced(structure: Structure) -> bool:
    """Return whether common oxidation states add up to 0, the most electronegative element's below 0."""
    counts = {Element(symbol): count for symbol, count in structure.composition.get_el_amt_dict().items()}
    if len(counts) == 1:
        return False
    order = sorted(counts, key=lambda one: _elemental(one.symbol, 'electronegativity'))
    states = [one.common_oxidation_states or (0,) for one in order]
    states[-1] = tuple(state for state in states[-1] if state < 0)
    sums = (
        sum(state * counts[one] for state, one in zip(few, order, strict=True)) for few in product(*states)
    )
    return any(abs(total) < 1e-6 for total in sums)


@cache
def _elemental(symbol: str, name: str) -> float:
    """Return a property of an element, NaN when the table has none."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # pymatgen warns of each gap of its tables
        value = ELEMENTAL[name][1](Element(symbol))
    return math.nan if value is None else float(value)

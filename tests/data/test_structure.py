"""The queryable attributes of structures."""

from __future__ import annotations

import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk, fcc111, graphene, molecule, nanotube

from nanoos_plugins.data.structure import describe, dimensionality
from nanoos_plugins.data.structure_export import FORMATS, export_text
from nanoos_plugins.data.structure_file import parse


def described(atoms: Atoms) -> dict[str, object]:
    structure = describe(orm.StructureData(ase=atoms), 'uploaded', 'CIF')
    keys = ('formula', 'number_of_atoms', 'dimensionality', 'space_group')
    return {key: structure.base.attributes.get(key) for key in keys}


@pytest.mark.parametrize(
    ('atoms', 'formula', 'count', 'dimensions', 'group'),
    [
        (bulk('Cu', cubic=True), 'Cu', 4, 3, 'Fm-3m (225)'),
        (bulk('Si'), 'Si', 2, 3, 'Fd-3m (227)'),
        (bulk('NaCl', 'rocksalt', a=5.64, cubic=True), 'NaCl', 8, 3, 'Fm-3m (225)'),
        (bulk('Mg'), 'Mg', 2, 3, 'P6_3/mmc (194)'),
        (fcc111('Cu', (1, 1, 4), vacuum=8), 'Cu', 4, 2, None),
        (graphene(vacuum=8), 'C', 2, 2, None),
        (nanotube(6, 0, vacuum=8), 'C', 24, 1, None),
        (molecule('C60', vacuum=8), 'C60', 60, 0, None),
    ],
)
def test_known_structures(atoms: Atoms, formula: str, count: int, dimensions: int, group: str | None) -> None:
    expected = {
        'formula': formula,
        'number_of_atoms': count,
        'dimensionality': dimensions,
        'space_group': group,
    }
    assert described(atoms) == expected


def test_vacuum_counts_when_the_format_knows_only_crystals() -> None:
    slab = fcc111('Cu', (2, 2, 3), vacuum=8)
    slab.pbc = True
    assert dimensionality(slab) == 2
    # Moving the slab across the cell's boundary changes nothing.
    slab.positions[:, 2] += 10
    slab.wrap()
    assert dimensionality(slab) == 2


def test_layered_crystals_are_three_dimensional() -> None:
    graphite = Atoms(
        'C4',
        scaled_positions=[[0, 0, 0], [1 / 3, 2 / 3, 0], [0, 0, 0.5], [2 / 3, 1 / 3, 0.5]],
        cell=[2.46, 2.46, 6.71, 90, 90, 120],
        pbc=True,
    )
    assert dimensionality(graphite) == 3


def test_attributes_can_be_queried() -> None:
    structure = describe(orm.StructureData(ase=bulk('Ir')), 'generated', 'internal').store()
    query = orm.QueryBuilder().append(
        orm.StructureData,
        filters={
            'attributes.formula': 'Ir',
            'attributes.dimensionality': 3,
            'attributes.origin': 'generated',
            'attributes.format': 'internal',
            'attributes.space_group': 'Fm-3m (225)',
            'attributes.number_of_atoms': {'<': 2},
        },
        project='uuid',
    )
    assert query.all(flat=True) == [structure.uuid]


def test_words_that_do_not_exist_are_refused() -> None:
    structure = orm.StructureData(ase=bulk('Cu'))
    with pytest.raises(ValueError, match='unknown origin'):
        describe(structure, 'invented', 'CIF')  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='unknown format'):
        describe(structure, 'uploaded', 'PNG')  # type: ignore[arg-type]


@pytest.mark.parametrize('format', FORMATS)
def test_an_export_can_be_imported_again(format: str) -> None:
    gallium_arsenide = bulk('GaAs', 'zincblende', a=5.65, cubic=True)
    text = export_text(gallium_arsenide, format)
    found = parse(text.encode(), f'out.{format}').atoms
    assert sorted(found.get_chemical_symbols()) == sorted(gallium_arsenide.get_chemical_symbols())
    assert found.get_volume() == pytest.approx(5.65**3, rel=1e-6)
    unlike = found.get_all_distances(mic=True)[found.numbers == 31][:, found.numbers == 33]
    assert unlike.min() == pytest.approx(5.65 * 3**0.5 / 4, abs=1e-4)


def test_aiida_can_still_serialise_a_described_structure(profile: object) -> None:
    """AiiDA has uses of its own for some attribute names, `source` for one."""
    node = describe(orm.StructureData(ase=bulk('Ir')), 'generated', 'internal').store()

    assert node.serialize()['attributes']['origin'] == 'generated'

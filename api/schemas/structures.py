"""Structures: what is uploaded and built, and what is told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.schemas.values import Object, Word

Origin = Literal['uploaded', 'generated', 'optimized', 'imported']
Format = Literal['CIF', 'POSCAR', 'XYZ', 'internal']
BuilderName = Literal[
    'bulk',
    'nanoparticle',
    'nanoribbon',
    'nanotube',
    'sheet',
    'slab',
    'strain',
    'substitution',
    'supercell',
    'vacancy',
]


def _several(item: dict[str, Any], count: int) -> WithJsonSchema:
    """Return the schema of so many items of one kind; that of a tuple is read wrong by tools."""
    return WithJsonSchema({'type': 'array', 'items': item, 'minItems': count, 'maxItems': count})


_VECTOR = {'type': 'array', 'items': {'type': 'number'}, 'minItems': 3, 'maxItems': 3}
Vector = Annotated[tuple[float, float, float], WithJsonSchema(_VECTOR)]
Cell = Annotated[
    tuple[Vector, Vector, Vector], _several(_VECTOR, 3), Field(description='cell vectors, one a row [Å]')
]
Positions = Annotated[list[Vector], Field(description='of the sites, Cartesian [Å]')]
Symbols = Annotated[
    list[str], Field(description='chemical symbol of each site; of a partially occupied one its kind')
]
Periodic = Annotated[
    tuple[bool, bool, bool],
    _several({'type': 'boolean'}, 3),
    Field(description='whether periodic along each cell vector'),
]
Repeat = Annotated[tuple[int, int, int], _several({'type': 'integer'}, 3)]
Edge = Annotated[tuple[Vector, Vector], _several(_VECTOR, 2)]
Bond = Annotated[tuple[int, int], _several({'type': 'integer'}, 2)]


class UploadFields(BaseModel):
    """What goes with the file of a structure."""

    model_config = ConfigDict(extra='forbid')

    material_id: Word | None = Field(None, description='the material it is of; null: a new one')
    name: Word | None = Field(None, description='of the new material; its formula by default')
    index: int | None = Field(
        None, ge=-(10**6), le=10**6, description='which structure of a file with several; -1 is the last'
    )
    format: Word | None = Field(
        None, description='CIF, POSCAR, XYZ or a name in ASE; by default from name and content'
    )


class NewStructure(UploadFields):
    """A structure as the text of a file."""

    filename: str = Field(max_length=255, description='name of the file; its ending tells the format')
    content: str = Field(description='text of the file')


class StructureRow(BaseModel):
    """A structure in a list; the attributes are null for one that was made without them."""

    uuid: str
    label: str
    origin: str | None = Field(description='uploaded, generated, optimized or imported')
    format: str | None = Field(description='CIF, POSCAR, XYZ or internal')
    formula: str | None = Field(description='reduced for what is periodic')
    number_of_atoms: int | None
    dimensionality: int | None = Field(description='in how many directions it goes on without vacuum, 0–3')
    space_group: str | None = Field(description='international symbol and number, as in Fm-3m (225)')
    owner: str = Field(description='e-mail of whom it belongs to')
    created: datetime


class Structure(StructureRow):
    """A structure with its atoms."""

    material_id: str | None = Field(description='the material it is of, as far as the caller sees it')
    cell: Cell
    pbc: Periodic
    symbols: Symbols
    positions: Positions
    density: float | None = Field(description='[g/cm³]; null for what is not three-dimensional')


class MadeStructure(Structure):
    """A structure that was made now."""

    warnings: list[str] = Field([], description='what was assumed in reading the file')


class PreviewRequest(BaseModel):
    """What would be built."""

    model_config = ConfigDict(extra='forbid')

    parameters: Object = Field({}, description='of the builder, with units: see `/api/structures/builders`')
    structure: UUID | None = Field(
        None, description='what slab, strain, substitution, supercell and vacancy start from'
    )


class BuildRequest(PreviewRequest):
    """What to build."""

    material_id: Word | None = Field(
        None, description='the material it is of; null: that of `structure` where one may write, or a new one'
    )
    name: Word | None = Field(None, description='of the new material; its formula by default')


class Builder(BaseModel):
    """A builder: it makes structures from parameters."""

    name: BuilderName
    description: str = Field(description='what it makes, in one line')
    from_structure: bool = Field(description='whether it starts from a structure')
    parameters: dict[str, Any] = Field(description='JSON Schema of its parameters; `unit` is that of a value')


class StructureSymmetry(BaseModel):
    """The symmetry of a crystal; atoms of one element are alike."""

    space_group: str = Field(description='international symbol')
    number: int = Field(description='of the space group, 1–230')
    hall: str = Field(description='Hall symbol')
    point_group: str = Field(description='international symbol')
    operations: int = Field(
        description='how many map the cell onto itself, translations by parts of a vector included'
    )
    wyckoff: list[str] = Field(description='letter of each site')
    equivalent: list[int] = Field(description='for each site the first one it is equivalent to')
    lengths: Vector = Field(description='of the conventional cell [Å]')
    angles: Vector = Field(description='of the conventional cell [deg]')
    tolerance: float = Field(description='distance within which atoms count as equivalent [Å]')


class StructureView(BaseModel):
    """Geometry for a viewer: atoms on a face, edge or corner of the cell stand at all equivalent ones."""

    cell: Cell
    pbc: Periodic
    repeat: Repeat = Field(description='how many cells along each vector')
    symbols: list[str] = Field(description='of the drawn atoms')
    positions: list[Vector] = Field(description='of the drawn atoms, Cartesian [Å]')
    sites: list[int] = Field(description='of which site of the cell each drawn atom is an image')
    edges: list[Edge] = Field(description='of the repeated cell, pairs of points [Å]')
    bonds: list[Bond] = Field(
        description='pairs of drawn atoms nearer than 1.15 times the sum of their covalent radii'
    )


class StructurePreview(BaseModel):
    """A structure that is not stored."""

    formula: str = Field(description='reduced for what is periodic')
    number_of_atoms: int
    dimensionality: int = Field(description='in how many directions it goes on without vacuum, 0–3')
    symbols: Symbols
    positions: Positions
    cell: Cell
    pbc: Periodic
    view: StructureView | None = Field(description='what a viewer draws; null where that is too much')


class ParsedStructure(StructurePreview):
    """What a file says; nothing is stored."""

    format: Format
    warnings: list[str] = Field(description='what was assumed in reading the file')

"""Materials, their revisions, and with whom they are shared."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.values import Object, Text, Word

Tags = Annotated[list[Word], Field(max_length=100, description='words to find it by')]


class NewMaterial(BaseModel):
    """A material to make."""

    model_config = ConfigDict(extra='forbid')

    name: Word = Field(description='name for people')
    formula: Word | None = Field(None, description='chemical formula, as in SiO2')
    description: Text = Field('', description='free text')
    tags: Tags = []
    metadata: Object = Field({}, description='anything else')


class MaterialChanges(BaseModel):
    """A revision to make: what is left out stays as it is, tags and metadata are replaced as a whole."""

    model_config = ConfigDict(extra='forbid')

    revision: int = Field(
        ge=1, le=10**6, description='number of the revision that the changes are based on: the newest'
    )
    name: Word = Field('', description='name for people')
    formula: Word | None = Field(None, description='chemical formula, as in SiO2; null: none')
    description: Text = Field('', description='free text')
    tags: Tags = []
    metadata: Object = Field({}, description='anything else')
    archived: bool = Field(False, description='whether lists leave it out; nothing is deleted')


class MaterialRevision(BaseModel):
    """One revision of a material."""

    uuid: str = Field(description='of this revision')
    material_id: str = Field(description='the same in all revisions')
    revision: int = Field(description='number of the revision, from 1')
    name: str
    formula: str | None
    description: str
    tags: list[str]
    archived: bool
    owner: str = Field(description='e-mail of whom this revision belongs to')
    created: datetime


class WholeRevision(MaterialRevision):
    """One revision of a material with its metadata."""

    metadata: dict[str, Any]


class Material(WholeRevision):
    """The newest revision of a material that the caller sees."""

    access: Literal['own', 'write', 'read'] = Field(
        description='what its owner lets the caller do: own, also share it; write, revise it and make things '
        'under it; read'
    )


class ResultQuantity(BaseModel):
    """A value that was computed."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: Any = Field(description='a number, text, true or false, or lists of them')
    unit: str = Field(description='empty for what has none')
    uncertainty: Any = Field(description='standard uncertainty; null for what has none')


class MaterialResult(BaseModel):
    """What a completed job computed of a structure of the material."""

    model_config = ConfigDict(from_attributes=True)

    job: UUID
    workflow: str = Field(description='entry point, as in nanoos.relax')
    engine: str
    created: datetime
    structure: UUID = Field(description='what it was computed of')
    formula: str | None = Field(description='of that structure, reduced for what is periodic')
    number_of_atoms: int | None = Field(description='of that structure')
    quantities: list[ResultQuantity]

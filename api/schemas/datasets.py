"""Data sets: structures with a target each, to learn from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.jobs import Strict
from api.schemas.values import NO_NUL, Word
from nanoos_plugins.job_inputs import Workflow

_QUANTITY = r'^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+$'


class DatasetRow(BaseModel):
    """A data set in a list."""

    uuid: UUID
    name: str
    target: str = Field(description='name of what is to be learnt')
    unit: str = Field(description='of the target; empty for none')
    count: int = Field(description='how many structures')
    owner: str = Field(description='e-mail of whom it belongs to')
    created: datetime


class Part(BaseModel):
    """A part of a split."""

    name: str = Field(description='a word, or the number of a fold')
    count: int = Field(description='how many structures are in it')


class Split(BaseModel):
    """A way to split a data set for learning and testing."""

    name: str
    parts: list[Part] = Field(description='at most 200')


class LeftOut(BaseModel):
    """A row of the source that could not be used."""

    row: int = Field(description='its number in the source, from 1')
    reason: str


class Spread(BaseModel):
    """How the targets are spread, in their unit."""

    mean: float
    standard_deviation: float
    least: float
    greatest: float
    edges: list[float] = Field(description='of the bins of a histogram, one more than there are bins')
    counts: list[int] = Field(description='targets in each bin')


class Source(BaseModel):
    """Where a data set is from: the process that made it."""

    process: UUID | None = Field(description='null when none made it, or when you do not see it')
    entry_point: str | None = Field(description='of that process, as in nanoos.import_dataset')
    filename: str | None = Field(description='of the file that it read; null for none')
    settings: dict[str, object] = Field(description='that it was given')


class Origin(BaseModel):
    """Processes of one kind behind a data set."""

    entry_point: str = Field(description='as in nanoos.mlip')
    count: int = Field(description='of those that you see')
    processes: list[UUID] = Field(description='the newest of them, at most 50')


class DatasetDetail(DatasetRow):
    """A data set with its facts."""

    elements: list[str] = Field(description='that occur in its structures')
    splits: list[Split]
    derivatives: list[str] = Field(
        description='that the rows have of their energies: forces, stresses; a potential can learn from these'
    )
    spread: Spread
    left_out: int = Field(description='rows of the source that could not be used')
    left_out_rows: list[LeftOut] = Field(description='the first 1000 of them')
    source: Source
    origins: list[Origin] = Field(description='all processes that it is computed by, at any depth')


class NewDataset(Strict):
    """A data set to make of the jobs that ended well: their structures, and a quantity of their results."""

    name: Word
    workflow: Workflow = Field(description='of which jobs')
    quantity: str = Field(
        max_length=200,
        pattern=_QUANTITY,
        description='what of their results: OUTPUT.QUANTITY, as in eos.bulk_modulus',
    )
    unit: str = Field(
        max_length=50, pattern=NO_NUL, description='that it must have; other results are left out'
    )
    engine: Word | None = Field(None, description='only jobs by this engine')


class NewForces(Strict):
    """A data set that a potential can learn from, to make of the simulations that ended well."""

    name: Word
    engine: Word | None = Field(
        None,
        description='only simulations by this engine; null: by that of the newest one, as energies of '
        'several do not count from the same',
    )


class DatasetFields(BaseModel):
    """What goes with the file of a data set."""

    model_config = ConfigDict(extra='forbid')

    target: Word = Field(description='name of the column of targets')
    unit: str | None = Field(
        None, max_length=50, pattern=NO_NUL, description='of the targets; null: that of the column `unit`'
    )
    structure: Word | None = Field(
        None, description='name of the column of structures; null: structure, cif or atoms'
    )
    name: Word | None = Field(None, description='of the data set; null: that of the file')


class NewDatasetFile(DatasetFields):
    """A data set as the text of a file."""

    filename: str = Field(max_length=255, description='name of the file')
    content: str = Field(description='JSON of records or of matminer, or CSV with a column of CIFs')

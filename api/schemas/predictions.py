"""Predictions: for which structures, and what a model says of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema, model_validator

from api.schemas.jobs import Strict
from api.schemas.values import Word

#: Structures of one request, and atoms of one structure.
MOST_STRUCTURES = 5000
MOST_ATOMS = 1000

Symbol = Annotated[str, StringConstraints(pattern=r'^[A-Z][a-z]?$')]
Length = Annotated[float, Field(ge=-1e4, le=1e4, allow_inf_nan=False)]
_POINT = {
    'type': 'array',
    'items': {'type': 'number', 'minimum': -1e4, 'maximum': 1e4},
    'minItems': 3,
    'maxItems': 3,
}
Point = Annotated[tuple[Length, Length, Length], WithJsonSchema(_POINT)]
Cell = Annotated[
    tuple[Point, Point, Point],
    WithJsonSchema({'type': 'array', 'items': _POINT, 'minItems': 3, 'maxItems': 3}),
]


class GivenStructure(Strict):
    """A crystal in a request, periodic in all directions."""

    name: Word | None = Field(None, description='by which the answer calls it')
    symbols: list[Symbol] = Field(
        min_length=1, max_length=MOST_ATOMS, description='chemical symbol of each atom'
    )
    positions: list[Point] = Field(
        min_length=1, max_length=MOST_ATOMS, description='of the atoms, Cartesian [Å]'
    )
    cell: Cell = Field(description='cell vectors, one a row [Å]')


class NewPredictions(Strict):
    """What to predict, of which structures."""

    model: UUID
    structures: list[UUID] = Field([], max_length=MOST_STRUCTURES, description='of the graph')
    given: list[GivenStructure] = Field(
        [], max_length=MOST_STRUCTURES, description='that are in no graph; they come after the others'
    )
    store: bool = Field(
        False, description='keep the predictions, and the structures that were given, as one process'
    )

    @model_validator(mode='after')
    def _count(self) -> NewPredictions:
        count = len(self.structures) + len(self.given)
        if not 1 <= count <= MOST_STRUCTURES:
            raise ValueError(f'expected 1 to {MOST_STRUCTURES} structures in all, got {count}')
        return self


class Prediction(BaseModel):
    """What a model says of one structure; all numbers are null when it can say nothing, see `error`."""

    structure: UUID | None = Field(description='null for one that was given')
    name: str | None = Field(description='of one that was given')
    mean: float | None = Field(description='[unit]')
    uncertainty: float | None = Field(description='standard deviation of a new measurement [unit]')
    low: float | None = Field(description='ends of the interval that covers as promised [unit]')
    high: float | None
    outside: bool | None = Field(description='unlike all that the model has learnt from')
    messages: list[str] = Field(description='what people should read before they trust it')
    error: str | None = Field(description='why nothing can be said of this structure')


class Predictions(BaseModel):
    """Predictions in the order of the request."""

    model: UUID
    target: str
    unit: str
    coverage: float = Field(description='part of new measurements that intervals promise to cover')
    predictions: list[Prediction]
    failed: int = Field(description='structures of which nothing can be said')
    cached: int = Field(description='structures whose predictions were known already')
    process: UUID | None = Field(description='in which they are kept; null unless asked for')

"""Models: what they predict and how well, how they are trained, and which kinds there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.datasets import DatasetRow, Origin
from api.schemas.jobs import Job, Options, Strict
from api.schemas.values import Word
from nanoos_plugins.ml.settings import TrainSettings

Stage = Literal['candidate', 'production', 'archived']


class ModelRow(BaseModel):
    """A model in a list."""

    uuid: UUID
    name: str
    kind: str = Field(description='as in /api/ml/kinds')
    target: str = Field(description='name of what it predicts')
    unit: str = Field(description='of what it predicts; empty for none')
    mae: float | None = Field(description='mean absolute error on rows that it had not seen [unit]')
    rmse: float | None = Field(description='root mean square error on them [unit]')
    r2: float | None = Field(description='coefficient of determination on them')
    coverage: float | None = Field(description='part of them in their intervals')
    stage: Stage
    owner: str = Field(description='e-mail of whom it belongs to')
    created: datetime


class Calibration(BaseModel):
    """What makes standard deviations intervals."""

    scale: float = Field(description='intervals are mean ± scale · standard deviation')
    coverage: float = Field(description='part of new measurements that intervals promise to cover')
    count: int = Field(description='of the errors that the scale was learnt from')


class Parity(BaseModel):
    """Targets and predictions of the rows of the test, which the model had not seen, in its unit."""

    rows: list[int] = Field(description='their numbers in the data set, from 0')
    target: list[float]
    mean: list[float]
    lower: list[float] = Field(description='ends of the intervals')
    upper: list[float]
    outside: list[bool] = Field(description='unlike what the model has learnt from')


class ModelDetail(ModelRow):
    """A model with what it has learnt from, and how."""

    elements: list[str] = Field(description='in its training data')
    metrics: dict[str, float] = Field(description='on rows that it had not seen')
    calibration: Calibration | None
    pretrained: str = Field(description='network whose frozen features it reads')
    digest: str = Field(description='SHA-256 over its files')
    settings: dict[str, Any] = Field(description='of its training; empty when you do not see that')
    training: Job | None = Field(description='that made it; null when none did, or you do not see it')
    dataset: DatasetRow | None = Field(description='it has learnt from; null when you do not see it')
    parity: Parity | None = Field(description='null when its training says none, or you do not see it')
    lineage: list[Origin] = Field(
        description='all processes that what it has learnt from is computed by, at any depth'
    )


class ModelChange(Strict):
    """What is to change of a model."""

    stage: Stage


class Comparison(BaseModel):
    """Models side by side, on the same test rows of the same data set."""

    dataset: DatasetRow
    rows: list[int] = Field(description='numbers of the test rows in the data set, from 0')
    target: list[float] = Field(description='of these rows')
    models: list[ComparedModel]


class ComparedModel(ModelRow):
    """A model in a comparison."""

    mean: list[float] = Field(description='its predictions for the test rows')
    lower: list[float] = Field(description='ends of its intervals')
    upper: list[float]
    difference: float = Field(description='of its mean absolute error to that of the first model [unit]')
    difference_error: float = Field(description='standard error of that, over the rows [unit]')


class Kind(BaseModel):
    """A kind of model."""

    name: str
    description: str
    parameters: dict[str, Any] = Field(description='JSON Schema of its parameters')


class Kinds(BaseModel):
    """What can be trained."""

    kinds: list[Kind]
    pretrained: list[str] = Field(description='networks whose frozen features models can read')
    training: dict[str, Any] = Field(description='JSON Schema of the settings of a training')


class NewTraining(Strict):
    """A model to train."""

    dataset: UUID = Field(description='to learn from')
    name: Word = Field(description='of the model')
    settings: TrainSettings = TrainSettings()
    label: str | None = Field(None, max_length=200, description='name of the job; null: after the model')
    code: UUID | None = Field(
        None, description='Python with this package (a code of nanoos.mlip); null: the one on this machine'
    )
    options: Options = Options()


Comparison.model_rebuild()

"""Features of structures, and structures that are similar by them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from api.schemas.jobs import Job, Options, Strict
from api.schemas.structures import StructureRow
from nanoos_plugins.calculations.features import MOST
from nanoos_plugins.ml.feature_settings import Pretrained

Network = Annotated[Pretrained, Query(description='network whose frozen features are taken')]


class NewFeatures(Strict):
    """How features are made."""

    pretrained: Pretrained = Field('chgnet-0.3.0', description='network whose frozen features are taken')
    code: UUID | None = Field(None, description="null: the engine mlip's code on this machine")
    options: Options = Options()


class NewFeaturesOfMany(NewFeatures):
    """Of which structures features are made, and how."""

    structures: list[UUID] = Field(min_length=1, max_length=MOST)


class Descriptor(BaseModel):
    """What people know a material by."""

    name: str
    value: float | None = Field(description='null where it is not known')
    unit: str = Field(description='empty for none')


class Features(BaseModel):
    """Features of a structure."""

    structure: UUID
    features: UUID = Field(description='their node; its file features.npz has all of them')
    pretrained: Pretrained
    version: int = Field(description='of the computation; features of other versions are not compared')
    embedding: list[float] = Field(
        description="means over the atoms after the network's last pass of messages: similarity is by these"
    )
    descriptors: list[Descriptor]


class FeaturesState(BaseModel):
    """Whether a structure has features; all null while they are missing and no job makes them."""

    structure: UUID
    features: UUID | None = Field(None, description='their node')
    problem: str | None = Field(None, description='why it can have none')
    job: UUID | None = Field(None, description='the job that is making them')


class FeaturesMade(BaseModel):
    """What there is for each of the structures, and the job that was submitted for those without."""

    structures: list[FeaturesState]
    job: Job | None = Field(
        description='null when there is nothing to compute that no other job is computing'
    )


class SimilarStructure(StructureRow):
    """A structure and how far it is from the one that was asked about."""

    distance: float = Field(
        description='1 - cosine of the angle between the embeddings: 0 for the same, about 0.4 for two '
        'crystals at random'
    )

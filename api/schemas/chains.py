"""Chains over the scales: what there is, what to run, and how a run goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.jobs import Job, Options, Strict
from nanoos_plugins.engines.contract import Scale


class ChainStructure(BaseModel):
    """A structure that a chain starts from."""

    name: str
    description: str
    bulk: dict[str, Any] | None = Field(
        description='the crystal that is built when none is given, lengths in Å; null: one must be given'
    )


class Source(BaseModel):
    """Where a value comes from."""

    step: str = Field(description='label of the step that finds it')
    output: str = Field(description="of that step's job")
    quantity: str
    at: float | None = Field(description='temperature that it is taken at [K]; null: it has one value')


class Handover(Source):
    """A value that a step takes from another."""

    parameter: str = Field(description='of the engine of the step that takes it')
    unit: str | None = Field(
        description='of the parameter: no value in another unit is taken; null when the engine is not known'
    )


class ChainStep(BaseModel):
    """A step of a chain: a workflow with an engine."""

    label: str
    description: str
    workflow: str
    template: str = Field(description='name of the template, unless another one is given')
    engine: str | None = Field(description='of the template; null when it is none of the shipped ones')
    scale: Scale | None = Field(description='of the engine')
    structure: str | None = Field(
        description='name of a structure of the chain, or `step.output`; null for an engine that takes none'
    )
    most_stable: list[str] = Field(
        description='labels of the steps of whose structures it takes the most stable, instead of `structure`'
    )
    protocol: str | None
    settings: dict[str, Any] = Field(description='of the workflow and the engine, in their units')
    takes: list[Handover]
    needs: list[str] = Field(description='labels of the steps that it waits for')


class Answer(Source):
    """What a chain finds in the end."""

    name: str


class Chain(BaseModel):
    """A chain of steps, from electrons to a component."""

    name: str
    description: str
    structures: list[ChainStructure]
    steps: list[ChainStep] = Field(description='in the order in which the chain says them')
    report: list[Answer]


class NewRun(Strict):
    """What a chain is to be run with; what is left out is as the chain says."""

    structures: dict[str, UUID] = Field({}, max_length=50, description='UUIDs of structures by name')
    templates: dict[str, str] = Field(
        {}, max_length=50, description='names or UUIDs of templates by label of the step'
    )
    settings: dict[str, dict[str, Any]] = Field(
        {}, max_length=50, description='by label of the step, over those that the chain says'
    )
    codes: dict[str, UUID] = Field(
        {}, max_length=50, description="by label of the step; left out: the engine's code on this machine"
    )
    options: Options = Field(Options(), description='for every step that runs a program')
    label: str | None = Field(None, max_length=200, description='name of the job; null: that of the chain')


class NewOwnRun(NewRun):
    """A chain of one's own, and what it is to be run with."""

    chain: str | dict[str, Any] = Field(
        description='the document: an object, or YAML as text (docs/multiscale.md)'
    )


class HandedOver(Handover):
    """A value that a step took from another; `value` and `uncertainty` are null until then."""

    value: float | list[Any] | None
    uncertainty: float | list[Any] | None = Field(description='standard; null for none')
    node: UUID | None = Field(description='of the calculation that handed it over')


class RunStep(ChainStep):
    """A step of a run, with the template that it was given."""

    takes: list[HandedOver]  # type: ignore[assignment]
    job: Job | None = Field(description='null until it has begun')
    varied: list[Job] = Field(description='the same with values larger by their uncertainty')


class Found(Answer):
    """An answer of a run; `value` is null until it has ended."""

    value: float | list[Any] | None
    unit: str | None
    uncertainty: float | list[Any] | None = Field(description='standard; null for none')


class ChainRun(BaseModel):
    """A run of a chain: how far each step is, what was handed over, and what was found."""

    name: str
    description: str
    structures: dict[str, UUID] = Field(description='that it started from, by name')
    steps: list[RunStep]
    report: list[Found]
    report_node: UUID | None = Field(description='with the answers; null until it has ended')

"""Jobs: what to compute of what, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from nanoos_plugins.graph.status import JobStatus
from nanoos_plugins.job_inputs import Workflow

#: What goes into a scheduler's script as it is: a word, never text with blanks, quotes or line ends.
Word = Annotated[str, Field(pattern=r'^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$')]
WEEK = 7 * 24 * 3600


class Strict(BaseModel):
    """A body: unknown keys are mistakes, and so are values of another type."""

    model_config = ConfigDict(extra='forbid')


class Resources(Strict):
    """What a job asks its scheduler for."""

    num_machines: int = Field(1, ge=1, le=64, strict=True)
    num_mpiprocs_per_machine: int = Field(1, ge=1, le=256, strict=True)
    num_cores_per_mpiproc: int | None = Field(None, ge=1, le=256, strict=True)


class Options(Strict):
    """Options for the scheduler. Nothing of it is text for a script."""

    max_wallclock_seconds: int | None = Field(
        None, ge=1, le=WEEK, strict=True, description='longest time of one calculation [s]'
    )
    priority: Word | None = Field(
        None, description="the scheduler's priority; an error where the scheduler has none"
    )
    account: Word | None = Field(None, description='account that the scheduler charges')
    queue_name: Word | None = Field(None, description="queue or partition of the scheduler's")
    resources: Resources | None = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given, as AiiDA wants them."""
        return self.model_dump(exclude_none=True)


class NewJob(Strict):
    """A job to submit."""

    workflow: Workflow = Field(description='what to compute')
    structure: UUID | None = Field(
        None, description='of what: UUID of a structure; null for an engine that evaluates none'
    )
    template: str = Field(
        min_length=1, max_length=200, description='engine and its parameters: name or UUID of a template'
    )
    protocol: Literal['fast', 'moderate', 'precise'] | None = Field(
        None, description="null: the workflow's default; a single simulation has none"
    )
    settings: dict[str, Any] = Field(
        {},
        max_length=100,
        description='inputs of the workflow and parameters of the engine, in the units of their schemas '
        '(/processes/{entry_point}/schema, /engines)',
    )
    label: str | None = Field(None, max_length=200, description='name of the job; null: what it does')
    code: UUID | None = Field(None, description="null: the engine's code on this machine")
    options: Options = Options()


class Job(BaseModel):
    """A job: a process that somebody started. Times are UTC."""

    model_config = ConfigDict(from_attributes=True)

    uuid: UUID
    workflow: str = Field(description='entry point, e.g. `nanoos.relax`')
    label: str
    status: JobStatus
    created: datetime
    modified: datetime
    owner: str = Field(description='e-mail of whom it belongs to')
    exit_status: int | None = Field(description='0: completed; null until it has ended')
    exit_message: str | None


class JobRow(Job):
    """A job with what it is about."""

    structure: UUID | None = Field(description='of what it is; null when you do not see it')
    formula: str | None = Field(description='of the structure; null for one that was made without')
    template: str | None = Field(description='name of its template; null when you do not see it')
    engine: str | None = Field(description='name of the engine of its template')
    calculations: int | None = Field(description='calculations below it, so far; null once it has ended')
    calculations_ended: int | None = Field(description='those of them that have ended')


class Resubmission(BaseModel):
    """What would submit a job once more, by `POST /jobs`; `settings` say all that a protocol would."""

    model_config = ConfigDict(from_attributes=True)

    workflow: str
    label: str
    structure: UUID | None
    template: UUID
    code: UUID | None
    settings: dict[str, Any] = Field(description='inputs of the workflow, and parameters over the template')
    options: dict[str, Any] = Field(description='for the scheduler')


class Link(BaseModel):
    """A node that went into a job or came out of it."""

    model_config = ConfigDict(from_attributes=True)

    label: str = Field(description='of the port')
    uuid: UUID
    node_type: str


class JobDetail(JobRow):
    """A job with what went in and what came out."""

    inputs: list[Link]
    outputs: list[Link]


class Status(BaseModel):
    """The status of a job, and how far it is."""

    uuid: UUID
    status: JobStatus
    exit_status: int | None
    exit_message: str | None
    calculations: int = Field(description='calculations below it, so far')
    calculations_ended: int = Field(description='those of them that have ended')
    report: str = Field(description='its latest report line')


class ReportLine(BaseModel):
    """A line that a process reported."""

    time: datetime
    process: UUID = Field(description='of the job or of a process that it called')
    level: str
    message: str


class Curve(BaseModel):
    """How a quantity went in a run so far."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    unit: str
    along: str = Field(description='what `x` counts: iterations, steps')
    x: list[float]
    y: list[float]


class Live(BaseModel):
    """How the running calculation of a job goes, from what its program has written."""

    calculation: UUID
    process: str = Field(description='name of its class')
    engine: str = Field(description='for people')
    curves: list[Curve] = Field(description='at most 500 points each')


class Failure(BaseModel):
    """Where a job went wrong: the deepest process below it that did."""

    uuid: UUID
    process: str = Field(description='name of its class')
    is_calculation: bool = Field(description='whether it is a calculation job, which has files')
    exit_status: int | None = Field(description='null when it excepted or was killed')
    message: str


class JobFailure(BaseModel):
    """Why a job failed."""

    failure: Failure | None = Field(description='null when the job has not failed and was not killed')


class Taken(BaseModel):
    """A calculation of a job: computed, or taken from the cache."""

    model_config = ConfigDict(from_attributes=True)

    uuid: UUID
    process: str = Field(description='name of its class or function')
    from_cache: bool = Field(
        description='true: an earlier calculation with the same inputs, code and version was taken; '
        'false: it was computed'
    )
    source: UUID | None = Field(description='of the earlier calculation; null when you do not see it')
    source_visible: bool = Field(description='whether you see the earlier calculation')


class Caching(BaseModel):
    """Where the calculations of a job are from, oldest first."""

    calculations: list[Taken] = Field(description='at most 1000')
    taken: int = Field(description='how many of these were taken from the cache')

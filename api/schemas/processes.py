"""Processes and engines: what can be submitted, and with which inputs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas.jobs import Strict
from nanoos_plugins.engines.contract import Scale


class Process(BaseModel):
    """A process that can be submitted."""

    entry_point: str
    description: str = Field(description='what it does, in one line')


class ProcessSchema(BaseModel):
    """The ports of a process as JSON Schema (2020-12)."""

    entry_point: str
    description: str
    inputs: dict[str, Any] = Field(
        description='of the inputs; `unit` is that of a value, `x-engines` the parameters of each engine'
    )
    outputs: dict[str, Any] = Field(description='of the outputs, all of them nodes')


class Protocol(BaseModel):
    """A protocol: values that go well together."""

    name: str
    description: str
    inputs: dict[str, Any] = Field(description='values for ports of the process')
    parameters: dict[str, Any] = Field(
        description="values for parameters of the engine, over its defaults and under the template's"
    )


class NewProcess(Strict):
    """A process to submit by its ports."""

    inputs: dict[str, Any] = Field(
        max_length=200,
        description='by port: nodes as {"uuid": …}, plain values as they are; see the schema of the process',
    )


class Engine(BaseModel):
    """An engine: it evaluates a structure, or a part given by a shape or a mesh, at its scale."""

    name: str
    label: str = Field(description='for people; an engine for testing says mock')
    scale: Scale
    tasks: list[str] = Field(description='what it can do')
    evaluates: Literal['structure', 'mesh'] = Field(description='what it takes; a mesh may be left out')
    needs_code: bool = Field(description='whether it runs a program, which must be installed')
    parameters: dict[str, Any] = Field(description='JSON Schema of its parameters; `unit` is that of a value')

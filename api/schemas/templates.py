"""Templates: an engine and parameters for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.values import Object, Text, Word


class NewTemplate(BaseModel):
    """A template to make."""

    model_config = ConfigDict(extra='forbid')

    name: Word = Field(description='name for people')
    engine: Word = Field(description='name of the engine, as in qe')
    parameters: Object = Field(
        {}, description="parameters in the engine's units; those left out have the engine's defaults"
    )
    description: Text = Field('', description='free text')


class TemplateRow(BaseModel):
    """A template."""

    uuid: str
    name: str
    engine: str
    origin: Literal['system', 'user'] = Field(description='system: shipped with NANO-OS')
    parameters: dict[str, Any] = Field(description="those that differ from the engine's defaults")
    description: str
    owner: str = Field(description='e-mail of whom it belongs to')
    created: datetime


class Parameter(BaseModel):
    """One parameter of an engine with its value in a template."""

    name: str
    value: Any = Field(description='null for one that must be set and is not')
    unit: str = Field(description='empty for a dimensionless one')
    is_set: bool = Field(description="by the template; else it is the engine's default")
    description: str


class Template(TemplateRow):
    """A template with all parameters of its engine; none when the engine is not installed."""

    all_parameters: list[Parameter]

"""How many nodes there are."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Counts(BaseModel):
    """Numbers of nodes."""

    model_config = ConfigDict(from_attributes=True)

    nodes: int
    by_type: dict[str, int] = Field(description='by AiiDA type, `data.core.structure.StructureData.`')
    by_state: dict[str, int] = Field(
        description='processes by state in AiiDA; `failed`: finished with another exit status than 0'
    )
    by_day: dict[date, int] = Field(
        description='by the day on which they were made (UTC); days without are left out'
    )
    complete: bool = Field(description='false: only the newest were counted')


class Statistics(BaseModel):
    """What the caller sees; no node is in two of them."""

    model_config = ConfigDict(from_attributes=True)

    own: Counts
    shared: Counts = Field(description='what others share with the caller; counted up to 10 000')
    system: Counts = Field(description='what this instance provides to all')

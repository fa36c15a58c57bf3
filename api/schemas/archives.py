"""Archives: what is exported, and what an import made."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

Some = Annotated[list[UUID], Field(max_length=1000)]


class ArchiveRequest(BaseModel):
    """What an archive is to have."""

    model_config = ConfigDict(extra='forbid')

    nodes: Some = Field(
        [], description='UUIDs of nodes; what they came from and what came of them comes along'
    )
    groups: Some = Field([], description='UUIDs of groups, with the nodes in them')

    @model_validator(mode='after')
    def something(self) -> Self:
        """Check that anything is asked for."""
        if not self.nodes and not self.groups:
            raise ValueError('say which nodes or groups')
        return self


class ImportedGroup(BaseModel):
    """A group that an archive made or added to."""

    uuid: str
    name: str


class ImportedArchive(BaseModel):
    """What an import made."""

    new: int = Field(description='nodes that were stored now')
    existing: int = Field(description='nodes that were there already, and stay as they are')
    reissued: int = Field(description='nodes, of both kinds, that have another UUID here than in the archive')
    groups: list[ImportedGroup]

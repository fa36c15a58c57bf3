"""Groups of nodes, and what is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.schemas.values import Text

#: Without a slash: in AiiDA the owner's address stands before it, `ada@example.org/alloys`.
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r'^[^\x00/]*[^\x00/\s][^\x00/]*$')
]
Uuids = Annotated[list[UUID], Field(max_length=1000)]


class NewGroup(BaseModel):
    """A group to make."""

    model_config = ConfigDict(extra='forbid')

    name: Name = Field(description="name for people, once among one's own groups")
    description: Text = Field('', description='free text')


class GroupChanges(BaseModel):
    """What to change of a group; what is left out stays as it is."""

    model_config = ConfigDict(extra='forbid')

    name: Name = Field('', description="name for people, once among one's own groups")
    description: Text = Field('', description='free text')


class MemberChanges(BaseModel):
    """Nodes to put into a group and to take out of it, all at once or none."""

    model_config = ConfigDict(extra='forbid')

    add: Uuids = Field([], description='UUIDs of nodes to put in; those that are in it stay')
    remove: Uuids = Field([], description='UUIDs of nodes to take out')

    @model_validator(mode='after')
    def something(self) -> Self:
        """Check that it changes something, and nothing to and fro."""
        if not self.add and not self.remove:
            raise ValueError('say which nodes to add or to remove')
        if set(self.add) & set(self.remove):
            raise ValueError('a node cannot be added and removed at once')
        return self


class Group(BaseModel):
    """A group of nodes."""

    model_config = ConfigDict(from_attributes=True)

    uuid: str
    name: str
    description: str
    type: str = Field(description='kind in AiiDA; `core` is what people make')
    owner: str = Field(description='e-mail of its owner')
    created: datetime
    writable: bool = Field(description='whether the caller may put nodes in')

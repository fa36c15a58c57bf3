"""Events: what has changed in the graph."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

#: What an event is about: a data node or a process that is new or different, or a report line.
Kind = Literal['data', 'process', 'report']


class Event(BaseModel):
    """A node that is new or different, or a line that a process reported."""

    id: str = Field(description='position in the stream, for `Last-Event-ID`')
    kind: Kind
    uuid: str
    node_type: str
    label: str
    created: datetime
    modified: datetime
    process_label: str | None = Field(description='of a process')
    process_state: str | None = Field(description='of a process; states in between may be left out')
    exit_status: int | None = Field(description='of a process that has finished')
    message: str | None = Field(description='of a report line')
    level: str | None = Field(description='of a report line')

"""The instance: how it is, and what it allows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Threads(BaseModel):
    """Threads for statements."""

    busy: int = Field(description='statements that run or wait for a thread')
    limit: int = Field(description='statements that may run at the same time')


class InstanceHealth(BaseModel):
    """How the instance is at this moment; numbers are over all users."""

    version: str
    database: Literal['sqlite', 'postgresql']
    database_ms: float = Field(description='how long the database took to answer [ms]')
    daemon_workers: int = Field(description='0: nothing that is submitted is started')
    writer_runs: bool = Field(description='whether the process that writes is there; a write starts it')
    writes_waiting: int = Field(description='writes that have not been answered')
    event_subscribers: int = Field(description='who follows the events')
    read_threads: Threads
    slow_threads: Threads = Field(description='for queries and exports')
    processes: dict[str, int] = Field(description='by state; empty where the database does not count')
    nodes: dict[str, int] = Field(description='by type; empty where the database does not count')


class Limit(BaseModel):
    """A setting of the instance."""

    name: str
    value: str | int | float
    description: str
    variable: str = Field(description='environment variable that sets it, before the start')

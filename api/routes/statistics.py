"""Statistics: how many nodes one has and sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.database import read, read_slowly
from api.schemas.statistics import Statistics
from api.security import Reader
from nanoos_plugins.graph.statistics import statistics

router = APIRouter(tags=['nodes'])


@router.get('/statistics')
async def get_statistics(
    request: Request,
    caller: Reader,
    days: Annotated[int, Query(ge=1, le=3660, description='numbers by day: for how many days')] = 30,
) -> Statistics:
    """Return how many nodes the caller sees by type, state and day: own ones, shared ones, the system's.

    Own ones and the system's cost milliseconds, however many there are: the database keeps the numbers. What
    others share is counted one by one, 10 000 at most.
    """
    run = read if caller.group_pk is None else read_slowly
    return Statistics.model_validate(await run(request, statistics, caller.viewer, days))

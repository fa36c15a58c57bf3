"""Groups: find and make them, and put nodes in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, status

from api.database import read
from api.paging import After, Limit, Page, decode, encode
from api.routes.materials import Maker
from api.schemas.groups import Group, GroupChanges, MemberChanges, NewGroup
from api.schemas.nodes import Node
from api.security import Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.groups import find_group, list_groups, list_members

router = APIRouter(prefix='/groups', tags=['groups'])


@router.get('')
async def get_groups(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    mine: Annotated[bool, Query(description="only one's own")] = False,
) -> Page[Group]:
    """List groups, newest first: one's own, those that others share, and the system's."""
    rows, rest = await read(request, list_groups, caller.viewer, limit, decode(after), mine)
    return Page(items=[Group.model_validate(row) for row in rows], after=encode(rest))


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_group(request: Request, caller: Maker, body: NewGroup) -> Group:
    """Make an empty group; 409 when one has a group of this name."""
    made = await request.app.state.writer.write('make_group', caller, **body.model_dump())
    return await _found(request, caller, made)


@router.get('/{uuid}')
async def get_group(request: Request, caller: Reader, uuid: UUID) -> Group:
    """Return a group."""
    return await _found(request, caller, str(uuid))


@router.patch('/{uuid}')
async def change_group(request: Request, caller: Maker, uuid: UUID, body: GroupChanges) -> Group:
    """Give one's own group another name or description."""
    changes = body.model_dump(exclude_unset=True)
    if not changes:
        raise ValueError('nothing to change: say name or description')
    await request.app.state.writer.write('change_group', caller, uuid=str(uuid), changes=changes)
    return await _found(request, caller, str(uuid))


@router.delete('/{uuid}', status_code=status.HTTP_204_NO_CONTENT)
async def delete_group(request: Request, caller: Maker, uuid: UUID) -> None:
    """Delete one's own group, its shares and the tokens that are for it; the nodes in it stay."""
    await request.app.state.writer.write('delete_group', caller, uuid=str(uuid))


@router.get('/{uuid}/nodes')
async def get_members(
    request: Request, caller: Reader, uuid: UUID, limit: Limit = 50, after: After = None
) -> Page[Node]:
    """List the nodes in a group that the caller may see, the last one that was put in first."""
    found, rest = await read(request, list_members, str(uuid), caller.viewer, limit, decode(after))
    return Page(items=[Node.model_validate(node) for node in found], after=encode(rest))


@router.patch('/{uuid}/nodes', status_code=status.HTTP_204_NO_CONTENT)
async def change_members(request: Request, caller: Maker, uuid: UUID, body: MemberChanges) -> None:
    """Put nodes into a group and take nodes out, all or none.

    Its owner can, and those with whom it is shared for writing; these take out only what belongs to them.
    """
    await request.app.state.writer.write(
        'change_members', caller, uuid=str(uuid), **body.model_dump(mode='json')
    )


async def _found(request: Request, caller: Caller, uuid: str) -> Group:
    return Group.model_validate(await read(request, find_group, uuid, caller.viewer))

"""With whom materials, groups and other nodes are shared.

Whoever shares by e-mail learns whether somebody has that address here: a share that silently went to nobody
would be worse. So that nobody tries lists of addresses, each user's tries are counted, those that succeed
too; an address without an account, the caller's own and the system's are refused alike, and taking a share
back says the same of an unknown address as of one that it is not shared with.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, status

from api.database import read
from api.paging import After, Limit, Page, decode, encode
from api.rate import RateLimit
from api.routes.materials import Maker, MaterialId
from api.schemas.shares import NewShare, Share, SharedRoot
from api.schemas.values import NO_NUL
from api.security import Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.shares import Kind, find_root, list_shares, shares_of
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(tags=['shares'])

#: Addresses that one user may try in a minute; ten at once.
TRIES = RateLimit(60)

Email = Annotated[str | None, Query(max_length=254, pattern=NO_NUL)]


@router.get('/shares')
async def get_shares(
    request: Request,
    caller: Reader,
    direction: Annotated[
        Literal['with_me', 'by_me'], Query(description='what others share with one, or what one shares')
    ] = 'with_me',
    limit: Limit = 50,
    after: After = None,
) -> Page[SharedRoot]:
    """List what is shared with the caller, or by the caller, newest first."""
    rows, rest = await read(request, list_shares, caller.viewer, direction == 'by_me', limit, decode(after))
    return Page(items=[SharedRoot.model_validate(row) for row in rows], after=encode(rest))


@router.get('/materials/{material_id}/shares')
async def get_material_shares(request: Request, caller: Reader, material_id: MaterialId) -> list[Share]:
    """Return with whom a material is shared, oldest first: its owner sees all, others what is for them."""
    return await _list(request, caller, 'material', material_id)


@router.put('/materials/{material_id}/shares')
async def put_material_share(
    request: Request, caller: Maker, material_id: MaterialId, body: NewShare
) -> Share:
    """Share a material: all its revisions and what is made from them, those of the future too.

    Only its owner can. A share that there is already gets the new access.
    """
    return await _put(request, caller, 'material', material_id, body)


@router.delete('/materials/{material_id}/shares', status_code=status.HTTP_204_NO_CONTENT)
async def delete_material_share(
    request: Request, caller: Maker, material_id: MaterialId, email: Email = None, everybody: bool = False
) -> None:
    """Take a share of a material back from one user, or from everybody; it closes at once."""
    await _delete(request, caller, 'material', material_id, email, everybody)


@router.get('/groups/{uuid}/shares')
async def get_group_shares(request: Request, caller: Reader, uuid: UUID) -> list[Share]:
    """Return with whom a group is shared, oldest first: its owner sees all, others what is for them."""
    return await _list(request, caller, 'group', str(uuid))


@router.put('/groups/{uuid}/shares')
async def put_group_share(request: Request, caller: Maker, uuid: UUID, body: NewShare) -> Share:
    """Share a group: its members and what is made from them, those of the future too.

    Only its owner can. It opens what belongs to the owner and to those who may write; members that belong to
    others are for those who see them anyway. A share that there is already gets the new access.
    """
    return await _put(request, caller, 'group', str(uuid), body)


@router.delete('/groups/{uuid}/shares', status_code=status.HTTP_204_NO_CONTENT)
async def delete_group_share(
    request: Request, caller: Maker, uuid: UUID, email: Email = None, everybody: bool = False
) -> None:
    """Take a share of a group back from one user, or from everybody; it closes at once."""
    await _delete(request, caller, 'group', str(uuid), email, everybody)


@router.get('/nodes/{uuid}/shares')
async def get_node_shares(request: Request, caller: Reader, uuid: UUID) -> list[Share]:
    """Return with whom a node is shared, oldest first: its owner sees all, others what is for them."""
    return await _list(request, caller, 'node', str(uuid))


@router.put('/nodes/{uuid}/shares')
async def put_node_share(request: Request, caller: Maker, uuid: UUID, body: NewShare) -> Share:
    """Share a data node and what is made from it, that of the future too.

    Only its owner can. A share that there is already gets the new access.
    """
    return await _put(request, caller, 'node', str(uuid), body)


@router.delete('/nodes/{uuid}/shares', status_code=status.HTTP_204_NO_CONTENT)
async def delete_node_share(
    request: Request, caller: Maker, uuid: UUID, email: Email = None, everybody: bool = False
) -> None:
    """Take a share of a node back from one user, or from everybody; it closes at once."""
    await _delete(request, caller, 'node', str(uuid), email, everybody)


async def _list(request: Request, caller: Caller, kind: Kind, identifier: str) -> list[Share]:
    found = await read(request, _shares, kind, identifier, caller.viewer)
    return [Share.model_validate(row) for row in found]


def _shares(kind: Kind, identifier: str, viewer: Viewer) -> list[dict[str, object]]:
    return shares_of(find_root(kind, identifier, viewer), viewer)


async def _put(request: Request, caller: Caller, kind: Kind, identifier: str, body: NewShare) -> Share:
    if body.email is not None:
        TRIES.take(str(caller.user_pk))
    made = await request.app.state.writer.write(
        'share', caller, kind=kind, identifier=identifier, email=body.email, access=body.access
    )
    return Share.model_validate(made)


async def _delete(
    request: Request, caller: Caller, kind: Kind, identifier: str, email: str | None, everybody: bool
) -> None:
    if everybody == (email is not None):
        raise ValueError('say either email or everybody=true')
    await request.app.state.writer.write('revoke', caller, kind=kind, identifier=identifier, email=email)

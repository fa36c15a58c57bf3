"""With whom a material is shared.

Whoever shares by e-mail learns whether somebody has that address here: a share that silently went to nobody
would be worse. So that nobody tries lists of addresses, each user's tries are counted, those that succeed
too; an address without an account, the caller's own and the system's are refused alike, and taking a share
back says the same of an unknown address as of one that it is not shared with.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, status

from api.database import read
from api.rate import RateLimit
from api.routes.materials import Maker, MaterialId
from api.schemas.shares import NewShare, Share
from api.schemas.values import NO_NUL
from api.security import Reader
from nanoos_plugins.graph.shares import shares_of_material

router = APIRouter(prefix='/materials/{material_id}/shares', tags=['shares'])

#: Addresses that one user may try in a minute; ten at once.
TRIES = RateLimit(60)


@router.get('')
async def get_material_shares(request: Request, caller: Reader, material_id: MaterialId) -> list[Share]:
    """Return with whom a material is shared, oldest first: its owner sees all, others what is for them."""
    found = await read(request, shares_of_material, material_id, caller.viewer)
    return [Share.model_validate(row) for row in found]


@router.put('')
async def put_material_share(
    request: Request, caller: Maker, material_id: MaterialId, body: NewShare
) -> Share:
    """Share a material: all its revisions and what is made from them, those of the future too.

    Only its owner can. A share that there is already gets the new access.
    """
    if body.email is not None:
        TRIES.take(str(caller.user_pk))
    made = await request.app.state.writer.write(
        'share_material', caller, material_id=material_id, email=body.email, access=body.access
    )
    return Share.model_validate(made)


@router.delete('', status_code=status.HTTP_204_NO_CONTENT)
async def delete_material_share(
    request: Request,
    caller: Maker,
    material_id: MaterialId,
    email: Annotated[str | None, Query(max_length=254, pattern=NO_NUL)] = None,
    everybody: bool = False,
) -> None:
    """Take a share of a material back from one user, or from everybody; it closes at once."""
    if everybody == (email is not None):
        raise ValueError('say either email or everybody=true')
    await request.app.state.writer.write('revoke_material', caller, material_id=material_id, email=email)

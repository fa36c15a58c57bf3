"""Codes: which programs one can run where; administrators provide them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, status

from api.database import read
from api.paging import After, Limit, Page, decode, encode
from api.schemas.computers import Code, NewCode
from api.security import Admin, Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.computers import find_code, list_codes

router = APIRouter(prefix='/codes', tags=['computers'])


@router.get('')
async def get_codes(request: Request, caller: Reader, limit: Limit = 50, after: After = None) -> Page[Code]:
    """List the codes that one can run, newest first."""
    rows, rest = await read(request, list_codes, caller.viewer, caller.is_admin, limit, decode(after))
    return Page(items=[Code.model_validate(row) for row in rows], after=encode(rest))


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_code(request: Request, caller: Admin, body: NewCode) -> Code:
    """Provide a program on a computer that the caller can submit to, to all who can submit there."""
    uuid = await request.app.state.writer.write('make_code', caller, **body.model_dump())
    return await _found(request, caller, uuid)


@router.get('/{uuid}')
async def get_code(request: Request, caller: Reader, uuid: UUID) -> Code:
    """Return a code that one can run."""
    return await _found(request, caller, str(uuid))


async def _found(request: Request, caller: Caller, uuid: str) -> Code:
    found = await read(request, find_code, uuid, caller.viewer, caller.is_admin)
    return Code.model_validate(found)

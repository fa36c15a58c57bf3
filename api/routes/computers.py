"""Computers: where one can submit to, and with which account; administrators set them up."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, status

from api.database import read
from api.routes.materials import Maker
from api.schemas.computers import Computer, ComputerChanges, NewAccess, NewComputer, Permission
from api.schemas.values import NO_NUL
from api.security import Admin, Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.computers import find_computer, list_computers

router = APIRouter(prefix='/computers', tags=['computers'])


@router.get('')
async def get_computers(request: Request, caller: Reader) -> list[Computer]:
    """List the computers that one can submit to or bring an account for; administrators see all."""
    found = await read(request, list_computers, caller.viewer, caller.is_admin)
    return [Computer.model_validate(row) for row in found]


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_computer(request: Request, caller: Admin, body: NewComputer) -> Computer:
    """Set a computer up; nobody can submit there yet. 409 when there is one with this label."""
    uuid = await request.app.state.writer.write('make_computer', caller, **body.model_dump())
    return await _found(request, caller, uuid)


@router.get('/{uuid}')
async def get_computer(request: Request, caller: Reader, uuid: UUID) -> Computer:
    """Return a computer."""
    return await _found(request, caller, str(uuid))


@router.patch('/{uuid}')
async def change_computer(request: Request, caller: Admin, uuid: UUID, body: ComputerChanges) -> Computer:
    """Change a computer, enable it or disable it for all who have access."""
    changes = body.model_dump(exclude_unset=True)
    if not changes:
        raise ValueError('nothing to change: say description, own_accounts or enabled')
    await request.app.state.writer.write('change_computer', caller, uuid=str(uuid), changes=changes)
    return await _found(request, caller, str(uuid))


@router.put('/{uuid}/users/{email}', status_code=status.HTTP_204_NO_CONTENT)
async def put_computer_user(
    request: Request,
    caller: Admin,
    uuid: UUID,
    email: Annotated[str, Path(max_length=254, pattern=NO_NUL)],
    body: Permission,
) -> None:
    """Let a user submit to a computer, or no longer."""
    await request.app.state.writer.write('permit', caller, uuid=str(uuid), email=email, **body.model_dump())


@router.put('/{uuid}/access')
async def put_access(request: Request, caller: Maker, uuid: UUID, body: NewAccess) -> Computer:
    """Submit to a computer by an account of one's own there; what one had before is replaced.

    Only where `own_accounts` says so. Only the key that is given is ever used to sign in, and only for the
    caller's calculations.
    """
    await request.app.state.writer.write(
        'take_access',
        caller,
        uuid=str(uuid),
        private_key=body.private_key.get_secret_value(),
        **body.model_dump(exclude={'private_key'}),
    )
    return await _found(request, caller, str(uuid))


@router.delete('/{uuid}/access', status_code=status.HTTP_204_NO_CONTENT)
async def delete_access(request: Request, caller: Maker, uuid: UUID) -> None:
    """Give up one's own account on a computer, and delete its key here."""
    await request.app.state.writer.write('drop_access', caller, uuid=str(uuid))


async def _found(request: Request, caller: Caller, uuid: str) -> Computer:
    found = await read(request, find_computer, uuid, caller.viewer, caller.is_admin)
    return Computer.model_validate(found)

"""Materials: find, make and revise them, and what was made from them."""

from __future__ import annotations

from typing import Annotated, Any

from ase.data import chemical_symbols
from fastapi import APIRouter, Depends, Path, Query, Request, status

from api.database import read
from api.paging import After, Limit, Page, decode, encode
from api.schemas.materials import Material, MaterialChanges, MaterialRevision, NewMaterial
from api.schemas.structures import StructureRow
from api.schemas.values import NO_NUL
from api.security import Reader, Writer
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.materials import find_material, list_materials, list_revisions
from nanoos_plugins.graph.structures import list_structures

router = APIRouter(prefix='/materials', tags=['materials'])

MaterialId = Annotated[
    str, Path(max_length=200, pattern=NO_NUL, description='the same in all revisions of a material')
]
Filter = Annotated[str | None, Query(min_length=1, max_length=200, pattern=NO_NUL)]


async def _maker(caller: Writer) -> Caller:
    """Return a caller who may make things: with a token for one group they would not see what they made."""
    if caller.group_pk is not None:
        raise PermissionError('this token is for what is in one group: it cannot make anything new')
    return caller


Maker = Annotated[Caller, Depends(_maker)]


@router.get('')
async def get_materials(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    text: Filter = None,
    tag: Filter = None,
    formula: Filter = None,
    elements: Filter = None,
    archived: bool = False,
) -> Page[MaterialRevision]:
    """List materials by their newest revisions, newest first.

    `text` is looked for in name, formula, description and tags; `elements`, as in `Si,O`, must all be in the
    formula; `archived` shows the archived ones instead of the others.
    """
    rows, rest = await read(
        request,
        list_materials,
        limit,
        decode(after),
        archived,
        text=text,
        tag=tag,
        formula=formula,
        elements=elements_of(elements),
        viewer=caller.viewer,
    )
    return Page(items=[_revision(row) for row in rows], after=encode(rest))


def elements_of(text: str | None) -> list[str]:
    """Return chemical symbols.

    :raises ValueError: for one that is none.
    """
    symbols = [] if text is None else [word.strip() for word in text.split(',')]
    unknown = [symbol for symbol in symbols if symbol not in chemical_symbols[1:]]
    if unknown:
        raise ValueError(f'elements: expected chemical symbols as in Si,O, got {", ".join(unknown)!r:.80}')
    return symbols


def _revision(row: dict[str, Any]) -> MaterialRevision:
    return MaterialRevision.model_validate(row)


@router.post('', status_code=status.HTTP_201_CREATED)
async def create_material(request: Request, caller: Maker, body: NewMaterial) -> Material:
    """Make a material."""
    made = await request.app.state.writer.write('make_material', caller, attributes=body.model_dump())
    return await _found(request, caller, made)


@router.get('/{material_id}')
async def get_material(request: Request, caller: Reader, material_id: MaterialId) -> Material:
    """Return the newest revision of a material."""
    return await _found(request, caller, material_id)


@router.patch('/{material_id}')
async def revise_material(
    request: Request, caller: Maker, material_id: MaterialId, body: MaterialChanges
) -> Material:
    """Make a new revision of a material; 409 when the one that it is based on is not the newest."""
    changes = body.model_dump(exclude_unset=True, exclude={'revision'})
    if not changes:
        raise ValueError('nothing to revise: say what changes, as in {"revision": 1, "description": "…"}')
    await request.app.state.writer.write(
        'revise_material', caller, material_id=material_id, revision=body.revision, changes=changes
    )
    return await _found(request, caller, material_id)


async def _found(request: Request, caller: Caller, material_id: str) -> Material:
    return Material.model_validate(await read(request, find_material, material_id, caller.viewer))


@router.get('/{material_id}/revisions')
async def get_revisions(
    request: Request, caller: Reader, material_id: MaterialId, limit: Limit = 50, after: After = None
) -> Page[MaterialRevision]:
    """List the revisions of a material, newest first."""
    await read(request, find_material, material_id, caller.viewer)
    rows, rest = await read(request, list_revisions, material_id, limit, decode(after), caller.viewer)
    return Page(items=[_revision(row) for row in rows], after=encode(rest))


@router.get('/{material_id}/structures')
async def get_structures_of_material(
    request: Request, caller: Reader, material_id: MaterialId, limit: Limit = 50, after: After = None
) -> Page[StructureRow]:
    """List the structures below a material at any depth (imported, built, relaxed), newest first."""
    await read(request, find_material, material_id, caller.viewer)
    rows, rest = await read(request, list_structures, limit, decode(after), material_id, viewer=caller.viewer)
    return Page(items=[StructureRow.model_validate(row) for row in rows], after=encode(rest))

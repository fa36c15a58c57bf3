"""Materials: find, make and revise them, and what was made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ase.data import chemical_symbols
from fastapi import APIRouter, Depends, Path, Query, Request, status
from pydantic import StringConstraints

from api.database import read
from api.paging import After, Limit, Page, decode, encode
from api.schemas.materials import (
    Material,
    MaterialChanges,
    MaterialResult,
    MaterialRevision,
    NewMaterial,
    WholeRevision,
)
from api.schemas.structures import StructureRow
from api.schemas.values import NO_NUL
from api.security import Reader, Writer
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.graph.by_name import materials_by_name
from nanoos_plugins.graph.materials import ElementsMatch, find_material, list_materials, list_revisions
from nanoos_plugins.graph.results import list_results
from nanoos_plugins.graph.shares import access_to_material
from nanoos_plugins.graph.structures import list_structures
from nanoos_plugins.storage.shares import Viewer

router = APIRouter(prefix='/materials', tags=['materials'])

MaterialId = Annotated[
    str, Path(max_length=200, pattern=NO_NUL, description='the same in all revisions of a material')
]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Filter = Annotated[str | None, Query(min_length=1, max_length=200, pattern=NO_NUL)]


async def _maker(caller: Writer) -> Caller:
    return refuse_group(caller)


def refuse_group(caller: Caller) -> Caller:
    """Return a caller who may make things: with a token for one group they would not see what they made.

    :raises PermissionError: for such a token.
    """
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
    tag: Annotated[list[Tag], Query(max_length=20, description='all of these')] = [],  # noqa: B006
    formula: Filter = None,
    elements: Filter = None,
    elements_match: Annotated[
        ElementsMatch,
        Query(description='`all` of the elements and any others, or `only` some of them and no others'),
    ] = 'all',
    mine: Annotated[bool, Query(description="only one's own, not those that others share")] = False,
    archived: bool = False,
    sort: Annotated[Literal['newest', 'name'], Query(description='newest first, or by name')] = 'newest',
) -> Page[MaterialRevision]:
    """List materials by their newest revisions.

    `text` is looked for in name, formula, description and tags; `elements`, as in `Si,O`, must be in the
    formula; `archived` shows the archived ones instead of the others.
    """
    rows, rest = await read(
        request,
        list_materials if sort == 'newest' else materials_by_name,
        limit,
        decode(after),
        archived,
        caller.viewer,
        text=text,
        tags=tag,
        formula=formula,
        elements=elements_of(elements),
        elements_match=elements_match,
        mine=mine,
    )
    return Page(items=[MaterialRevision.model_validate(row) for row in rows], after=encode(rest))


def elements_of(text: str | None) -> list[str]:
    """Return chemical symbols.

    :raises ValueError: for one that is none.
    """
    symbols = [] if text is None else [word.strip() for word in text.split(',')]
    unknown = [symbol for symbol in symbols if symbol not in chemical_symbols[1:]]
    if unknown:
        raise ValueError(f'elements: expected chemical symbols as in Si,O, got {", ".join(unknown)!r:.80}')
    return symbols


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
    return Material.model_validate(await read(request, _material, material_id, caller.viewer))


def _material(material_id: str, viewer: Viewer) -> dict[str, Any]:
    return {**find_material(material_id, viewer), 'access': access_to_material(material_id, viewer)}


@router.get('/{material_id}/revisions')
async def get_revisions(
    request: Request, caller: Reader, material_id: MaterialId, limit: Limit = 50, after: After = None
) -> Page[WholeRevision]:
    """List the revisions of a material, newest first."""
    await read(request, find_material, material_id, caller.viewer)
    rows, rest = await read(request, list_revisions, material_id, limit, decode(after), caller.viewer)
    return Page(items=[WholeRevision.model_validate(row) for row in rows], after=encode(rest))


@router.get('/{material_id}/structures')
async def get_structures_of_material(
    request: Request, caller: Reader, material_id: MaterialId, limit: Limit = 50, after: After = None
) -> Page[StructureRow]:
    """List the structures below a material at any depth (imported, built, relaxed), newest first."""
    await read(request, find_material, material_id, caller.viewer)
    rows, rest = await read(request, list_structures, limit, decode(after), material_id, viewer=caller.viewer)
    return Page(items=[StructureRow.model_validate(row) for row in rows], after=encode(rest))


@router.get('/{material_id}/results')
async def get_results_of_material(
    request: Request, caller: Reader, material_id: MaterialId, limit: Limit = 50, after: After = None
) -> Page[MaterialResult]:
    """List what completed jobs computed of the structures below a material, the newest job first."""
    await read(request, find_material, material_id, caller.viewer)
    found, rest = await read(request, list_results, material_id, limit, decode(after), caller.viewer)
    return Page(items=[MaterialResult.model_validate(one) for one in found], after=encode(rest))

"""Structures: find and upload them."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, status

from api.database import read, read_slowly
from api.errors import RequestError
from api.paging import After, Limit, Page, decode, encode
from api.routes.materials import Filter, Maker, elements_of
from api.routes.structure_detail import answer_made, preview
from api.routes.uploads import REQUEST_BODY, Upload, Uploaded
from api.schemas.structures import MadeStructure, Origin, ParsedStructure, StructureRow
from api.security import Reader
from nanoos_plugins.data.structure_file import StructureFile, UnreadableFileError, parse, reading
from nanoos_plugins.graph.structures import list_structures

router = APIRouter(prefix='/structures', tags=['structures'])


@router.get('')
async def get_structures(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    origin: Origin | None = None,
    format: Literal['CIF', 'POSCAR', 'XYZ', 'internal'] | None = None,
    formula: Filter = None,
    elements: Filter = None,
    space_group: Filter = None,
    number_of_atoms: Annotated[int | None, Query(ge=1, le=10**6)] = None,
    dimensionality: Annotated[int | None, Query(ge=0, le=3)] = None,
    material_id: Filter = None,
) -> Page[StructureRow]:
    """List structures, newest first; `formula` is reduced for what is periodic, `space_group` as in
    `Fm-3m (225)`; `elements`, as in `Si,O`, must all be in the formula.
    """
    rows, rest = await read(
        request,
        list_structures,
        limit,
        decode(after),
        material_id,
        caller.viewer,
        origin=origin,
        format=format,
        formula=formula,
        elements=elements_of(elements),
        space_group=space_group,
        number_of_atoms=number_of_atoms,
        dimensionality=dimensionality,
    )
    return Page(items=[StructureRow.model_validate(row) for row in rows], after=encode(rest))


@router.post('', status_code=status.HTTP_201_CREATED, openapi_extra=REQUEST_BODY)
async def create_structure(request: Request, caller: Maker, upload: Uploaded) -> MadeStructure:
    """Import the structure in a file, as JSON or as multipart form; a file that is none stores nothing."""
    text = await read_slowly(request, _reading, upload)
    made = await request.app.state.writer.write(
        'import_structure',
        caller,
        filename=upload.filename,
        content=b64encode(upload.content).decode(),
        reading=text,
        **upload.fields.model_dump(exclude={'name'}),
        material_name=upload.fields.name,
    )
    return await answer_made(request, caller, made['uuid'], made['warnings'])


@router.post('/parse', openapi_extra=REQUEST_BODY)
async def parse_structure(request: Request, caller: Reader, upload: Uploaded) -> ParsedStructure:
    """Say what a file holds; nothing is stored, and material and name mean nothing here."""
    return await read_slowly(request, _described, upload)


def _parsed(upload: Upload) -> StructureFile:
    """Return what a file says, read in a bounded process.

    :raises RequestError: 422 when it is no structure that can be imported.
    """
    fields = upload.fields
    try:
        return parse(upload.content, upload.filename, fields.index, fields.format)
    except UnreadableFileError as error:
        # Its words are for the command line, where a field is an option.
        raise RequestError(
            422, str(error).replace('--index', 'index').replace('--format', 'format')
        ) from None


def _reading(upload: Upload) -> str:
    """Return what `_parsed` is made from, for the writer."""
    _parsed(upload)
    return reading(upload.content, upload.filename, upload.fields.index, upload.fields.format)


def _described(upload: Upload) -> ParsedStructure:
    found = _parsed(upload)
    return ParsedStructure(**preview(found.atoms), format=found.format, warnings=found.warnings)

"""Builders of structures: what there is, what one would make, and make it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, get_args

from ase import Atoms
from fastapi import APIRouter, Request, status

from api.database import read, read_slowly
from api.routes.materials import Maker
from api.routes.structure_detail import answer_made, in_process, load_atoms, preview
from api.schemas.structures import (
    Builder,
    BuilderName,
    BuildRequest,
    MadeStructure,
    PreviewRequest,
    StructurePreview,
)
from api.security import Reader
from api.writes.structures import build
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.launch import load_process
from nanoos_plugins.port_schema import describe

router = APIRouter(prefix='/structures', tags=['structures'])

#: Builders that start from a structure.
FROM_STRUCTURE = ('slab', 'strain', 'substitution', 'supercell', 'vacancy')


@router.get('/builders')
async def list_builders(request: Request, caller: Reader) -> list[Builder]:
    """List the builders with their parameters, units included."""
    return await read(request, _builders)


@cache
def _builders() -> list[Builder]:
    return [
        Builder(
            name=name,
            description=_first_sentence(describe(load_process(f'nanoos.build_{name}'))),
            from_structure=name in FROM_STRUCTURE,
            parameters=_parameters(name),
        )
        for name in get_args(BuilderName)
    ]


def _first_sentence(text: str) -> str:
    """Return what a process makes, without how it fails."""
    return text.split('. ')[0].removesuffix('.') + '.'


def _parameters(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the parameters of a builder."""
    module = import_module(f'nanoos_plugins.calculations.build.{name}')
    schema: dict[str, Any] = getattr(module, name.capitalize()).model_json_schema()
    return schema


@router.post('/build/{builder}', status_code=status.HTTP_201_CREATED)
async def build_structure(
    request: Request, caller: Maker, builder: BuilderName, body: BuildRequest
) -> MadeStructure:
    """Build a structure; it is stored when it has been built, so that wrong parameters store nothing."""
    built = await _built(request, caller, builder, body)
    made = await request.app.state.writer.write(
        'build_structure',
        caller,
        builder=builder,
        parameters=body.parameters,
        built=built,
        structure=None if body.structure is None else str(body.structure),
        material_id=body.material_id,
        material_name=body.name,
    )
    return await answer_made(request, caller, made, [])


@router.post('/build/{builder}/preview')
async def preview_structure(
    request: Request, caller: Reader, builder: BuilderName, body: PreviewRequest
) -> StructurePreview:
    """Say what a builder would make; nothing is stored."""
    built = await _built(request, caller, builder, body)
    return await read_slowly(request, lambda: StructurePreview(**preview(Atoms(**built))))


async def _built(request: Request, caller: Caller, builder: str, body: PreviewRequest) -> dict[str, Any]:
    """Return what a builder makes, as `build` does, made in a bounded process.

    :raises ValueError: when it refuses, or a structure is missing that it starts from, or is one too many.
    """
    if (body.structure is not None) != (builder in FROM_STRUCTURE):
        needs = 'say which structure it starts from' if builder in FROM_STRUCTURE else 'leave structure out'
        raise ValueError(f'structure: {needs}')
    start = None if body.structure is None else await read(request, load_atoms, str(body.structure), caller)
    return await in_process(build, builder, body.parameters, start)

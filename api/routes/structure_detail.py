"""One structure: its atoms, its file, its symmetry, and what a viewer draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar, TypeVarTuple
from uuid import UUID

import anyio
from anyio import BrokenWorkerProcess, to_process
from ase import Atoms
from fastapi import APIRouter, Query, Request, Response

from api.database import read, read_slowly
from api.errors import RequestError
from api.schemas.structures import MadeStructure, Structure, StructureSymmetry, StructureView
from api.security import Reader
from nanoos_plugins.accounts.caller import Caller
from nanoos_plugins.data.structure import MAX_SYMMETRY_ATOMS, SYMMETRY_TOLERANCE, dimensionality, formula
from nanoos_plugins.data.structure_export import export_text
from nanoos_plugins.data.structure_symmetry import find_symmetry
from nanoos_plugins.data.structure_view import view
from nanoos_plugins.graph.structures import atoms_of, density_of, find_structure, symbols_of

router = APIRouter(prefix='/structures', tags=['structures'])

#: Longest that building or a search for symmetry may take [s].
MOST_SECONDS = 20
MEDIA_TYPES = {
    'cif': 'chemical/x-cif',
    'poscar': 'text/plain',
    'xyz': 'chemical/x-xyz',
    'json': 'application/json',
}
ENDINGS = {'cif': '.cif', 'poscar': '.vasp', 'xyz': '.xyz', 'json': '.json'}

Args = TypeVarTuple('Args')
T = TypeVar('T')


async def in_process(call: Callable[[*Args], T], *args: *Args) -> T:
    """Return what `call` returns, run in a process of its own, which is killed when it takes too long.

    It computes without letting other threads of its process run, or for as long as its input makes it.

    :raises RequestError: 422 when it takes too long or too much memory.
    """
    with anyio.move_on_after(MOST_SECONDS):
        try:
            return await to_process.run_sync(call, *args, cancellable=True)
        except BrokenWorkerProcess:
            raise RequestError(422, 'this takes too much memory: ask for something smaller') from None
    raise RequestError(422, f'this takes more than {MOST_SECONDS} s: ask for something smaller')


def structure_of(uuid: str, caller: Caller) -> dict[str, Any]:
    """Return a structure with its atoms."""
    found = find_structure(uuid, caller.viewer)
    attributes = found['attributes']
    return {
        **found,
        'cell': attributes['cell'],
        'pbc': [attributes[f'pbc{axis}'] for axis in (1, 2, 3)],
        'symbols': symbols_of(attributes),
        'positions': [site['position'] for site in attributes['sites']],
        'density': density_of(attributes),
    }


def load_atoms(uuid: str, caller: Caller) -> Atoms:
    return atoms_of(find_structure(uuid, caller.viewer)['attributes'])


async def answer_made(request: Request, caller: Caller, uuid: str, warnings: list[str]) -> MadeStructure:
    """Return a structure that was made now."""
    found = await read(request, structure_of, uuid, caller)
    return MadeStructure.model_validate({**found, 'warnings': warnings})


@router.get('/{structure_uuid}')
async def get_structure(request: Request, caller: Reader, structure_uuid: UUID) -> Structure:
    """Return a structure: its attributes, cell and atoms."""
    return await read(request, lambda: Structure.model_validate(structure_of(str(structure_uuid), caller)))


@router.get(
    '/{structure_uuid}/export',
    response_class=Response,
    responses={200: {'content': {media: {} for media in set(MEDIA_TYPES.values())}}},
)
async def export_structure(
    request: Request,
    caller: Reader,
    structure_uuid: UUID,
    format: Literal['cif', 'poscar', 'xyz', 'json'] = 'cif',
) -> Response:
    """Return a structure as a file; each format can be uploaded again.

    CIF and POSCAR do not say in which directions a structure is not periodic.
    """
    text = await read_slowly(request, lambda: export_text(load_atoms(str(structure_uuid), caller), format))
    name = f'{structure_uuid}{ENDINGS[format]}'
    return Response(
        text,
        media_type=MEDIA_TYPES[format],
        headers={'Content-Disposition': f'attachment; filename="{name}"'},
    )


@router.get('/{structure_uuid}/symmetry')
async def get_structure_symmetry(
    request: Request,
    caller: Reader,
    structure_uuid: UUID,
    tolerance: Annotated[
        float, Query(ge=1e-5, le=1, description='distance within which atoms count as equivalent [Å]')
    ] = SYMMETRY_TOLERANCE,
) -> StructureSymmetry:
    """Return the symmetry of a crystal; 422 for what does not go on in three dimensions."""
    atoms = await read(request, _crystal, str(structure_uuid), caller)
    found = await in_process(
        find_symmetry,
        atoms.cell.tolist(),
        atoms.positions.tolist(),
        atoms.numbers.tolist(),
        tolerance,
    )
    return StructureSymmetry(**asdict(found), tolerance=tolerance)


def _crystal(uuid: str, caller: Caller) -> Atoms:
    """Return a structure that has a space group, and not too many atoms to look for it.

    :raises ValueError: for another one.
    """
    atoms = load_atoms(uuid, caller)
    dimensions = dimensionality(atoms)
    if dimensions != 3:
        raise ValueError(
            f'the structure is {dimensions}-dimensional: only three-dimensional ones have a space group'
        )
    if len(atoms) > MAX_SYMMETRY_ATOMS:
        raise ValueError(
            f'the structure has {len(atoms)} atoms: symmetry is looked for among at most {MAX_SYMMETRY_ATOMS}'
        )
    return atoms


@router.get('/{structure_uuid}/viewer')
async def get_structure_view(
    request: Request,
    caller: Reader,
    structure_uuid: UUID,
    repeat: Annotated[
        str, Query(pattern=r'^[1-9][0-9]?(,[1-9][0-9]?){2}$', description='cells along each vector')
    ] = '1,1,1',
) -> StructureView:
    """Return what a viewer draws: atoms complete up to the boundaries, the edges of the cell, bonds."""
    return await read_slowly(request, _view, str(structure_uuid), caller, repeat)


def _view(uuid: str, caller: Caller, repeat: str) -> StructureView:
    a, b, c = (int(word) for word in repeat.split(','))
    return _drawn(load_atoms(uuid, caller), (a, b, c))


def _drawn(atoms: Atoms, repeat: tuple[int, int, int] = (1, 1, 1)) -> StructureView:
    """Return what a viewer draws of atoms.

    :raises ValueError: when it is too much, or repeated where it is not periodic.
    """
    drawn = view(atoms, repeat)
    symbols = atoms.get_chemical_symbols()
    return StructureView.model_validate(
        {
            'cell': atoms.cell.tolist(),
            'pbc': atoms.pbc.tolist(),
            'repeat': repeat,
            'symbols': [symbols[site] for site in drawn.sites],
            'positions': drawn.positions.tolist(),
            'sites': drawn.sites.tolist(),
            'edges': drawn.edges.tolist(),
            'bonds': drawn.bonds.tolist(),
        }
    )


def preview(atoms: Atoms) -> dict[str, Any]:
    """Return what is told of a structure that is not stored: the fields of `StructurePreview`."""
    dimensions = dimensionality(atoms)
    try:
        drawn = _drawn(atoms)
    except ValueError:
        drawn = None
    return {
        'formula': formula(atoms, dimensions),
        'number_of_atoms': len(atoms),
        'dimensionality': dimensions,
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.positions.tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': atoms.pbc.tolist(),
        'view': drawn,
    }

"""Import and build structures."""

from __future__ import annotations

from base64 import b64decode
from importlib import import_module
from typing import Any, cast

from aiida import orm
from ase import Atoms

from api.writes.materials import made_by
from api.writes.shares import acting_user, acting_viewer, may_write, writable_material
from nanoos_plugins.calculations.build.builder import ready, validated
from nanoos_plugins.data.material import Material
from nanoos_plugins.data.structure import dimensionality, formula
from nanoos_plugins.data.structure_file import parse, remember
from nanoos_plugins.graph.structures import find_structure
from nanoos_plugins.launch import run


def import_structure(
    filename: str,
    content: str,
    reading: str,
    material_id: str | None = None,
    material_name: str | None = None,
    index: int | None = None,
    format: str | None = None,
) -> dict[str, Any]:
    """Import the structure in a file; return its `uuid` and the `warnings` of reading it.

    The file has been read before anything is stored: one that is no structure leaves no node.

    :param content: of the file, in base 64.
    :param reading: what `structure_file.reading` made of it, so that it is not read here, where all wait.
    :param material_name: of the new material that is made when `material_id` is None; its formula by default.
    :raises LookupError: when the caller sees no such material.
    :raises PermissionError: when they may only read it.
    :raises ValueError: when the file is no structure that can be imported.
    """
    binary = b64decode(content)
    remember(reading, binary, filename, index, format)
    found = parse(binary, filename, index, format)
    inputs: dict[str, Any] = {
        'material': _material_for(
            material_id, material_name, formula(found.atoms, dimensionality(found.atoms))
        ),
        'file': orm.SinglefileData.from_bytes(binary, filename=filename),
    }
    if index is not None:
        inputs['index'] = orm.Int(index)
    if format is not None:
        inputs['format'] = orm.Str(format)
    made = made_by(run('nanoos.import_structure', inputs))
    return {'uuid': made.uuid, 'warnings': found.warnings}


def build(builder: str, parameters: dict[str, Any], start: Atoms | None) -> dict[str, Any]:
    """Return what a builder makes, as JSON: numbers, positions, cell [Å] and pbc; nothing is stored.

    :param start: what it starts from, for a builder that does.
    :raises ValueError: when the builder refuses.
    """
    module = import_module(f'nanoos_plugins.calculations.build.{builder}')
    given = validated(getattr(module, builder.capitalize()), parameters)
    atoms = getattr(module, builder)(given, *([] if start is None else [start]))
    return {key: getattr(atoms, key).tolist() for key in ('numbers', 'positions', 'cell', 'pbc')}


def build_structure(
    builder: str,
    parameters: dict[str, Any],
    built: dict[str, Any],
    structure: str | None = None,
    material_id: str | None = None,
    material_name: str | None = None,
) -> str:
    """Store what was built, as the output of the builder's calcfunction, and return its UUID.

    :param built: what `build` made of the same, so that it is not built here, where all wait.
    :param structure: UUID of what it starts from; its material is taken where the caller may write to it.
    :raises LookupError: when the caller sees no such structure or material.
    :raises PermissionError: when they may only read the material that they name.
    """
    atoms = Atoms(**built)
    inputs: dict[str, Any] = {'parameters': orm.Dict(parameters)}
    if structure is not None:
        row = find_structure(structure, acting_viewer())
        inputs['structure'] = cast(orm.StructureData, orm.load_node(row['pk']))
        above = row['material_id']
        is_free = material_id is None and material_name is None
        if is_free and above is not None and may_write(above, acting_user()):
            material_id = above
    whole = formula(atoms, dimensionality(atoms))
    inputs['material'] = _material_for(material_id, material_name, whole)
    with ready(atoms):
        return made_by(run(f'nanoos.build_{builder}', inputs)).uuid


def _material_for(material_id: str | None, name: str | None, formula: str) -> Material:
    """Return the newest revision of the material that is meant, else a new one that is not stored yet."""
    if material_id is None:
        return Material(name=name or formula, formula=formula)
    if name is not None:
        raise ValueError('name is for a new material: say either material_id or name')
    return writable_material(material_id)

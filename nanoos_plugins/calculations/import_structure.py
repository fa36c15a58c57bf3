"""Import a structure file: file and material in, structure below the material out."""

from __future__ import annotations

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.data.material import Material
from nanoos_plugins.data.structure import describe
from nanoos_plugins.data.structure_file import UnreadableFileError, parse, structure_node

UNREADABLE_FILE = 310


@calcfunction
def import_structure(
    file: orm.SinglefileData,
    material: Material | None = None,
    index: orm.Int | None = None,
    format: orm.Str | None = None,
) -> orm.StructureData | ExitCode:
    """Make the structure that a file describes.

    Fails with exit status 310 for a file that is no structure we can use.

    :param file: the file as it was uploaded, under its name
    :param material: the material that the structure is of; it is linked, so that the structure is below it
    :param index: which structure of a file that holds several, from 0; negative counts from the end [-]
    :param format: CIF, POSCAR, XYZ or a format's name in ASE; by default found from name and content
    """
    try:
        found = parse(
            file.get_content(mode='rb'),
            file.filename,
            None if index is None else index.value,
            None if format is None else format.value,
        )
    except UnreadableFileError as error:
        return ExitCode(UNREADABLE_FILE, str(error))
    return describe(structure_node(found.atoms), 'uploaded', found.format)

"""The symmetry operations that a CIF states, by operations, by symbol or by number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pymatgen.io.cif import CifBlock, CifParser

from nanoos_plugins.runners.structure_files.cif_text import Block
from nanoos_plugins.runners.structure_files.parsed import StructureFileError

# Spelled as pymatgen looks them up, in its order of preference.
_OPERATIONS = ('_symmetry_equiv_pos_as_xyz', '_space_group_symop_operation_xyz')
_GROUPS = (
    '_symmetry_space_group_name_H-M',
    '_space_group_name_H-M_alt',
    '_space_group_name_Hall',
    '_space_group_IT_number',
    '_symmetry_Int_Tables_number',
)
_NO_SYMMETRY = ('p1', '1', 'p 1')

Array = npt.NDArray[np.float64]


def operations(block: Block) -> tuple[Array, Array, list[str]]:
    """Return rotations (n, 3, 3) and translations (n, 3) in fractional coordinates, and warnings.

    A block that says nothing of symmetry lists all its atoms (P1).

    :raises StructureFileError: when symmetry is stated but not understood, or is magnetic: taking such a
        file for P1 would lose most of its atoms.
    """
    if any('symop_magn' in name for name in block.columns):
        raise StructureFileError(
            f'line {block.line}: a magnetic CIF (magnetic symmetry operations) is not supported'
        )
    stated: dict[str, list[str] | str] = {}
    for name in _OPERATIONS:
        column = block.columns.get(name.lower())
        if column:
            stated[name] = [token.text for token in column]
    for name in _GROUPS:
        token = block.first(name.lower())
        if token is not None:
            stated[name] = token.text
    if not stated:
        return (
            np.eye(3)[None],
            np.zeros((1, 3)),
            ['the file states no symmetry: its atoms are taken as all (P1)'],
        )
    return _understood(block, stated)


def _understood(block: Block, stated: dict[str, list[str] | str]) -> tuple[Array, Array, list[str]]:
    """Return what pymatgen makes of the stated symmetry, unless it gave up."""
    parser = CifParser.from_str('data_symmetry\n')
    found = parser.get_symops(CifBlock(stated, [], 'symmetry'))
    unknown = any('Defaulting to P1' in warning for warning in parser.warnings)
    if unknown or _lost(stated, len(found)):
        name, value = next(iter(stated.items()))
        line = block.columns[name.lower()][0].line
        shown = value[0] if isinstance(value, list) else value
        raise StructureFileError(f'line {line}: symmetry {shown!r:.40} is not understood ({name})')
    return (
        np.array([operation.rotation_matrix for operation in found]),
        np.array([operation.translation_vector for operation in found]),
        [_warning(text) for text in parser.warnings],
    )


def _lost(stated: dict[str, list[str] | str], count: int) -> bool:
    """Tell whether operations were listed but not all of them came through."""
    listed = [value for value in stated.values() if isinstance(value, list)]
    return bool(listed) and count != len(listed[0])


def _warning(text: str) -> str:
    """Return a warning of pymatgen's in our words where a user should act on it."""
    if 'Spacegroup from' in text:
        return (
            'symmetry from the name of the space group in its standard setting: the file lists no operations'
        )
    return text.strip().replace('\n', ' ')

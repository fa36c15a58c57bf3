"""CIF: cell, sites and symmetry of a crystal, every site fully occupied."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.cell import Cell

from nanoos_plugins.runners.structure_files.cif_text import Block, Token, blocks
from nanoos_plugins.runners.structure_files.parsed import (
    MAX_ATOMS,
    Parsed,
    StructureFileError,
    choose,
    element,
    number,
)
from nanoos_plugins.runners.structure_files.symmetry import operations

#: Images of a site nearer than this [Å] are one atom on a special position given with few digits.
SPECIAL_POSITION = 0.1
#: Occupancies are written with two or three digits.
FULL = 1e-2

_CELL = ('length_a', 'length_b', 'length_c', 'angle_alpha', 'angle_beta', 'angle_gamma')
_UNCERTAINTY = re.compile(r'\(\d+\)$')


@dataclass(frozen=True)
class Site:
    """One site of the asymmetric unit: element, fractional coordinates (3,), and where it stands."""

    symbol: str
    position: npt.NDArray[np.float64]
    where: str


def read(text: str, index: int | None) -> Parsed:
    """Return the crystal of a CIF in the cell that the file gives.

    The cell has a along x and b in the xy plane; atoms are in the file's order, images of one site together.

    :param index: which of several data blocks with sites; see `choose`.
    :raises StructureFileError: when something is missing, malformed, or partially occupied.
    """
    found = blocks(text)
    with_sites = [block for block in found if '_atom_site_fract_x' in block.columns]
    if not with_sites:
        raise StructureFileError(_why_no_sites(found))
    block = with_sites[choose(len(with_sites), index, 'data blocks with atom sites')]
    cell = Cell.fromcellpar(_cell_parameters(block))
    sites = _sites(block)
    rotations, translations, warnings = operations(block)
    symbols: list[str] = []
    where: list[str] = []
    positions = []
    for site in sites:
        images = orbit(site.position, rotations, translations, cell)
        positions.append(images)
        symbols += [site.symbol] * len(images)
        where += [site.where] * len(images)
        if len(symbols) > MAX_ATOMS:
            raise StructureFileError(
                f'{site.where}: more than {MAX_ATOMS} atoms up to here, the most we take'
            )
    atoms = Atoms(symbols, scaled_positions=np.concatenate(positions), cell=cell, pbc=True)
    return Parsed(atoms, where, 'CIF', warnings)


def orbit(
    position: npt.NDArray[np.float64],
    rotations: npt.NDArray[np.float64],
    translations: npt.NDArray[np.float64],
    cell: Cell,
) -> npt.NDArray[np.float64]:
    """Return the distinct images (n, 3) of a fractional position under symmetry, within the cell.

    Images nearer than `SPECIAL_POSITION` are replaced by their mean, which is the exact special position
    (0.3333 becomes ⅓).

    :param rotations: (n_operations, 3, 3) in fractional coordinates; translations: (n_operations, 3).
    """
    images = (rotations @ position + translations) % 1.0
    distinct: list[npt.NDArray[np.float64]] = []
    left = np.ones(len(images), dtype=bool)
    for at in range(len(images)):
        if not left[at]:
            continue
        shift = images - images[at]
        shift -= np.round(shift)
        same = left & (np.linalg.norm(shift @ cell.array, axis=1) < SPECIAL_POSITION)
        distinct.append((images[at] + shift[same].mean(axis=0)) % 1.0)
        left &= ~same
    return np.array(distinct)


def _why_no_sites(found: list[Block]) -> str:
    """Return what to say of a CIF in which no block has fractional coordinates."""
    if not found:
        return 'line 1: no data block (data_…): this is not a CIF'
    if any('_atom_site_cartn_x' in block.columns for block in found):
        return (
            'the atom sites have only Cartesian coordinates (_atom_site_Cartn_x), expected _atom_site_fract_x'
        )
    return f'line {found[0].line}: no data block has atom sites (_atom_site_fract_x, _y, _z)'


def _number(token: Token, what: str) -> float:
    """Return the value of a token, its standard uncertainty in brackets left out."""
    return number(_UNCERTAINTY.sub('', token.text), f'line {token.line}', what)


def _cell_parameters(block: Block) -> list[float]:
    """Return a, b, c [Å], alpha, beta, gamma [degrees]."""
    values = []
    for name in _CELL:
        token = block.first(f'_cell_{name}')
        if token is None:
            raise StructureFileError(f'line {block.line}: data block {block.name!r:.40} has no _cell_{name}')
        value = _number(token, f'_cell_{name}')
        if value <= 0 or ('angle' in name and value >= 180):
            allowed = 'an angle between 0 and 180 degrees' if 'angle' in name else 'a positive length'
            raise StructureFileError(f'line {token.line}: _cell_{name} is {value:g}: expected {allowed}')
        values.append(value)
    cosines = np.cos(np.radians(values[3:]))
    if 1 + 2 * cosines.prod() - (cosines**2).sum() < 1e-8:
        token = block.columns['_cell_angle_alpha'][0]
        raise StructureFileError(f'line {token.line}: the cell has no volume with these angles')
    return values


def _sites(block: Block) -> list[Site]:
    """Return the sites of the asymmetric unit."""
    columns = {}
    for axis in 'xyz':
        name = f'_atom_site_fract_{axis}'
        if name not in block.columns:
            raise StructureFileError(f'line {block.line}: data block {block.name!r:.40} has no {name}')
        columns[axis] = block.columns[name]
    x = columns['x']
    symbols = block.columns.get('_atom_site_type_symbol')
    labels = block.columns.get('_atom_site_label')
    if symbols is None and labels is None:
        raise StructureFileError(
            f'line {x[0].line}: atom sites without _atom_site_type_symbol or _atom_site_label'
        )
    if len({len(column) for column in columns.values()}) > 1 or len(x) != len(symbols or labels or []):
        raise StructureFileError(f'line {x[0].line}: the columns of the atom sites differ in length')
    sites = []
    for row, token in enumerate(x):
        label = labels[row].text if labels and row < len(labels) else ''
        where = f'line {token.line} ({label})' if label else f'line {token.line}'
        _check_occupancy(block, row, where)
        symbol = _symbol(symbols[row].text, where) if symbols else _symbol_of_label(label, where)
        position = np.array([_number(columns[axis][row], f'_atom_site_fract_{axis}') for axis in 'xyz'])
        sites.append(Site(symbol, position, where))
    return sites


def _check_occupancy(block: Block, row: int, where: str) -> None:
    """Refuse a site that is not fully occupied."""
    column = block.columns.get('_atom_site_occupancy')
    if column is None or row >= len(column) or column[row].text in ('?', '.'):
        return
    occupancy = _number(column[row], '_atom_site_occupancy')
    if abs(occupancy - 1) > FULL:
        raise StructureFileError(
            f'{where}: the site is partially occupied ({occupancy:g}): engines need every site filled by one '
            f'element; make an ordered structure of it first'
        )


def _symbol(text: str, where: str) -> str:
    """Return the element of a type symbol such as `Cu`, `Cu2+` or `O2-`."""
    return element(re.sub(r'[^A-Za-z].*$', '', text) or text, where)


def _symbol_of_label(label: str, where: str) -> str:
    """Return the element of a label such as `Cu1`, `O2A` or `CA1`: the longest start that is an element."""
    letters = re.match(r'[A-Za-z]{1,2}', label)
    start = letters.group() if letters else label
    try:
        return element(start, where)
    except StructureFileError:
        if len(start) < 2 or start[1].islower():
            raise StructureFileError(f'{where}: {label!r:.40} names no chemical element') from None
    return element(start[0], where)

"""Structure files: what good ones give, and what is said of bad ones and where."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.io import write

from nanoos_plugins.install.home import profiles_path
from nanoos_plugins.runners.parse_structure import MEMORY_BYTES, parse
from nanoos_plugins.runners.structure_files.cif import orbit
from nanoos_plugins.runners.structure_files.parsed import StructureFileError

CUBE = """data_cube
_cell_length_a 4
_cell_length_b 4
_cell_length_c 4
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
POSCAR = 'cube\n1.0\n4 0 0\n0 4 0\n0 0 4\nCu\n1\nDirect\n0 0 0\n'


def atoms_of(path: Path, **options: object) -> Atoms:
    found = parse(path, **options)  # type: ignore[arg-type]
    return Atoms(found['symbols'], positions=found['positions'], cell=found['cell'], pbc=found['pbc'])


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding='utf-8')
    return path


def test_shipped_copper_is_face_centred_cubic() -> None:
    copper = atoms_of(profiles_path() / 'embedded' / 'copper.cif')
    assert len(copper) == 4
    assert copper.cell.lengths() == pytest.approx([3.61496] * 3)
    # The nearest neighbours of an fcc lattice are at a/√2.
    distances = copper.get_all_distances(mic=True)
    assert distances[0, 1:] == pytest.approx([3.61496 / np.sqrt(2)] * 3)


def test_symmetry_by_name_and_by_operations_agree(tmp_path: Path) -> None:
    rows = 'Na1 Na 0 0 0 1\nCl1 Cl 0.5 0.5 0.5 1.000(3)\n'
    named = atoms_of(file(tmp_path, 'named.cif', CUBE.replace("'P 1'", "'F m -3 m'") + rows))
    assert named.get_chemical_formula() == 'Cl4Na4'
    # Every ion of rock salt has six unlike neighbours at a/2.
    unlike = named.get_all_distances(mic=True)[named.numbers == 11][:, named.numbers == 17]
    assert (np.isclose(unlike, 2.0).sum(axis=1) == 3).all()


def test_truncated_thirds_land_on_the_special_position() -> None:
    # Three-fold rotation about the axis through (1/3, 2/3) of a hexagonal cell maps it on itself.
    rotations = np.array(
        [np.eye(3), [[0, -1, 0], [1, -1, 0], [0, 0, 1]], [[-1, 1, 0], [-1, 0, 0], [0, 0, 1]]]
    )
    translations = np.array([[0, 0, 0], [1, 1, 0], [0, 1, 0]])
    cell = bulk('Mg').cell
    images = orbit(np.array([0.3333, 0.6667, 0.25]), rotations, translations, cell)
    assert images == pytest.approx(np.array([[1 / 3, 2 / 3, 0.25]]), abs=1e-9)


@pytest.mark.parametrize('name', ['in.cif', 'POSCAR', 'in.vasp', 'in.xyz', 'in.xsf', 'in.gen', 'in.cssr'])
def test_formats_give_the_same_crystal(tmp_path: Path, name: str) -> None:
    zinc_blende = bulk('GaAs', 'zincblende', a=5.65, cubic=True)
    path = tmp_path / name
    if name.endswith('.cssr'):
        from pymatgen.io.ase import AseAtomsAdaptor

        AseAtomsAdaptor.get_structure(zinc_blende).to(filename=str(path), fmt='cssr')
    elif 'POSCAR' in name or name.endswith('.vasp'):
        write(path, zinc_blende, format='vasp', sort=True)
    else:
        write(path, zinc_blende)
    found = atoms_of(path)
    assert found.get_chemical_formula() == 'As4Ga4'
    assert found.get_volume() == pytest.approx(5.65**3, rel=1e-3)
    unlike = found.get_all_distances(mic=True)[found.numbers == 31][:, found.numbers == 33]
    assert np.isclose(unlike, 5.65 * np.sqrt(3) / 4, atol=2e-3).all()


def test_molecule_gets_a_box_and_keeps_its_bonds(tmp_path: Path) -> None:
    water = molecule('H2O')
    write(tmp_path / 'water.xyz', water, format='xyz')
    found = atoms_of(tmp_path / 'water.xyz')
    assert not found.pbc.any()
    assert found.get_all_distances() == pytest.approx(water.get_all_distances(), abs=1e-6)
    assert found.cell.lengths() == pytest.approx(np.ptp(water.positions, axis=0) + 15.0)


def test_frame_of_a_trajectory(tmp_path: Path) -> None:
    path = file(tmp_path, 'two.xyz', '1\n\nCu 0 0 0\n1\n\nAg 0 0 0\n')
    assert atoms_of(path, index=-1).get_chemical_symbols() == ['Ag']
    assert atoms_of(path, index=0).get_chemical_symbols() == ['Cu']


def test_named_format_overrides_the_ending(tmp_path: Path) -> None:
    path = file(tmp_path, 'cube.txt', CUBE + 'Cu1 Cu 0 0 0 1\n')
    assert len(atoms_of(path, format='CIF')) == 1


def test_negative_scale_of_a_poscar_is_the_volume(tmp_path: Path) -> None:
    path = file(tmp_path, 'POSCAR', POSCAR.replace('1.0\n', '-100\n', 1))
    assert atoms_of(path).get_volume() == pytest.approx(100)


BAD = {
    'empty.cif': ('', 'the file is empty'),
    'binary.cif': ('data_\x00\x01', 'line 1: a binary file'),
    'overlap.cif': (
        CUBE + 'Cu1 Cu 0 0 0 1\nCu2 Cu 0.01 0 0 1\n',
        r'line 17 \(Cu2\): overlaps with line 16 \(Cu1\)',
    ),
    'partial.cif': (CUBE + 'Cu1 Cu 0 0 0 0.5\n', r'line 16 \(Cu1\): the site is partially occupied \(0\.5\)'),
    'element.cif': (CUBE + 'Xx1 Xx 0 0 0 1\n', r"line 16 \(Xx1\): 'Xx' is not a chemical element"),
    'nan.cif': (CUBE + 'Cu1 Cu 0 NaN 0 1\n', "line 16: _atom_site_fract_y: expected a number, got 'NaN'"),
    'row.cif': (CUBE + 'Cu1 Cu 0 0\n', 'line 16: the loop of line 9 has 6 columns'),
    'group.cif': (
        CUBE.replace('P 1', 'F q 3') + 'Cu1 Cu 0 0 0 1\n',
        "line 8: symmetry 'F q 3' is not understood",
    ),
    'angle.cif': (
        CUBE.replace('alpha 90', 'alpha 180') + 'Cu1 Cu 0 0 0 1\n',
        'line 5: _cell_angle_alpha is 180',
    ),
    'flat.cif': (
        CUBE.replace('alpha 90', 'alpha 60').replace('beta 90', 'beta 30') + 'Cu1 Cu 0 0 0 1\n',
        'line 5: the cell has no volume',
    ),
    'thin.cif': (CUBE.replace('alpha 90', 'alpha 179.9') + 'Cu1 Cu 0 0 0 1\n', 'the cell is too small'),
    'nothing.cif': ('hello\n', 'line 1: expected a data block'),
    'sites.cif': (CUBE.split('loop_')[0], 'line 1: no data block has atom sites'),
    'name.xyz': (CUBE + 'Cu1 Cu 0 0 0 1\n', 'the name says XYZ, but the content looks like CIF'),
    'name.txt': (CUBE + 'Cu1 Cu 0 0 0 1\n', "the ending '.txt' is not one of CIF"),
    'prose.txt': ('hello world\n', 'neither name nor content is that of a structure file'),
    'nan.xyz': ('1\n\nCu nan 0 0\n', "line 3: x: expected a number, got 'nan'"),
    'element.xyz': ('1\n\nXx 0 0 0\n', "line 3: 'Xx' is not a chemical element"),
    'count.xyz': ('3\n\nCu 0 0 0\n', 'line 1: 3 atoms announced, but only 1 lines follow'),
    'many.xyz': ('999999999\n\nCu 0 0 0\n', 'line 1: 999999999 atoms: expected 1 to 50000'),
    'overlap.xyz': ('2\n\nCu 0 0 0\nCu 0 0 0.1\n', 'line 4: overlaps with line 3, 0.10 Å apart'),
    'volume.xyz': ('1\nLattice="1 0 0 2 0 0 0 0 1"\nCu 0 0 0\n', 'the cell has no volume'),
    'frames.xyz': (
        '1\n\nCu 0 0 0\n1\n\nCu 0 0 0\n',
        'the file holds 2 frames: choose one with --index 0 … 1',
    ),
    'POSCAR.vasp4': (POSCAR.replace('Cu\n', ''), 'line 6: expected the elements, got their numbers only'),
    'POSCAR.zero': (POSCAR.replace('0 0 4', '0 4 0'), 'the cell has no volume'),
    'POSCAR.short': (
        POSCAR.replace('\n1\n', '\n2\n'),
        'line 10: expected coordinates of atom 2 of 2, got nothing',
    ),
    'POSCAR.scale': (POSCAR.replace('1.0\n', '0\n'), 'line 2: the scale is 0'),
    'deep.json': ('[' * 100_000, 'it is nested too deeply'),
}


@pytest.mark.parametrize('name', BAD)
def test_bad_file_is_refused_with_the_reason_and_the_place(tmp_path: Path, name: str) -> None:
    text, reason = BAD[name]
    with pytest.raises(StructureFileError, match=reason):
        parse(file(tmp_path, name, text))


def test_pymatgen_json_cannot_make_objects(tmp_path: Path) -> None:
    site = {'species': [{'element': 'Cu', 'occu': 1}], 'abc': [0, 0, 0]}
    evil = {'@module': 'pathlib', '@class': 'Path', 'path': 'x'}
    loaded = {'lattice': {'matrix': np.eye(3).tolist()}, 'sites': [site], 'properties': evil}
    loaded['lattice']['matrix'] = (4 * np.eye(3)).tolist()  # type: ignore[index]
    path = file(tmp_path, 'in.json', json.dumps(loaded))
    assert atoms_of(path).get_chemical_symbols() == ['Cu']


def test_memory_is_bounded() -> None:
    code = (
        'from nanoos_plugins.runners.parse_structure import limit; limit()\n'
        f'try: bytearray({MEMORY_BYTES})\n'
        'except MemoryError: print("bounded")'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout == 'bounded\n'

"""Bad inputs through the command line as a user has it: one line, exit code ≠ 0, no node left behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from aiida import orm
from click.testing import CliRunner

from nanoos_plugins.cli.root import nanoos

BIN = Path(sys.executable).parent / 'nanoos'
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
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
FILLER = b'# nothing but a comment, over and over\n'

BAD = {
    'empty.cif': (b'', 'the file is empty'),
    'binary.cif': (bytes(range(256)) * 20, 'a binary file'),
    'hundred-megabytes.cif': (FILLER * (100_000_000 // len(FILLER) + 1), 'at most 16.8 MB are taken'),
    'overlapping.cif': (CUBE + 'Cu1 0 0 0 1\nCu2 0.01 0 0 1\n', 'line 16 (Cu2): overlaps with line 15 (Cu1)'),
    'same-site.cif': (CUBE + 'Cu1 0 0 0 1\nAg1 0 0 0 1\n', 'line 16 (Ag1): overlaps with line 15 (Cu1)'),
    'partial.cif': (CUBE + 'Cu1 0 0 0 0.5\nAg1 0 0 0 0.5\n', 'line 15 (Cu1): the site is partially occupied'),
    'unknown-element.cif': (CUBE + 'Qq1 0 0 0 1\n', "line 15 (Qq1): 'Qq1' names no chemical element"),
    'wrong-ending.xyz': (CUBE + 'Cu1 0 0 0 1\n', 'the name says XYZ, but the content looks like CIF'),
    'wrong-ending.pdf': (CUBE + 'Cu1 0 0 0 1\n', "the ending '.pdf' is not one of CIF"),
    'Kupfer-Ü-铜.cif': (CUBE + 'Qq1 0 0 0 1\n', 'Kupfer-Ü-铜.cif: line 15'),
    'no-volume.cif': (
        CUBE.replace('length_c 4', 'length_c 0') + 'Cu1 0 0 0 1\n',
        'line 4: _cell_length_c is 0',
    ),
    'not-a-number.cif': (
        CUBE + 'Cu1 nan 0 0 1\n',
        "line 15: _atom_site_fract_x: expected a number, got 'nan'",
    ),
}


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `nanoos` on the instance in `home` as a user with a bare shell would."""
    environment = {
        'HOME': str(home.parent),
        'NANOOS_HOME': str(home),
        'PATH': os.environ['PATH'],
        'OMP_NUM_THREADS': '1',
    }
    return subprocess.run([BIN, *arguments], env=environment, text=True, capture_output=True, check=False)


def nodes(home: Path) -> int:
    """Return the number of nodes, asked of the database itself."""
    with sqlite3.connect(home / 'storage' / 'database.sqlite') as database:
        return int(database.execute('select count(*) from db_dbnode').fetchone()[0])


@pytest.fixture(scope='module')
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of an instance of its own."""
    home = tmp_path_factory.mktemp('bad-inputs') / 'home'
    assert run(home, 'profile', 'create', 'embedded').returncode == 0
    return home


@pytest.mark.parametrize('name', BAD)
def test_bad_file(instance: Path, tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = nodes(instance)
    done = run(instance, 'structure', 'import', path)
    assert done.returncode == 1
    assert done.stdout == ''
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith(f'Error: {name}: ')
    assert reason in done.stderr
    assert nodes(instance) == before


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        (('structure', 'import', 'missing.cif'), 'missing.cif: there is no such file'),
        (('structure', 'build', 'bulk', '--formula', 'Zz'), 'Zz is not a chemical element'),
        (('structure', 'build', 'nanotube', '--n', '3', '--m', '5'), 'expected n ≥ m'),
        (('structure', 'build', 'supercell', '1', '--repeat', 'x'), "'x' is not of the form INT,…"),
        (('material', 'create', 'a', '--formula', 'Xx'), 'Xx is not a chemical element'),
        (('material', 'create', 'a', '--metadata', '{'), '--metadata is no JSON'),
        (('material', 'show', 'nothing'), "no material 'nothing'"),
        (('template', 'create', 'a', '--engine', 'nothing'), "unknown engine 'nothing'"),
        (('template', 'create', 'a', '--engine', 'mock', '--set', 'steps=-1'), 'steps: Input should be'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, tuple) else '',
)
def test_bad_arguments(arguments: tuple[str, ...], reason: str) -> None:
    count = orm.QueryBuilder().append(orm.Node).count
    before = count()
    done = CliRunner().invoke(nanoos, arguments)
    assert done.exit_code == 1
    assert done.stdout == ''
    assert len(done.stderr.strip().splitlines()) == 1
    assert reason in done.stderr
    assert count() == before


def test_a_good_file_with_a_name_that_is_not_ascii(instance: Path, tmp_path: Path) -> None:
    path = tmp_path / 'Kupfer-Ü-铜.cif'
    path.write_text(CUBE + 'Cu1 0 0 0 1\n')
    before = nodes(instance)
    done = run(instance, 'structure', 'import', path)
    assert done.returncode == 0, done.stderr
    assert 'imported Kupfer-Ü-铜.cif' in done.stdout
    # The material, the file, the process and the structure.
    assert nodes(instance) == before + 4

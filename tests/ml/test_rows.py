"""Tables of structures and targets out of files: what is read, and what is said of each bad row."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.rows import describe_problems, read_rows


def rock_salt(a: float, metal: str = 'Mg') -> Structure:
    return Structure.from_spacegroup('Fm-3m', Lattice.cubic(a), [metal, 'O'], [[0, 0, 0], [0.5, 0, 0]])


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open('w', newline='', encoding='utf-8') as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_of_cifs(tmp_path: Path) -> None:
    rows = [
        {'material_id': 'a', 'cif': rock_salt(4.2).to(fmt='cif'), 'K': 160.0},
        {'material_id': 'b', 'cif': rock_salt(4.8, 'Ca').to(fmt='cif'), 'K': '1.1e2'},
    ]
    table = read_rows(write_csv(tmp_path / 'k.csv', rows), 'K', 'GPa')
    assert [(row.number, row.name, row.target) for row in table.rows] == [(1, 'a', 160.0), (2, 'b', 110.0)]
    assert table.unit == 'GPa'
    assert table.problems == []
    assert table.rows[1].structure.composition.reduced_formula == 'CaO'
    assert table.rows[1].structure.volume == pytest.approx(4.8**3)


@pytest.mark.parametrize('packed', [False, True])
def test_records_and_tables_of_json(tmp_path: Path, packed: bool) -> None:
    structures = [rock_salt(4.2).as_dict(), rock_salt(4.8, 'Ca').as_dict()]
    documents = [
        [{'structure': one, 'K': value} for one, value in zip(structures, (160.0, 110.0), strict=True)],
        {
            'index': [0, 1],
            'columns': ['structure', 'K'],
            'data': [[structures[0], 160.0], [structures[1], 110.0]],
        },
    ]
    for number, document in enumerate(documents):
        path = tmp_path / f'{number}.json{".gz" if packed else ""}'
        content = json.dumps(document).encode()
        path.write_bytes(gzip.compress(content) if packed else content)
        assert [row.target for row in read_rows(path, 'K').rows] == [160.0, 110.0]


def test_every_bad_row_is_told_with_its_reason(tmp_path: Path) -> None:
    good = rock_salt(4.2).as_dict()
    shifted = rock_salt(4.2)
    shifted.translate_sites(list(range(8)), [0.1, 0.2, 0.3])
    mixed = Structure(Lattice.cubic(3), [{'Au': 0.5, 'Ag': 0.5}], [[0, 0, 0]])
    rows = [
        {'structure': good, 'K': 160.0, 'unit': 'GPa'},
        {'structure': rock_salt(4.3).as_dict(), 'K': float('nan'), 'unit': 'GPa'},
        {'structure': rock_salt(4.4).as_dict(), 'K': 'high', 'unit': 'GPa'},
        {'structure': {'lattice': 3}, 'K': 1.0, 'unit': 'GPa'},
        {'structure': rock_salt(4.5).as_dict(), 'K': 1.6, 'unit': 'Mbar'},
        {'structure': shifted.as_dict(), 'K': 161.0, 'unit': 'GPa'},
        {'structure': rock_salt(4.2 * 1.05).as_dict(), 'K': 120.0, 'unit': 'GPa'},
        {'structure': None, 'K': 1.0, 'unit': 'GPa'},
        {'structure': mixed.as_dict(), 'K': 1.0, 'unit': 'GPa'},
    ]
    path = tmp_path / 'rows.json'
    path.write_text(json.dumps(rows), encoding='utf-8')
    table = read_rows(path, 'K')
    # the cell that is 5 % longer is another structure
    assert [row.number for row in table.rows] == [1, 7]
    assert table.unit == 'GPa'
    told = {problem.number: problem.reason for problem in table.problems}
    assert sorted(told) == [2, 3, 4, 5, 6, 8, 9]
    assert 'shared or not full' in told[9]
    assert told[2] == 'K is nan'
    assert told[3] == "K is no number, got 'high'"
    assert 'structure cannot be read' in told[4]
    assert told[5] == 'its K is in [Mbar], that of the first row in [GPa]'
    assert told[6] == 'its structure is that of row 1'
    assert told[8] == 'it has no structure'
    assert list(describe_problems(table.problems, 2)) == [
        'row 2: K is nan',
        "row 3: K is no number, got 'high'",
        'and 5 more rows',
    ]


def test_supercells_and_other_settings_are_the_same_structure(tmp_path: Path) -> None:
    primitive = rock_salt(4.2).get_primitive_structure()
    rows = [
        {'structure': one.as_dict(), 'K': 1.0} for one in (rock_salt(4.2), primitive, primitive * (2, 1, 1))
    ]
    path = tmp_path / 'same.json'
    path.write_text(json.dumps(rows), encoding='utf-8')
    assert [row.number for row in read_rows(path, 'K').rows] == [1]


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('a.txt', b'x', 'has no rows'),
        ('a.json', b'{"a": 1}', 'expected a list of records, or an object'),
        ('a.json', b'{"columns": ["K", "G"], "data": [[1, 2], [3]]}', 'row 2 has not the 2 columns'),
        ('a.json', b'[{"a"', 'is no JSON'),
        ('a.json', b'[' * 100_000, 'is no JSON'),
        ('a.json.gz', b'\x1f\x8bno', 'cannot be unpacked'),
        ('a.csv', b'\xff\xfe\x00', 'is no text in UTF-8'),
        ('a.csv', b'', 'has no rows'),
        ('a.csv', b'cif,G\nx,1\n', "has no column 'K'; it has cif, G"),
        ('a.csv', b'K,G\n2,1\n', "has no column 'structure'; it has K, G"),
    ],
)
def test_files_of_another_form_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read_rows(path, 'K')


def test_a_file_that_grows_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('nanoos_plugins.ml.table.MOST_BYTES', 1000)
    path = tmp_path / 'bomb.json.gz'
    path.write_bytes(gzip.compress(np.zeros(100_000, dtype=np.uint8).tobytes()))
    with pytest.raises(ValueError, match='more than 1000 bytes'):
        read_rows(path, 'K')

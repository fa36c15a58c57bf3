"""Tables of structures from the formats in which data sets are public."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure

from nanoos_plugins.ml.table import read_table


def test_records(tmp_path: Path, crystals: dict[str, Structure]) -> None:
    records = [
        {'mp_id': f'mp-{name}', 'structure': one.as_dict(), 'modulus': 10.0 * place}
        for place, (name, one) in enumerate(crystals.items())
    ]
    records[1]['structure'] = {'lattice': 'lost'}
    records[2]['modulus'] = None
    path = tmp_path / 'records.json.gz'
    path.write_bytes(gzip.compress(json.dumps(records).encode()))
    table = read_table(path)
    assert list(table.names) == ['mp-copper', 'mp-silicon', 'mp-salt', 'mp-rutile']
    assert table.structures[2] == crystals['salt']
    assert np.isnan(table.numbers('modulus')).tolist() == [False, True, False, False]
    assert len(table.problems) == 1 and table.problems[0].startswith('row 2: its structure')
    with pytest.raises(ValueError, match='no column .band_gap.; there are mp_id, modulus'):
        table.numbers('band_gap')


def test_matbench(tmp_path: Path, crystals: dict[str, Structure]) -> None:
    content = {
        'index': [0],
        'columns': ['structure', 'log10(K_VRH)'],
        'data': [[crystals['copper'].as_dict(), 2.1]],
    }
    path = tmp_path / 'matbench.json'
    path.write_text(json.dumps(content))
    table = read_table(path)
    assert list(table.names) == ['1']
    assert table.numbers('log10(K_VRH)').tolist() == [2.1]


def test_csv_with_cif(tmp_path: Path, crystals: dict[str, Structure]) -> None:
    cif = crystals['salt'].to(fmt='cif').replace('"', '""')
    path = tmp_path / 'table.csv'
    path.write_text(f'name,cif,gap\nsalt,"{cif}",8.5\nnothing,,1\nnonsense,"data_",2\n')
    table = read_table(path)
    assert list(table.names) == ['salt']
    assert table.structures[0].matches(crystals['salt'])
    assert table.numbers('gap').tolist() == [8.5]
    assert [problem.split(':')[0] for problem in table.problems] == ['row 2', 'row 3']


@pytest.mark.parametrize('text', ['', 'a,b\n1,2\n', '{"a": 1}', '[1, 2]'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / 'table.csv'
    path.write_text(text)
    with pytest.raises(ValueError, match='no row has a structure|expected a list of records'):
        read_table(path)

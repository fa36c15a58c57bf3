"""The bounded process around the readers of structure files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanoos_plugins.data import structure_file
from nanoos_plugins.data.structure_file import UnreadableFileError, parse, read_bytes, safe_name
from nanoos_plugins.runners.parse_structure import MAX_BYTES

COPPER = b'1\nLattice="4 0 0 0 4 0 0 0 4"\nCu 0 0 0\n'


def test_a_good_file_comes_back_whatever_its_name() -> None:
    found = parse(COPPER, 'Kupfer-Ä-铜.xyz')
    assert found.format == 'XYZ'
    assert found.atoms.get_chemical_symbols() == ['Cu']
    assert found.atoms.cell.lengths() == pytest.approx([4, 4, 4])


def test_the_message_names_the_file() -> None:
    with pytest.raises(UnreadableFileError, match=r'^Ä\.xyz: line 3: '):
        parse(COPPER.replace(b'Cu', b'Xx'), 'Ä.xyz')


def test_a_large_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / 'large.cif'
    with path.open('wb') as handle:
        handle.truncate(100_000_000)
    with pytest.raises(UnreadableFileError, match=r'^large\.cif: the file has 100\.0 MB: at most 16\.8 MB'):
        read_bytes(path)


def test_large_content_is_refused_also_without_a_file() -> None:
    with pytest.raises(UnreadableFileError, match='at most'):
        parse(b' ' * (MAX_BYTES + 1), 'large.cif')


@pytest.mark.parametrize(('name', 'reason'), [('missing.cif', 'no such file'), ('', 'is a folder')])
def test_what_is_no_file(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_bytes(tmp_path / name)


def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure_file, 'WALL_SECONDS', 0.05)
    with pytest.raises(UnreadableFileError, match=r'hang\.xyz: reading it takes more than 0\.05 s'):
        parse(COPPER, 'hang.xyz')


def test_a_module_beside_the_file_is_not_imported() -> None:
    with pytest.raises(UnreadableFileError, match='neither name nor content'):
        parse(b'raise SystemExit("imported")\n', 'json.py')


@pytest.mark.parametrize(
    ('given', 'safe'),
    [
        ('../../etc/passwd', 'passwd'),
        ('C:\\data\\a b.cif', 'a_b.cif'),
        ('-rf.xyz', 'rf.xyz'),
        ('铜.cif', '_.cif'),
        ('..', 'structure'),
    ],
)
def test_safe_names(given: str, safe: str) -> None:
    assert safe_name(given) == safe

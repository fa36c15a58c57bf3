"""Which format a structure file has: what its name says, what its content looks like."""

from __future__ import annotations

import re
from pathlib import PurePath

from nanoos_plugins.runners.structure_files.parsed import StructureFileError

#: Formats read by our own readers, with the endings that announce them.
ENDINGS = {
    'CIF': ('.cif',),
    'POSCAR': ('.poscar', '.contcar', '.vasp'),
    'XYZ': ('.xyz', '.extxyz'),
}

_COMPRESSED = {b'\x1f\x8b': 'gzip', b'BZh': 'bzip2', b'\xfd7zXZ': 'xz', b'PK\x03\x04': 'zip'}
_CONTROL = re.compile(r'[\x00-\x08\x0e-\x1f\x7f]')
_CIF_BLOCK = re.compile(r'^\s*data_', re.IGNORECASE | re.MULTILINE)
_CIF_TAG = re.compile(r'^\s*_(cell|atom_site|symmetry|space_group)[_.]', re.IGNORECASE | re.MULTILINE)


def decode(content: bytes) -> str:
    """Return the text of a file, with Unix line ends.

    :raises StructureFileError: when it is empty or no text.
    """
    if not content.strip():
        raise StructureFileError('the file is empty')
    for magic, name in _COMPRESSED.items():
        if content.startswith(magic):
            raise StructureFileError(f'this is a {name} archive, not a structure file: unpack it first')
    if content.startswith((b'\xff\xfe', b'\xfe\xff')):
        raise StructureFileError('the text is encoded in UTF-16: save it as UTF-8')
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError:
        # Old CIFs have names and degree signs in Latin-1, where every byte is a character.
        text = content.decode('latin-1')
    control = _CONTROL.search(text)
    if control:
        line = text.count('\n', 0, control.start()) + 1
        raise StructureFileError(
            f'line {line}: a binary file, not a structure file (control character {control.group()!r})'
        )
    return text.replace('\r\n', '\n').replace('\r', '\n')


def by_name(name: str) -> str | None:
    """Return the format that a file name announces: a key of `ENDINGS`, None when it is none of these."""
    path = PurePath(name)
    for format, endings in ENDINGS.items():
        if path.suffix.lower() in endings:
            return format
    return 'POSCAR' if path.name.upper().startswith(('POSCAR', 'CONTCAR')) else None


def by_content(text: str) -> str | None:
    """Return the format that a text looks like: a key of `ENDINGS`, None when it looks like none of these."""
    if _CIF_BLOCK.search(text) and _CIF_TAG.search(text):
        return 'CIF'
    lines = text.split('\n', 8)[:8]
    words = [line.split() for line in lines]
    if len(words) > 2 and len(words[0]) == 1 and words[0][0].isdecimal() and _is_atom(words[2]):
        return 'XYZ'
    if len(words) > 5 and all(_numbers(row) for row in [words[1], *(row[:3] for row in words[2:5])]):
        return 'POSCAR'
    return None


def _is_atom(words: list[str]) -> bool:
    """Tell whether a line looks like one of an XYZ file."""
    return len(words) >= 4 and (words[0].isalpha() or _numbers(words[:1])) and _numbers(words[1:4])


def _numbers(words: list[str]) -> bool:
    """Tell whether all words are meant as numbers, NaN included."""
    try:
        return bool([float(word) for word in words])
    except ValueError:
        return False


def agree(name: str, text: str) -> str | None:
    """Return the format that name and content agree on; None when it is another than those of `ENDINGS`.

    A name without an ending says nothing, so the content decides.

    :raises StructureFileError: when they contradict each other.
    """
    named, looks = by_name(name), by_content(text)
    if named == looks or (looks and not PurePath(name).suffix and named is None):
        return looks
    if named and looks:
        raise StructureFileError(
            f'the name says {named}, but the content looks like {looks}: rename it to end in '
            f'{ENDINGS[looks][0]}, or say --format {looks}'
        )
    if looks:
        raise StructureFileError(
            f'the ending {PurePath(name).suffix!r} is not one of {looks}, which the content looks like: '
            f'rename it to end in {ENDINGS[looks][0]}, or say --format {looks}'
        )
    # Broken content of a known ending: let that format's reader say what is wrong and where.
    return named

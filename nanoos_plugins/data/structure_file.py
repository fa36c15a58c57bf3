"""Read a structure file from outside, safely: size first, then a bounded process, and nothing is stored."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from aiida import orm
from ase import Atoms

from nanoos_plugins.data.structure import Format
from nanoos_plugins.runners.parse_structure import CPU_SECONDS, MAX_BYTES, MEMORY_BYTES

WALL_SECONDS = 60
# The reader sees no more of our environment than it takes to start Python.
_ENVIRONMENT = ('PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'PYTHONPATH', 'LD_LIBRARY_PATH')


class UnreadableFileError(ValueError):
    """A file is no structure that can be imported; the message is one line that says why and where."""


@dataclass(frozen=True)
class StructureFile:
    """What a structure file holds: the atoms, the format (CIF, POSCAR, XYZ, internal), lines for people."""

    atoms: Atoms
    format: Format
    warnings: list[str] = field(default_factory=list)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that may be uploaded.

    :raises UnreadableFileError: when it cannot be opened, is no file, or is too large.
    """
    try:
        if not path.is_file():
            wrong = 'is a folder, expected a file' if path.is_dir() else 'there is no such file'
            raise UnreadableFileError(f'{path.name}: {wrong}')
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableFileError(f'{path.name}: {_too_large(size)}')
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f'{path.name}: cannot be read: {error.strerror or error}') from error


def parse(
    content: bytes, filename: str, index: int | None = None, format: str | None = None
) -> StructureFile:
    """Return what the content of a structure file says, read in a process with limits.

    :param filename: its name (any characters), for the format and for messages.
    :param index: which structure of a file that holds several; negative ones count from the end.
    :param format: CIF, POSCAR, XYZ or a name of ASE's; found from name and content when None.
    :raises UnreadableFileError: when it is no structure that can be imported.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(f'{filename}: {_too_large(len(content))}')
    answer = json.loads(reading(content, filename, index, format))
    if 'error' in answer:
        raise UnreadableFileError(f'{filename}: {answer["error"]}')
    atoms = Atoms(answer['symbols'], positions=answer['positions'], cell=answer['cell'], pbc=answer['pbc'])
    return StructureFile(atoms, answer['format'], answer['warnings'])


# Importing a file reads it twice: once to see whether it is good, and once in the calcfunction, whose output
# depends on nothing but its inputs. The second time is free, in another process too.
_Key = tuple[bytes, str, int | None, str | None]
_READINGS: OrderedDict[_Key, str] = OrderedDict()
_MOST_READINGS = 8


def reading(content: bytes, filename: str, index: int | None = None, format: str | None = None) -> str:
    """Return what `parse` is made from, as text: for `remember` in another process."""
    key = _key(content, filename, index, format)
    found = _READINGS.get(key)
    if found is None:
        found = _read(content, filename, index, format)
        _keep(key, found)
    return found


def remember(reading: str, content: bytes, filename: str, index: int | None, format: str | None) -> None:
    """Let the next `parse` of this file take the `reading` that another process made of it."""
    _keep(_key(content, filename, index, format), reading)


def _key(content: bytes, filename: str, index: int | None, format: str | None) -> _Key:
    return sha256(content).digest(), filename, index, format


def _keep(key: _Key, reading: str) -> None:
    """Keep a reading; threads may do that at the same time."""
    _READINGS[key] = reading
    while len(_READINGS) > _MOST_READINGS:
        with suppress(KeyError):
            _READINGS.popitem(last=False)


def _read(content: bytes, filename: str, index: int | None, format: str | None) -> str:
    """Return the JSON object that the reading process writes."""
    with TemporaryDirectory(prefix='nanoos-structure-') as folder:
        path = Path(folder) / safe_name(filename)
        path.write_bytes(content)
        command = [sys.executable, '-P', '-m', 'nanoos_plugins.runners.parse_structure', str(path)]
        command += [] if index is None else [f'--index={index}']
        command += [] if format is None else [f'--format={format}']
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFileError(f'{filename}: reading it takes more than {WALL_SECONDS} s') from None
    if done.returncode:
        raise UnreadableFileError(f'{filename}: {_why_it_ended(done)}')
    return done.stdout.decode()


def safe_name(filename: str) -> str:
    """Return a name for a copy of a file: the same ending, nothing that a path could trip over."""
    name = re.sub(r'[^A-Za-z0-9._-]', '_', PurePath(filename.replace('\\', '/')).name).lstrip('.-')
    return name[-100:] or 'structure'


def _environment() -> dict[str, str]:
    """Return the environment of the reading process: one thread, no byte code written."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    threads = {f'{name}_NUM_THREADS': '1' for name in ('OMP', 'OPENBLAS', 'MKL')}
    return {**kept, **threads, 'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONIOENCODING': 'utf-8'}


def _too_large(size: int) -> str:
    """Return what to say of a file of `size` bytes."""
    return f'the file has {size / 1e6:.1f} MB: at most {MAX_BYTES / 1e6:.1f} MB are taken'


def _why_it_ended(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return what ended the reading process before it could answer."""
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f'reading it takes more than {CPU_SECONDS} s of CPU time'
    last = done.stderr.decode(errors='replace').strip().rsplit('\n', 1)[-1]
    if done.returncode < 0 or 'MemoryError' in last:
        return f'reading it takes more than {MEMORY_BYTES // 1024**2} MB of memory, or crashes the reader'
    return f'the reader failed on it: {last:.160}'


def structure_node(atoms: Any) -> orm.StructureData:
    """Return an unstored structure of the atoms, one kind per element."""
    return orm.StructureData(
        ase=Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    )

"""The zip file of an archive: which files it may have, and how large they may become."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from nanoos_plugins.runners.archive_files.values import ArchiveFileError

METADATA, DATABASE, REPOSITORY = 'metadata.json', 'db.sqlite3', 'repo/'
#: Keys of the repository are SHA-256 sums; whatever else stands there would be opened as a path.
KEY = re.compile(r'[0-9a-f]{64}')
MOST_METADATA = 1_000_000
MOST_ENTRIES = 200_000
CHUNK = 1024 * 1024
#: What reading a damaged zip file raises.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


class Container:
    """An open archive file, to be closed; files are read with their sizes bounded and their sums checked."""

    def __init__(self, path: Path, version: str, most_bytes: int) -> None:
        """Open an archive.

        :param version: of the archive format that can be imported.
        :param most_bytes: of all its files together, unpacked.
        :raises ArchiveFileError: when it is none, or has files that no archive has.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise ArchiveFileError(
                f'this is no AiiDA archive, which is a zip file ({error}); `verdi archive create` writes one'
            ) from None
        self.keys = _check(self._zip.infolist(), most_bytes)
        self._check_version(version)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def write_database(self, path: Path) -> None:
        """Write the database to a file of its own."""
        with path.open('wb') as handle:
            self._copy(DATABASE, handle.write)

    def check_sums(self, keys: Iterable[str]) -> None:
        """Check that these objects are in the archive and what their keys say.

        :raises ArchiveFileError: names the first that is not.
        """
        for key in sorted(keys):
            if key not in self.keys:
                raise ArchiveFileError(f'the file {key:.80} of a node is not in the archive')
            found = hashlib.sha256()
            self._copy(f'{REPOSITORY}{key}', found.update)
            if found.hexdigest() != key:
                raise ArchiveFileError(f'the file {key} has another content than its SHA-256 sum says')

    def _copy(self, name: str, take: Callable[[bytes], object]) -> None:
        """Hand a file on in pieces."""
        try:
            with self._zip.open(name) as handle:
                while chunk := handle.read(CHUNK):
                    take(chunk)
        except DAMAGED as error:
            raise ArchiveFileError(f'{name} in the archive cannot be read: {error}') from None

    def _check_version(self, version: str) -> None:
        try:
            metadata = json.loads(self._zip.read(METADATA))
            found, key_format = metadata['export_version'], metadata['key_format']
        except (*DAMAGED, KeyError, TypeError, RecursionError) as error:
            raise ArchiveFileError(
                f'{METADATA} in the archive does not say its version: {error!s:.80}'
            ) from None
        if found != version:
            raise ArchiveFileError(
                f'the archive has version {found!r:.40}, expected {version}; see `verdi archive migrate`'
            )
        if key_format != 'sha256':
            raise ArchiveFileError(f'the keys of the archive are {key_format!r:.40}, expected sha256')


def _check(entries: list[zipfile.ZipInfo], most_bytes: int) -> frozenset[str]:
    """Return the keys of the objects; refuse what no archive has."""
    if len(entries) > MOST_ENTRIES:
        raise ArchiveFileError(f'the archive has {len(entries)} files: at most {MOST_ENTRIES} are taken')
    # Reading never gives more than an entry announces, so what is announced bounds it.
    size = sum(entry.file_size for entry in entries)
    if size > most_bytes:
        raise ArchiveFileError(
            f'the archive unpacks to {size / 1e6:.0f} MB: at most {most_bytes / 1e6:.0f} MB are taken'
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ArchiveFileError('the archive has two files of the same name')
    keys = set()
    for entry in entries:
        _check_entry(entry)
        if KEY.fullmatch(entry.filename.removeprefix(REPOSITORY)):
            keys.add(entry.filename.removeprefix(REPOSITORY))
    if not {METADATA, DATABASE} <= set(names):
        raise ArchiveFileError(
            f'this is no AiiDA archive: expected {METADATA} and {DATABASE} in the zip file'
        )
    return frozenset(keys)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    is_object = name.startswith(REPOSITORY) and KEY.fullmatch(name.removeprefix(REPOSITORY))
    if name not in (METADATA, DATABASE, REPOSITORY) and not is_object:
        raise ArchiveFileError(f'the archive has a file {name!r:.80}, which no AiiDA archive has')
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveFileError(f'{name!r:.80} in the archive is a symbolic link')
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveFileError(f'{name!r:.80} in the archive is encrypted or packed in an unknown way')
    if name == METADATA and entry.file_size > MOST_METADATA:
        raise ArchiveFileError(f'{METADATA} has {entry.file_size} bytes: at most {MOST_METADATA} are taken')

"""A model as one file: an archive of it and of all that it came from, checked before any of it is stored.

The file is AiiDA's archive of that one node, so `verdi archive import` takes it as well; only here are the
checkpoints verified and the owners, UUIDs, files and codes of others kept out.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from aiida import orm
from aiida.common.exceptions import ValidationError
from aiida.orm.implementation.utils import clean_value
from aiida.storage.sqlite_zip.backend import SqliteZipBackend

from nanoos_plugins.accounts.secret import signing_key
from nanoos_plugins.archives.export import export
from nanoos_plugins.archives.insert import Import, alone
from nanoos_plugins.archives.rows import Row, read_table
from nanoos_plugins.data.dataset import TABLE
from nanoos_plugins.data.model import DESCRIBED, Model
from nanoos_plugins.graph.datasets import DATASET_TYPE
from nanoos_plugins.graph.models import MODEL_TYPE
from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION, read
from nanoos_plugins.runners.archive_files.container import DAMAGED, METADATA, REPOSITORY
from nanoos_plugins.runners.read_archive import ROWS
from nanoos_plugins.storage.shares import Viewer

#: In one file; its bytes are counted unpacked.
MOST_NODES, MOST_BYTES = 100_000, 2_000_000_000


@dataclass(frozen=True)
class Imported:
    """A model that was imported: its key here, its digest, and how many nodes of which kind its archive has.

    `new` were stored, `existing` were there, `reissued` have another UUID here than in the archive.
    """

    pk: int
    digest: str
    new: int
    existing: int
    reissued: int


def version() -> str:
    """Return the version of AiiDA's archive format that is written and read."""
    return str(SqliteZipBackend.version_head())


def export_model(model: Model, viewer: Viewer, path: Path) -> dict[str, Any]:
    """Write a model and all of its provenance that the viewer sees into one file, whole or not at all.

    :return: how many `nodes` and `files` are in it, its `bytes`, its `sha256`, and the model's `digest`.
    :raises FileExistsError: when there is such a file already.
    :raises LookupError: when the viewer does not see the model.
    :raises ValueError: when there would be too much in it, or a process that still runs.
    """
    if path.exists():
        raise FileExistsError(f'{path} is there already: choose another name')
    with TemporaryDirectory(dir=path.parent, prefix='.nanoos-model-') as folder:
        partial = Path(folder) / path.name
        written = export(viewer, partial, [model.uuid], [], MOST_NODES, MOST_BYTES)
        with partial.open('rb') as handle:
            sha256 = hashlib.file_digest(handle, 'sha256').hexdigest()
        size = partial.stat().st_size
        partial.rename(path)
    digest = model.base.attributes.get('digest')
    return {**written, 'bytes': size, 'sha256': sha256, 'digest': digest}


def import_model(path: Path, user: orm.User, digest: str | None = None) -> Imported:
    """Store the model of a file and all of its provenance as nodes of a user, all or nothing.

    What is there already stays as it is.

    :param digest: of the model that is expected.
    :raises ValueError: before anything is stored, for what is no archive of one model, or holds a checkpoint
        that is changed, a pickle, or without elements.
    """
    with TemporaryDirectory(prefix='nanoos-model-') as folder:
        rows = _read(path, Path(folder))
        chosen = check(rows, path)
        held = chosen['attributes']['digest']
        if digest not in (None, held):
            raise ValueError(f'the model in {path.name} has the digest {held}, expected {digest}')
        with alone():
            importer = Import(rows, path, user, signing_key())
            done = importer.run()
    counts = {key: done[key] for key in ('new', 'existing', 'reissued')}
    return Imported(importer.pk_of(chosen['id']), held, **counts)


def check(rows: Path, path: Path) -> Row:
    """Return the row of the one model that an archive is of, when it and all other models in it are sound.

    :param rows: what `runners.read_archive` wrote of the archive.
    :raises ValueError: says what is wrong.
    """
    with zipfile.ZipFile(path) as container:
        wanted = _named(container)
        found = None
        for row in read_table(rows, 'db_dbnode'):
            if row['node_type'] == MODEL_TYPE:
                _check_model(container, row)
                found = row if row['uuid'] == wanted else found
            elif row['node_type'] == DATASET_TYPE:
                _check_dataset(container, row)
    if found is None:
        raise ValueError(f'{path.name} is of the node {wanted}, which is no model in it')
    return found


def _read(path: Path, folder: Path) -> Path:
    """Return the file of the archive's rows: read in a process of its own, with limits.

    :raises ValueError: when it cannot be imported.
    """
    limits = [f'--version={version()}', f'--nodes={MOST_NODES}', f'--bytes={MOST_BYTES}']
    done = subprocess.run(
        [sys.executable, '-P', '-m', 'nanoos_plugins.runners.read_archive', path.resolve(), folder, *limits],
        capture_output=True,
        check=False,
        env={**os.environ, 'TMPDIR': str(folder)},
    )
    if done.returncode > 0:
        raise RuntimeError(f'reading {path.name} failed: {done.stderr[-2000:].decode(errors="replace")}')
    if done.returncode < 0:
        raise ValueError(f'reading {path.name} takes more time or memory than there is for it')
    answer = json.loads(done.stdout)
    if 'error' in answer:
        raise ValueError(f'{path.name}: {answer["error"]}')
    return folder / ROWS


def _named(container: zipfile.ZipFile) -> str:
    """Return the UUID of the one node that an archive was made of, as its metadata say."""
    parameters = json.loads(container.read(METADATA)).get('creation_parameters')
    start = parameters.get('entities_starting_set') if isinstance(parameters, dict) else None
    nodes = start.get('node') if isinstance(start, dict) else None
    groups = start.get('group') if isinstance(start, dict) else None
    if not isinstance(nodes, list) or len(nodes) != 1 or groups:
        raise ValueError(
            f'expected an archive of one model, got one of {len(nodes) if isinstance(nodes, list) else "no"} '
            'nodes; `nanoos model export` writes one, `verdi archive import` takes the others'
        )
    return str(nodes[0])


def _check_model(container: zipfile.ZipFile, row: Row) -> None:
    """Check that a model is what its digest says, and its attributes what its files say."""
    attributes, which = row['attributes'], f'model {str(row["attributes"].get("name"))!r:.80}'
    digest = attributes.get('digest')
    if not isinstance(digest, str):
        raise ValueError(f'{which} has no digest')
    with TemporaryDirectory() as folder:
        for name in (DESCRIPTION, ARRAYS):
            (Path(folder) / name).write_bytes(_file(container, row, name, which))
        try:
            described, _ = read(Path(folder), digest)
            # AiiDA keeps 14 digits of each number
            wanted = {key: clean_value(described.get(key)) for key in DESCRIBED}
        except (ValueError, ValidationError) as error:
            raise ValueError(f'{which}: {error}') from None
    for key in DESCRIBED:
        if attributes.get(key) != wanted[key]:
            raise ValueError(f'{which}: its attribute {key} is not what its {DESCRIPTION} says; get it anew')


def _check_dataset(container: zipfile.ZipFile, row: Row) -> None:
    """Check that the table of a data set has no pickles, by the heads of its arrays."""
    which = f'data set {str(row["attributes"].get("name"))!r:.80}'
    with container.open(f'{REPOSITORY}{_key(row, TABLE, which)}') as handle:
        try:
            with zipfile.ZipFile(handle) as table:
                kinds = {name: _kind(table, name) for name in table.namelist()}
        except (*DAMAGED, RuntimeError) as error:
            raise ValueError(f'{which}: its {TABLE} cannot be read: {error}') from None
    pickled = sorted(name for name, kind in kinds.items() if kind.hasobject)
    if pickled:
        raise ValueError(
            f'{which}: {pickled[0]!r:.80} in its {TABLE} is a pickle, which could run any program'
        )


def _kind(table: zipfile.ZipFile, name: str) -> np.dtype[Any]:
    """Return the type of an array in a table.

    :raises ValueError: when it is none.
    """
    with table.open(name) as handle:
        heads = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        found = np.lib.format.read_magic(handle)
        if found not in heads:
            raise ValueError(f'{name!r:.80} is an array of version {found}')
        kind: np.dtype[Any] = heads[found](handle)[2]
        return kind


def _file(container: zipfile.ZipFile, row: Row, name: str, which: str) -> bytes:
    return container.read(f'{REPOSITORY}{_key(row, name, which)}')


def _key(row: Row, name: str, which: str) -> str:
    """Return the key of a node's file; `runners.read_archive` has checked its sum."""
    entry: Mapping[str, Any] = row['repository_metadata'].get('o', {}).get(name, {})
    if 'k' not in entry:
        raise ValueError(f'{which} has no file {name}')
    return str(entry['k'])

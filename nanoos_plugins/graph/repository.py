"""The files of a node: which there are, and their content as a stream, without loading the node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from aiida.manage import get_manager
from disk_objectstore import Container
from disk_objectstore.exceptions import NotExistent as NoObjectError

from nanoos_plugins.graph.nodes import is_node, unknown
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.shares import Viewer, seen_by

#: The keys of AiiDA's container are SHA-256 sums; in an archive they may be anything, and become paths.
KEY = re.compile('[0-9a-f]{64}')


@dataclass(frozen=True)
class RepositoryFile:
    """A file of a node: its path and size [bytes]."""

    path: str
    size: int


class Content:
    """An open file: `size` [bytes], `key` names its content; `stream` must be closed by `close`."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._open = ExitStack()
        container = self._open.enter_context(_container())
        try:
            stream, meta = self._open.enter_context(container.get_object_stream_and_meta(key))
        except NoObjectError:
            self._open.close()
            raise LookupError(f'the repository has lost the object {key}') from None
        self.stream = cast(BinaryIO, stream)
        self.size = meta.size or 0

    def close(self) -> None:
        """Close the file and what was opened to find it."""
        self._open.close()


def list_files(
    viewer: Viewer | None, uuid: str, limit: int, after: int
) -> tuple[list[RepositoryFile], int | None]:
    """Return up to `limit` files of a node behind the first `after`, by path, and the position behind them.

    :raises LookupError: when there is no node that the viewer sees.
    """
    files = sorted(_files(_metadata(viewer, uuid)))
    page = files[after : after + limit]
    with _container() as container:
        sizes = {key: meta.size or 0 for key, meta in container.get_objects_meta([key for _, key in page])}
    found = [RepositoryFile(path, sizes[key]) for path, key in page if key in sizes]
    return found, after + limit if after + limit < len(files) else None


def open_file(viewer: Viewer | None, uuid: str, path: str) -> Content:
    """Return a file of a node, open.

    :raises LookupError: when there is no such file, or no node that the viewer sees.
    """
    entry: Any = {'o': _metadata(viewer, uuid)}
    for part in path.split('/'):
        entry = entry.get('o', {}).get(part)
        if entry is None:
            raise LookupError(f'node {uuid} has no file {path!r:.200}')
    key = entry.get('k')
    if key is None or not KEY.fullmatch(key):
        raise LookupError(f'node {uuid} has no file {path!r:.200}')
    return Content(key)


def _metadata(viewer: Viewer | None, uuid: str) -> Mapping[str, Any]:
    """Return what is in a node's repository by name, as AiiDA has it: `k` is of files, `o` of folders."""
    node = tables().node
    statement = sa.select(node.c.repository_metadata).where(is_node(uuid), seen_by(viewer, node.c))
    with connection(viewer) as opened:
        row = opened.execute(statement).one_or_none()
    if row is None:
        raise unknown(uuid)
    objects: Mapping[str, Any] = (row[0] or {}).get('o', {})
    return objects


def _files(objects: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and key of each file."""
    folders = [('', objects)]
    while folders:
        folder, inside = folders.pop()
        for name, entry in inside.items():
            if 'k' not in entry:
                folders.append((f'{folder}{name}/', entry.get('o', {})))
            elif KEY.fullmatch(entry['k']):
                yield f'{folder}{name}', entry['k']


def _container() -> Container:
    """Return a container of its own: its session belongs to one thread at a time."""
    storage: Any = get_manager().get_profile_storage()
    container: Container = storage.get_repository()._container
    return container

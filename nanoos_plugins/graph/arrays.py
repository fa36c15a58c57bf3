"""Arrays in the files of nodes, read without loading the node; whoever wrote them, they take no more memory
than they say.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from nanoos_plugins.graph.repository import open_file
from nanoos_plugins.storage.shares import Viewer

Array = npt.NDArray[Any]
#: [bytes] Of an array that is read.
MOST_BYTES = 64 * 1024**2


def array_of(viewer: Viewer | None, uuid: str, path: str) -> Array:
    """Return the array in the file `path` (`.npy`) of a node.

    :raises LookupError: when there is no such file, or no node that the viewer sees.
    :raises ValueError: for a file that is no array of plain values, or larger than `MOST_BYTES`.
    """
    content = open_file(viewer, uuid, path)
    try:
        return _array(path, _bounded(path, content.stream))
    finally:
        content.close()


def arrays_of(viewer: Viewer | None, uuid: str, path: str, wanted: Callable[[str], bool]) -> dict[str, Array]:
    """Return the arrays in the file `path` (`.npz`) of a node whose names are wanted.

    :raises LookupError: as `array_of`.
    :raises ValueError: as `array_of`.
    """
    content = open_file(viewer, uuid, path)
    try:
        with zipfile.ZipFile(content.stream) as packed:
            names = {one.removesuffix('.npy'): one for one in packed.namelist() if one.endswith('.npy')}
            found = {}
            for name in filter(wanted, names):
                with packed.open(names[name]) as handle:
                    found[name] = _array(name, _bounded(name, handle))
            return found
    except zipfile.BadZipFile as error:
        raise ValueError(f'{path} of node {uuid} is no file of arrays: {error}') from error
    finally:
        content.close()


def _bounded(name: str, stream: Any) -> bytes:
    content: bytes = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f'{name} has more than {MOST_BYTES} bytes')
    return content


def _array(name: str, content: bytes) -> Array:
    """Return the array of a file: its header may promise more than there is, so that is not believed."""
    stream: BinaryIO = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    head = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_fortran, kind = head(stream)
    if kind.hasobject or is_fortran and len(shape) > 1:
        raise ValueError(f'{name}: expected an array of plain values, got {kind}')
    found: Array = np.frombuffer(content, kind, offset=stream.tell()).reshape(shape)
    return found

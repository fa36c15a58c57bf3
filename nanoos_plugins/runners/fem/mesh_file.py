"""Read tetrahedra from mesh files: Netgen's `.vol` and `.vol.gz`, Gmsh's `.msh` in ASCII (2.2 and 4.1).

Formats: https://gmsh.info/doc/texinfo/gmsh.html (MSH file format); for `.vol` what Netgen itself writes.
Only points and tetrahedra are read; of curved ones the four corners.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nanoos_plugins.runners.job import Array

Cells = npt.NDArray[np.int64]

MOST_BYTES = 200_000_000
MOST_TETRAHEDRA = 1_000_000
#: Gmsh's numbers of element types with volume: tetrahedra by order, and those that are not read.
TETRAHEDRA = {4, 11, 29}
OTHER_SOLIDS = {5: 'hexahedra', 6: 'prisms', 7: 'pyramids', 12: 'hexahedra', 17: 'hexahedra', 18: 'prisms'}


def read_mesh(path: Path) -> tuple[Array, Cells]:
    """Return the points (n, 3) of a mesh file in its unit, and its tetrahedra (m, 4) as indices of points.

    Every tetrahedron has a volume and is right-handed; points that none has are left out.

    :raises ValueError: for another format, and for a file that is malformed, empty or huge.
    """
    text = _text(path)
    reader = _read_vol if path.name.endswith(('.vol', '.vol.gz', '.gz')) else _read_gmsh
    try:
        points, cells = reader(_lines(text))
    except (StopIteration, IndexError, KeyError, ValueError, RuntimeError) as error:
        reason = str(error) or 'it ends too early'
        raise ValueError(f'the mesh file is malformed: {reason}; export it again') from error
    return _checked(points, cells)


def _text(path: Path) -> str:
    if not path.name.endswith(('.vol', '.vol.gz', '.msh', '.gz')):
        raise ValueError(f'a mesh file ends in .vol, .vol.gz or .msh, got {path.name!r}')
    try:
        with gzip.open(path, 'rb') if path.name.endswith('.gz') else path.open('rb') as handle:
            content = handle.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise ValueError(f'the mesh file cannot be read: {error}') from error
    if len(content) > MOST_BYTES:
        raise ValueError(f'the mesh file is larger than {MOST_BYTES / 1e6:g} MB; give a coarser mesh')
    try:
        return content.decode('utf-8')
    except UnicodeDecodeError as error:
        raise ValueError('the mesh file is binary; export it as ASCII') from error


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith('#'):
            yield line.strip()


def _count(words: str) -> int:
    count = int(words)
    if not 0 < count <= 10 * MOST_TETRAHEDRA:
        raise ValueError(f'a section says it has {count} entries')
    return count


def _read_vol(lines: Iterator[str]) -> tuple[Array, Cells]:
    """Read the sections `volumeelements` (material, number of points, points from 1) and `points`."""
    if not next(lines).startswith('mesh3d'):
        raise ValueError("the first line of a .vol file is 'mesh3d'")
    points: list[list[float]] = []
    cells: list[list[int]] = []
    for line in lines:
        if line == 'volumeelements':
            for _ in range(_count(next(lines))):
                words = [int(word) for word in next(lines).split()]
                if words[1] not in (4, 10):
                    raise ValueError(f'an element with {words[1]} points; only tetrahedra are read')
                # Netgen's tetrahedra are left-handed.
                cells.append([words[2] - 1, words[4] - 1, words[3] - 1, words[5] - 1])
        elif line == 'points':
            points = [[float(word) for word in next(lines).split()[:3]] for _ in range(_count(next(lines)))]
    return _arrays(points, cells)


def _read_gmsh(lines: Iterator[str]) -> tuple[Array, Cells]:
    """Read the sections `$MeshFormat`, `$Nodes` and `$Elements`."""
    if next(lines) != '$MeshFormat':
        raise ValueError("the first line of a .msh file is '$MeshFormat'")
    version, kind = next(lines).split()[:2]
    if kind != '0' or version not in ('2.2', '4.1'):
        raise ValueError(f'version {version}, file type {kind}; expected 2.2 or 4.1 in ASCII (type 0)')
    nodes: dict[int, list[float]] = {}
    tetrahedra: list[list[int]] = []
    blocks = version == '4.1'
    for line in lines:
        if line == '$Nodes':
            nodes.update(_gmsh_node_blocks(lines) if blocks else _gmsh_nodes(lines))
        elif line == '$Elements':
            tetrahedra += _gmsh_element_blocks(lines) if blocks else _gmsh_elements(lines)
    index = {number: place for place, number in enumerate(nodes)}
    return _arrays(list(nodes.values()), [[index[number] for number in one] for one in tetrahedra])


def _gmsh_nodes(lines: Iterator[str]) -> Iterator[tuple[int, list[float]]]:
    for _ in range(_count(next(lines))):
        number, *place = next(lines).split()
        yield int(number), [float(word) for word in place[:3]]


def _gmsh_node_blocks(lines: Iterator[str]) -> Iterator[tuple[int, list[float]]]:
    for _ in range(_count(next(lines).split()[0])):
        count = int(next(lines).split()[3])
        numbers = [int(next(lines)) for _ in range(count)]
        for number in numbers:
            yield number, [float(word) for word in next(lines).split()[:3]]


def _gmsh_elements(lines: Iterator[str]) -> Iterator[list[int]]:
    for _ in range(_count(next(lines))):
        words = [int(word) for word in next(lines).split()]
        if _is_tetrahedron(words[1]):
            yield words[3 + words[2] : 7 + words[2]]


def _gmsh_element_blocks(lines: Iterator[str]) -> Iterator[list[int]]:
    for _ in range(_count(next(lines).split()[0])):
        _, _, kind, count = (int(word) for word in next(lines).split())
        wanted = _is_tetrahedron(kind)
        for _ in range(count):
            words = next(lines).split()
            if wanted:
                yield [int(word) for word in words[1:5]]


def _is_tetrahedron(kind: int) -> bool:
    if kind in OTHER_SOLIDS:
        raise ValueError(f'it has {OTHER_SOLIDS[kind]}; only tetrahedra are read')
    return kind in TETRAHEDRA


def _arrays(points: list[list[float]], cells: list[list[int]]) -> tuple[Array, Cells]:
    return (
        np.array(points, dtype=float).reshape(len(points), 3),
        np.array(cells, dtype=np.int64).reshape(len(cells), 4),
    )


def _checked(points: Array, cells: Cells) -> tuple[Array, Cells]:
    """Return what `read_mesh` promises.

    :raises ValueError: for no tetrahedra or too many, a point that is not there or not finite, no volume.
    """
    if not len(cells):
        raise ValueError('the mesh has no tetrahedra; mesh the volume, not only its surface')
    if len(cells) > MOST_TETRAHEDRA:
        raise ValueError(f'the mesh has {len(cells)} tetrahedra, at most {MOST_TETRAHEDRA}; make it coarser')
    if cells.min() < 0 or cells.max() >= len(points):
        raise ValueError(
            f'the mesh file is malformed: an element has a point that is not among {len(points)}'
        )
    used, cells = np.unique(cells, return_inverse=True)
    points, cells = points[used], cells.reshape(-1, 4)
    if not np.isfinite(points).all():
        raise ValueError('the mesh file is malformed: a coordinate is not finite')
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    volumes = np.linalg.det(edges)
    longest = np.linalg.norm(edges, axis=-1).max(axis=1)
    if (np.abs(volumes) <= 1e-12 * longest**3).any():
        flat = int(np.argmin(np.abs(volumes) / longest**3))
        raise ValueError(f'tetrahedron {flat + 1} of the mesh has no volume; mesh the part again')
    left = volumes < 0
    cells[left] = cells[left][:, [0, 2, 1, 3]]
    return points, cells

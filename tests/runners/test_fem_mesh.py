"""Mesh files: what is read gives the part it describes, what cannot be used is refused with a reason."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanoos_plugins.engines.fem import FemParameters
from nanoos_plugins.runners.fem.__main__ import run
from nanoos_plugins.runners.fem.mesh_file import read_mesh

#: A cube of edge length 2 as six tetrahedra around its diagonal 1-7, corners numbered from 1.
CORNERS = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (0, 0, 2), (2, 0, 2), (2, 2, 2), (0, 2, 2)]
CELLS = [(1, 2, 3, 7), (1, 3, 4, 7), (1, 4, 8, 7), (1, 8, 5, 7), (1, 5, 6, 7), (1, 6, 2, 7)]


def gmsh2(corners: Any = CORNERS, cells: Any = CELLS) -> str:
    nodes = '\n'.join(f'{i} {x} {y} {z}' for i, (x, y, z) in enumerate(corners, start=1))
    elements = '\n'.join(f'{i} 4 2 1 1 {a} {b} {c} {d}' for i, (a, b, c, d) in enumerate(cells, start=1))
    return (
        f'$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n{len(corners)}\n{nodes}\n$EndNodes\n'
        f'$Elements\n{len(cells)}\n{elements}\n$EndElements\n'
    )


def gmsh4() -> str:
    numbers = '\n'.join(str(i) for i in range(1, 9))
    nodes = '\n'.join(f'{x} {y} {z}' for x, y, z in CORNERS)
    elements = '\n'.join(f'{i} {a} {b} {c} {d}' for i, (a, b, c, d) in enumerate(CELLS, start=1))
    return (
        f'$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Nodes\n1 8 1 8\n3 1 0 8\n{numbers}\n{nodes}\n$EndNodes\n'
        f'$Elements\n1 6 1 6\n3 1 4 6\n{elements}\n$EndElements\n'
    )


def netgen() -> str:
    """Return what Netgen itself writes for the same cube."""
    from netgen.csg import CSGeometry, OrthoBrick, Pnt

    geometry = CSGeometry()
    geometry.Add(OrthoBrick(Pnt(0, 0, 0), Pnt(2, 2, 2)))
    path = Path('cube.vol')
    geometry.GenerateMesh(maxh=2).Save(str(path))
    return path.read_text(encoding='utf-8')


def pulled(path: Path) -> Mapping[str, Any]:
    """Return the quantities of the cube of steel, 2 nm wide, pulled along y."""
    settings = FemParameters(
        shape='mesh', axis='y', mesh_unit=1e-9, load='traction', young_modulus=200.0
    ).model_dump()
    return run({'settings': settings, 'mesh': path.name}, path.parent).quantities


@pytest.mark.parametrize('name', ['two.msh', 'four.msh', 'netgen.vol', 'netgen.vol.gz'])
def test_cube_from_a_file_is_pulled(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = {'two': gmsh2, 'four': gmsh4, 'netgen': netgen}[name.split('.')[0]]()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith('.gz') else text.encode())
    points, cells = read_mesh(path)
    volumes = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]]) / 6
    assert volumes.min() > 0
    assert volumes.sum() == pytest.approx(8)
    found = pulled(path)
    assert found['effective_modulus']['value'] == pytest.approx(200, rel=1e-6)
    assert found['reaction_force']['value'] == pytest.approx(0.1e9 * 4e-18, rel=1e-9)


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('part.stl', b'solid', 'ends in .vol, .vol.gz or .msh'),
        ('part.msh', b'', 'malformed: it ends too early'),
        ('part.msh', b'\xff\xfe\x00', 'binary'),
        ('part.vol.gz', b'no gzip', 'cannot be read'),
        ('part.vol', b'solid cube', "the first line of a .vol file is 'mesh3d'"),
        ('part.msh', gmsh2().replace('2.2 0', '2.2 1').encode(), 'file type 1; expected 2.2 or 4.1 in ASCII'),
        ('part.msh', gmsh2()[:200].encode(), 'malformed'),
        ('part.msh', gmsh2().replace('1 0 0 0', '1 0 zero 0').encode(), "could not convert string to float"),
        ('part.msh', gmsh2().replace('1 0 0 0', '1 nan 0 0').encode(), 'a coordinate is not finite'),
        ('part.msh', gmsh2(cells=[(1, 2, 3, 9)]).encode(), 'malformed: 9'),
        ('part.msh', gmsh2(cells=[(1, 2, 3, 4)]).encode(), 'has no volume'),
        ('part.msh', gmsh2().replace(' 4 2 1 1 ', ' 2 2 1 1 ').encode(), 'has no tetrahedra'),
        ('part.msh', gmsh2().replace(' 4 2 1 1 ', ' 5 2 1 1 ').encode(), 'it has hexahedra'),
        ('part.msh', gmsh2().replace('$Nodes\n8', '$Nodes\n999999999').encode(), 'says it has 999999999'),
        ('part.msh', gmsh2(cells=[CELLS[0]] * 3).encode(), 'more than two tetrahedra'),
        ('part.msh', gmsh2(cells=[CELLS[1]]).encode(), 'no flat low end along y'),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        pulled(path)


def test_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('nanoos_plugins.runners.fem.mesh_file.MOST_BYTES', 100)
    path = tmp_path / 'part.msh'
    path.write_text(gmsh2(), encoding='utf-8')
    with pytest.raises(ValueError, match='larger than'):
        read_mesh(path)
    monkeypatch.setattr('nanoos_plugins.runners.fem.mesh_file.MOST_BYTES', 10_000)
    monkeypatch.setattr('nanoos_plugins.runners.fem.mesh_file.MOST_TETRAHEDRA', 5)
    with pytest.raises(ValueError, match='6 tetrahedra, at most 5'):
        read_mesh(path)

"""The calculation of finite elements: a shape given by its measures, or a mesh from a file."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm

from nanoos_plugins.calculations.runner import MESH, RunnerCalculation

ENDINGS = ('.vol', '.gz', '.msh')


class FemCalculation(RunnerCalculation):
    """Compute a continuum with `nanoos_plugins.runners.fem`."""

    program: ClassVar[str] = 'fem'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the mesh file, which only the shape `mesh` needs."""
        super().define(spec)
        spec.input(
            MESH,
            valid_type=orm.SinglefileData,
            required=False,
            validator=validate_mesh,
            help='Tetrahedra: Netgen .vol or .vol.gz, Gmsh .msh in ASCII; lengths in `mesh_unit` [m].',
        )
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='profile_… along a line, field_… (ny, nx) in the mid-plane on grid_x_m, grid_y_m, '
            'series_… in time [unit at the end of the name].',
        )


def validate_mesh(mesh: orm.SinglefileData | None, _: Any) -> str | None:
    """Return what is wrong with the name of a mesh file, by which its format is known."""
    if mesh is not None and not mesh.filename.endswith(ENDINGS):
        return f'a mesh file ends in .vol, .vol.gz or .msh, got {mesh.filename!r}'
    return None

"""The calculation of a flow: a geometry given by its measures."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm

from nanoos_plugins.calculations.runner import RunnerCalculation


class CfdCalculation(RunnerCalculation):
    """Compute a flow with `nanoos_plugins.runners.cfd`."""

    program: ClassVar[str] = 'cfd'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Say what the arrays are."""
        super().define(spec)
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='profile_… along a line, field_… (ny, nx) on grid_x_m, grid_y_m, series_… in time '
            '[unit at the end of the name].',
        )

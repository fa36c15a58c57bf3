"""The calculation of phase fields: a material given by its parameters, and nothing else."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm

from nanoos_plugins.calculations.runner import RunnerCalculation


class PhaseFieldCalculation(RunnerCalculation):
    """Evolve a phase field with `nanoos_plugins.runners.phase_field`."""

    program: ClassVar[str] = 'phase_field'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Say what the arrays are."""
        super().define(spec)
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='profile_… along x, field_… (ny, nx) on grid_x_m, grid_y_m (not in one dimension), '
            'series_… in time [unit at the end of the name].',
        )

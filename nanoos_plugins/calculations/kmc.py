"""The calculation of lattice kinetic Monte Carlo: a perfect crystal and barriers in, diffusivities out."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm

from nanoos_plugins.calculations.runner import RunnerCalculation


class KmcCalculation(RunnerCalculation):
    """Walk defects on the lattice of a crystal by our runner."""

    program: ClassVar[str] = 'kmc'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the crystal, whose lattice and lattice parameter are used."""
        super().define(spec)
        spec.input(
            'structure',
            valid_type=orm.StructureData,
            help='Perfect crystal of one element, fcc, bcc, sc or diamond, lengths [Å].',
        )

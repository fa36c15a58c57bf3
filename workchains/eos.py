"""Equation of state: energies of several volumes, and the bulk modulus that follows."""

from __future__ import annotations

from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode

from nanoos_plugins.calculations.birch_murnaghan import (
    BAD_FIT,
    LEAST_POINTS,
    MINIMUM_OUTSIDE,
    TOO_FEW_POINTS,
    fit_birch_murnaghan,
)
from nanoos_plugins.calculations.deform import deform
from nanoos_plugins.calculations.symmetry import has_free_coordinates
from workchains.protocol import PropertyWorkChain


def validate_points(value: orm.Int, _: Any) -> str | None:
    """Return what is wrong with a number of points."""
    if value.value < LEAST_POINTS:
        return f'points: expected at least {LEAST_POINTS}, got {value.value}'
    return None


def validate_range(value: orm.Float, _: Any) -> str | None:
    """Return what is wrong with a range of volumes."""
    return None if 0 < value.value < 0.5 else f'volume_range: expected 0 to 0.5, got {value.value}'


class EosWorkChain(PropertyWorkChain):
    """Fit the Birch–Murnaghan equation of state of third order to volumes around that of the structure."""

    protocol_name = 'eos'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the sampling in, the equation of state and its points out."""
        super().define(spec)
        spec.input(
            'volume_range',
            valid_type=orm.Float,
            default=lambda: orm.Float(0.06),
            serializer=orm.to_aiida_type,
            validator=validate_range,
            help='Largest change of the volume relative to that of the structure [-].',
        )
        spec.input(
            'points',
            valid_type=orm.Int,
            default=lambda: orm.Int(7),
            serializer=orm.to_aiida_type,
            validator=validate_points,
            help='Number of volumes, evenly spaced [-].',
        )
        spec.input(
            'relax_positions',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Relax the positions at each volume when the symmetry leaves any free.',
        )
        spec.input(
            'residual_limit',
            valid_type=orm.Float,
            default=lambda: orm.Float(0.02),
            serializer=orm.to_aiida_type,
            help='Largest root-mean-square residual of the fit relative to the range of the energies [-].',
        )
        spec.output(
            'eos',
            valid_type=orm.Dict,
            help='Per cell of the structure: volume_A3 [Å³], energy_eV [eV], bulk_modulus_GPa [GPa], '
            'bulk_modulus_derivative [-], residual_eV [eV]; a0_A [Å] of the conventional cell when cubic.',
        )
        spec.output(
            'points', valid_type=orm.ArrayData, help='`volumes` [Å³] and `energies` [eV] that were fitted.'
        )
        spec.output(
            'structure',
            valid_type=orm.StructureData,
            help='The structure scaled to the equilibrium volume, lengths in [Å].',
        )
        spec.exit_code(420, 'ERROR_TOO_FEW_POINTS', message='{reason}')
        spec.exit_code(421, 'ERROR_BAD_FIT', message='{reason}')
        spec.exit_code(422, 'ERROR_MINIMUM_OUTSIDE', message='{reason}')
        spec.exit_code(423, 'ERROR_NOT_PERIODIC', message='{reason}')
        spec.outline(cls.run_points, cls.fit)

    def run_points(self) -> ExitCode | None:
        """Submit all volumes at once.

        :return: ERROR_NOT_PERIODIC when the structure has no volume to vary.
        """
        try:
            is_free = has_free_coordinates(self.inputs.structure)
        except ValueError as error:
            refused: ExitCode = self.exit_codes.ERROR_NOT_PERIODIC.format(reason=error)
            return refused
        task = 'relax' if is_free and self.inputs.relax_positions.value else 'static'
        limit = self.inputs.volume_range.value
        scales = np.linspace(1 - limit, 1 + limit, self.inputs.points.value) ** (1 / 3)
        gradients = [(scale * np.eye(3)).tolist() for scale in scales]
        self.ctx.structures = dict(deform(self.inputs.structure, orm.List(gradients)))
        self.report(f'{task} energies of {len(scales)} volumes within {100 * limit:g} %')
        numerics = self.fixed_numerics(self.inputs.structure)
        for label, structure in sorted(self.ctx.structures.items()):
            self.to_context(**{label: self.simulation(structure, task=task, **numerics)})
        return None

    def fit(self) -> ExitCode | None:
        """Fit the points that went well.

        :return: ERROR_SIMULATION_FAILED when all failed, else what the fit refuses.
        """
        points: dict[str, orm.Data] = {}
        for label, structure in self.ctx.structures.items():
            error = self.simulation_error(self.ctx[label])
            if error is None:
                points |= {
                    f'structure_{label}': structure,
                    f'results_{label}': self.ctx[label].outputs.results,
                }
            else:
                self.report(f'left out: {error.message}')
        if not points:
            return error
        outputs, node = fit_birch_murnaghan.run_get_node(
            structure=self.inputs.structure, residual_limit=self.inputs.residual_limit, **points
        )
        if outputs is None or not node.is_finished_ok:
            refusals = {
                TOO_FEW_POINTS: self.exit_codes.ERROR_TOO_FEW_POINTS,
                BAD_FIT: self.exit_codes.ERROR_BAD_FIT,
                MINIMUM_OUTSIDE: self.exit_codes.ERROR_MINIMUM_OUTSIDE,
            }
            refusal: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
            return refusal
        self.out_many(outputs)
        return None

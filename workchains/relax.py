"""Relaxation: positions and, if wanted, the cell, until forces and stress hold in the last cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, while_

from workchains.protocol import PropertyWorkChain
from workchains.simulation import complete_parameters


def validate_rounds(value: orm.Int, _: Any) -> str | None:
    """Return what is wrong with a number of rounds."""
    return None if value.value >= 1 else f'rounds: expected at least 1, got {value.value}'


class RelaxWorkChain(PropertyWorkChain):
    """Relax a structure to a minimum of the energy, or of the enthalpy under a target pressure.

    An engine whose basis belongs to the cell it started with (plane waves) or whose target does (LAMMPS) may
    end where its tolerances hold no more in the last cell; it is then started again from there.
    """

    protocol_name = 'relax'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare what may move in, the relaxed structure and its results out."""
        super().define(spec)
        spec.input(
            'cell',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Relax the cell with the positions; otherwise the positions only.',
        )
        spec.input(
            'rounds',
            valid_type=orm.Int,
            default=lambda: orm.Int(3),
            serializer=orm.to_aiida_type,
            validator=validate_rounds,
            help='Most relaxations one after the other until the tolerances hold in the last cell [-].',
        )
        spec.output('structure', valid_type=orm.StructureData, help='The relaxed structure, lengths in [Å].')
        spec.output('results', valid_type=orm.Dict, help='Energy [eV] and other scalars of the last round.')
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='`forces` [eV/Å] and `stress` [GPa] of the last structure.',
        )
        spec.exit_code(440, 'ERROR_TOLERANCES_NOT_REACHED', message='{reason}')
        spec.outline(
            cls.start,
            while_(cls.is_unfinished)(cls.relax, cls.inspect),
            cls.finish,
        )

    def start(self) -> None:
        """Begin from the input's structure."""
        self.ctx.structure = self.inputs.structure
        self.ctx.round = 0
        self.ctx.excess = 'not relaxed yet'

    def is_unfinished(self) -> bool:
        """Return whether the tolerances do not hold and another round is allowed."""
        return bool(self.ctx.excess) and self.ctx.round < self.inputs.rounds.value

    def relax(self) -> None:
        """Submit one relaxation from the structure at hand."""
        self.ctx.round += 1
        task = 'relax_cell' if self.inputs.cell.value else 'relax'
        self.to_context(simulation=self.simulation(self.ctx.structure, task=task))

    def inspect(self) -> ExitCode | None:
        """Take the structure of the round and see whether the tolerances hold.

        :return: ERROR_SIMULATION_FAILED when the round failed.
        """
        error = self.simulation_error(self.ctx.simulation)
        if error is not None:
            return error
        outputs = self.ctx.simulation.outputs
        self.ctx.structure = outputs.structure
        self.ctx.excess = self.describe_excess(outputs.arrays)
        self.report(
            f'round {self.ctx.round}: {self.ctx.excess or "forces and stress are within the tolerances"}'
        )
        return None

    def describe_excess(self, arrays: orm.ArrayData) -> str:
        """Return in one line which of forces [eV/Å] and stress [GPa] exceeds its tolerance; "" when none."""
        _, parameters = complete_parameters(self.inputs)
        found = []
        force = float(np.abs(arrays.get_array('forces')).max())
        if force > parameters.force_tolerance:
            found.append(f'largest force {force:.4f} eV/Å, tolerance {parameters.force_tolerance} eV/Å')
        if self.inputs.cell.value and any(self.inputs.structure.pbc):
            periodic = np.outer(self.inputs.structure.pbc, self.inputs.structure.pbc)
            deviation = arrays.get_array('stress') + parameters.pressure * np.eye(3)
            stress = float(np.abs(deviation[periodic]).max())
            if stress > parameters.stress_tolerance:
                found.append(f'stress off by {stress:.4f} GPa, tolerance {parameters.stress_tolerance} GPa')
        return '; '.join(found)

    def finish(self) -> ExitCode | None:
        """Return the last round's outputs.

        :return: ERROR_TOLERANCES_NOT_REACHED when they do not hold after the last round.
        """
        for label in ('structure', 'results', 'arrays'):
            self.out(label, self.ctx.simulation.outputs[label])
        if not self.ctx.excess:
            return None
        reason = f'after {self.ctx.round} rounds: {self.ctx.excess}; continue from the last structure'
        unreached: ExitCode = self.exit_codes.ERROR_TOLERANCES_NOT_REACHED.format(reason=reason)
        return unreached

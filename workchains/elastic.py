"""Elastic constants: the full tensor from the stresses of the cells strained in all independent ways."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.engine import ExitCode, if_

from nanoos_plugins.calculations.deform import deform
from nanoos_plugins.calculations.elastic import INCONSISTENT, NO_STRESS, fit_elastic_tensor
from nanoos_plugins.calculations.strain import deformation_gradient, strains
from nanoos_plugins.calculations.symmetry import has_free_ions, point_group
from workchains.protocol import PropertyWorkChain


def validate_magnitudes(value: orm.List, _: Any) -> str | None:
    """Return what is wrong with the magnitudes of the strains."""
    given = value.get_list()
    numbers = all(isinstance(one, float) and 0 < one <= 0.1 for one in given)
    if given and numbers and len(set(given)) == len(given):
        return None
    return f'magnitudes: expected one or more different numbers above 0 and up to 0.1, got {given}'


class ElasticWorkChain(PropertyWorkChain):
    """Derive the elastic tensor from stresses of strained cells; the point group spares all it can."""

    protocol_name = 'elastic'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the strains in, the elastic tensor and the moduli out."""
        super().define(spec)
        spec.input(
            'magnitudes',
            valid_type=orm.List,
            default=lambda: orm.List([0.005]),
            serializer=orm.to_aiida_type,
            validator=validate_magnitudes,
            help='Norms of the Lagrangian strains, each applied with both signs [-].',
        )
        spec.input(
            'relax_cell',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Relax positions and cell first.',
        )
        spec.input(
            'relax_ions',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Relax the positions in every strained cell where symmetry allows forces; otherwise the '
            'tensor is that of clamped ions.',
        )
        spec.input(
            'inconsistency_limit',
            valid_type=orm.Float,
            default=lambda: orm.Float(0.05),
            serializer=orm.to_aiida_type,
            help='Largest difference between what symmetry makes equal, relative to the largest element [-].',
        )
        spec.output(
            'elastic',
            valid_type=orm.Dict,
            help='`C_GPa` 6×6 [GPa] in the frame of the structure, order xx yy zz yz xz xy; C11, C12, C44 '
            '[GPa] along the cubic axes when cubic; bulk and shear moduli after Voigt, Reuss and Hill [GPa]; '
            'mechanical stability with the eigenvalues [GPa].',
        )
        spec.output(
            'structure', valid_type=orm.StructureData, help='The unstrained structure, lengths in [Å].'
        )
        spec.exit_code(430, 'ERROR_NO_STRESS', message='{reason}')
        spec.exit_code(431, 'ERROR_INCONSISTENT_STRESSES', message='{reason}')
        spec.exit_code(432, 'ERROR_NOT_PERIODIC', message='{reason}')
        spec.outline(
            cls.start,
            if_(cls.should_relax)(cls.relax, cls.inspect_relaxation),
            cls.strain,
            cls.fit,
        )

    def start(self) -> ExitCode | None:
        """Begin from the input's structure.

        :return: ERROR_NOT_PERIODIC when it is not periodic in three directions.
        """
        self.ctx.structure = self.inputs.structure
        if all(self.inputs.structure.pbc):
            return None
        reason = f'the structure is periodic along {self.inputs.structure.pbc}; expected all three directions'
        refused: ExitCode = self.exit_codes.ERROR_NOT_PERIODIC.format(reason=reason)
        return refused

    def should_relax(self) -> bool:
        """Return whether the structure is to be relaxed first."""
        return bool(self.inputs.relax_cell.value)

    def relax(self) -> None:
        """Submit the relaxation of positions and cell."""
        self.to_context(relaxation=self.simulation(self.inputs.structure, task='relax_cell'))

    def inspect_relaxation(self) -> ExitCode | None:
        """Go on with the relaxed structure.

        :return: ERROR_SIMULATION_FAILED when the relaxation failed.
        """
        error = self.simulation_error(self.ctx.relaxation)
        if error is None:
            self.ctx.structure = self.ctx.relaxation.outputs.structure
        return error

    def strain(self) -> None:
        """Submit all strained cells at once."""
        structure = self.ctx.structure
        applied = strains(point_group(structure), self.inputs.magnitudes.get_list())
        self.ctx.strains = applied.tolist()
        task = 'relax' if self.inputs.relax_ions.value and has_free_ions(structure) else 'static'
        self.report(f'{task} stresses of {len(applied)} strained cells')
        gradients = orm.List([deformation_gradient(one).tolist() for one in applied])
        numerics = self.fixed_numerics(structure)
        self.ctx.labels = []
        for label, deformed in sorted(deform(structure, gradients).items()):
            self.ctx.labels.append(label)
            self.to_context(**{label: self.simulation(deformed, task=task, **numerics)})

    def fit(self) -> ExitCode | None:
        """Fit the tensor to the stresses.

        :return: ERROR_SIMULATION_FAILED when a strained cell failed, else what the fit refuses.
        """
        arrays = {}
        for label in self.ctx.labels:
            error = self.simulation_error(self.ctx[label])
            if error is not None:
                return error
            arrays[label] = self.ctx[label].outputs.arrays
        outputs, node = fit_elastic_tensor.run_get_node(
            structure=self.ctx.structure,
            strains=orm.List(self.ctx.strains),
            inconsistency_limit=self.inputs.inconsistency_limit,
            **arrays,
        )
        if outputs is None or not node.is_finished_ok:
            refusals = {
                NO_STRESS: self.exit_codes.ERROR_NO_STRESS,
                INCONSISTENT: self.exit_codes.ERROR_INCONSISTENT_STRESSES,
            }
            refusal: ExitCode = refusals[int(node.exit_status or 0)].format(reason=node.exit_message)
            return refusal
        self.out('elastic', outputs['elastic'])
        self.out('structure', self.ctx.structure)
        return None

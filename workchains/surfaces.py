"""Surface energies of a crystal by any force engine, its equilibrium shape, and a particle of that shape."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm
from aiida.engine import ExitCode, ToContext, if_

from nanoos_plugins.calculations.build.nanoparticle import build_nanoparticle
from nanoos_plugins.calculations.build.slab import build_slab
from nanoos_plugins.calculations.surfaces import (
    NO_SLAB,
    NOT_STOICHIOMETRIC,
    low_index_faces,
    name_of,
    other_composition,
    surface_energies,
)
from nanoos_plugins.calculations.wulff import NO_SHAPE, lattice_of, particle_parameters, wulff_shape
from workchains.protocol import PropertyWorkChain, validate_positive


def validate_miller(value: orm.List, _: Any) -> str | None:
    """Return what is wrong with Miller indices; None if nothing."""
    given = value.get_list()
    faces = [face for face in given if isinstance(face, list) and len(face) == 3 and any(face)]
    whole = all(type(index) is int and -9 <= index <= 9 for face in faces for index in face)
    if given and whole and len(faces) == len(given) == len({tuple(face) for face in faces}):
        return None
    return (
        'miller: expected one or more different faces of three integers from −9 to 9, not all 0, such as '
        f'[[1, 1, 1], [1, 0, 0]], got {given}'
    )


def validate_atoms(value: orm.Int, _: Any) -> str | None:
    """Return what is wrong with a number of atoms of the particle; None if nothing."""
    if value.value == 0 or 2 <= value.value <= 20_000:
        return None
    return f'particle_atoms: expected 2 to 20000, or 0 for no particle, got {value.value}'


class SurfacesWorkChain(PropertyWorkChain):
    """Cut a slab for each face, relax its atoms, and construct the equilibrium shape from the energies."""

    protocol_name: ClassVar[str] = 'surfaces'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare faces and slabs in, their energies, the shape and a particle out."""
        super().define(spec)
        spec.input(
            'miller',
            valid_type=orm.List,
            required=False,
            serializer=orm.to_aiida_type,
            validator=validate_miller,
            help='Miller indices (n, 3) of the faces, in the conventional cell; by default the three with '
            'the widest spacing of lattice planes: 100, 110 and 111 of a cubic crystal [-].',
        )
        for name, default, what in (
            ('thickness', 15.0, 'Least distance between the outermost atoms of the two sides of a slab [Å].'),
            ('vacuum', 15.0, 'Empty space between a slab and its image [Å].'),
        ):
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda default=default: orm.Float(default),
                serializer=orm.to_aiida_type,
                validator=validate_positive,
                help=what,
            )
        spec.input(
            'relax_cell',
            valid_type=orm.Bool,
            default=lambda: orm.Bool(True),
            serializer=orm.to_aiida_type,
            help='Relax positions and cell of the crystal first.',
        )
        spec.input(
            'particle_atoms',
            valid_type=orm.Int,
            default=lambda: orm.Int(500),
            serializer=orm.to_aiida_type,
            validator=validate_atoms,
            help='About how many atoms the particle of a cubic element has; 0 for no particle [-].',
        )
        cls._define_outputs(spec)
        spec.outline(
            cls.start,
            if_(cls.should_relax)(cls.relax_crystal, cls.inspect_crystal),
            cls.cut,
            cls.run_slabs,
            cls.inspect_slabs,
            cls.compare,
            cls.shape,
            if_(cls.should_build)(cls.build),
        )

    @classmethod
    def _define_outputs(cls, spec: Any) -> None:
        spec.output(
            'surfaces',
            valid_type=orm.Dict,
            help='{value, unit} of surface_energy_<indices> [J/m²] of the relaxed slabs and '
            'unrelaxed_surface_energy_<indices> [J/m²]; `miller`; notes on slabs with two different sides.',
        )
        spec.output(
            'shape',
            valid_type=orm.Dict,
            help='{value, unit} of area_fraction_<indices> [-], weighted_surface_energy [J/m²], anisotropy '
            '[-] and shape_factor [-] of the equilibrium shape.',
        )
        spec.output(
            'wulff',
            valid_type=orm.ArrayData,
            help='The equilibrium shape: `vertices` [J/m²], `triangles` and `edges` of them, `family` (which '
            'of `miller`) of each triangle [-].',
        )
        spec.output(
            'particle',
            valid_type=orm.StructureData,
            required=False,
            help='Particle of a cubic element in the equilibrium shape, lengths in [Å].',
        )
        spec.output('crystal', valid_type=orm.StructureData, help='The crystal, lengths in [Å], unit cell.')
        spec.exit_code(NO_SLAB, 'ERROR_NO_SLAB', message='{reason}')
        spec.exit_code(NOT_STOICHIOMETRIC, 'ERROR_NOT_STOICHIOMETRIC', message='{reason}')
        spec.exit_code(NO_SHAPE, 'ERROR_NO_SHAPE', message='{reason}')

    def start(self) -> ExitCode | None:
        """Begin from the input's structure.

        :return: ERROR_NO_SLAB when it is not periodic in three directions.
        """
        self.ctx.crystal = self.inputs.structure
        if all(self.inputs.structure.pbc):
            return None
        reason = f'the structure is periodic along {self.inputs.structure.pbc}; expected all three directions'
        refused: ExitCode = self.exit_codes.ERROR_NO_SLAB.format(reason=reason)
        return refused

    def should_relax(self) -> bool:
        """Return whether the crystal is to be relaxed first."""
        return bool(self.inputs.relax_cell.value)

    def should_build(self) -> bool:
        """Return whether a particle is wanted and the crystal is one that the builder makes."""
        return self.inputs.particle_atoms.value > 0 and lattice_of(self.ctx.crystal) is not None

    def relax_crystal(self) -> Any:
        """Submit the relaxation of the crystal's positions and cell."""
        return ToContext(relaxation=self.simulation(self.inputs.structure, task='relax_cell'))

    def inspect_crystal(self) -> ExitCode | None:
        """Go on with the relaxed crystal, or return ERROR_SIMULATION_FAILED."""
        error = self.simulation_error(self.ctx.relaxation)
        if error is None:
            self.ctx.crystal = self.ctx.relaxation.outputs.structure
        return error

    def cut(self) -> ExitCode | None:
        """Cut the slabs.

        :return: ERROR_NO_SLAB with what the builder refuses, ERROR_NOT_STOICHIOMETRIC for a slab of another
            composition.
        """
        crystal = self.ctx.crystal
        miller = self.inputs.miller if 'miller' in self.inputs else orm.List(low_index_faces(crystal))
        self.ctx.miller, self.ctx.slabs = miller, {}
        size = {key: self.inputs[key].value for key in ('thickness', 'vacuum')}
        for face in miller.get_list():
            slab: Any
            slab, node = build_slab.run_get_node(crystal, orm.Dict({'miller': face, **size}))
            if not node.is_finished_ok:
                reason = f'{name_of(face)}: {node.exit_message}'
                refused: ExitCode = self.exit_codes.ERROR_NO_SLAB.format(reason=reason)
                return refused
            if wrong := other_composition(slab, crystal):
                reason = f'{name_of(face)}: {wrong}'
                other: ExitCode = self.exit_codes.ERROR_NOT_STOICHIOMETRIC.format(reason=reason)
                return other
            self.ctx.slabs[name_of(face)] = slab
        self.out('crystal', crystal)
        return None

    def run_slabs(self) -> None:
        """Submit the crystal as it is, and each slab as it was cut and with its atoms relaxed."""
        self.to_context(crystal_run=self.simulation(self.ctx.crystal, task='static'))
        for name, slab in self.ctx.slabs.items():
            self.to_context(**{f'static_{name}': self.simulation(slab, task='static')})
            self.to_context(**{f'relaxed_{name}': self.simulation(slab, task='relax')})
        sizes = ', '.join(f'{name} of {len(slab.sites)} atoms' for name, slab in self.ctx.slabs.items())
        self.report(f'slabs: {sizes}')

    def inspect_slabs(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when one of the runs failed."""
        labels = [f'{kind}_{name}' for name in self.ctx.slabs for kind in ('static', 'relaxed')]
        errors = (self.simulation_error(self.ctx[label]) for label in ('crystal_run', *labels))
        return next((error for error in errors if error), None)

    def compare(self) -> None:
        """Compute the energies of the faces."""
        faces: dict[str, orm.Data] = {}
        for name, slab in self.ctx.slabs.items():
            faces[f'slab_{name}'] = slab
            for kind in ('static', 'relaxed'):
                faces[f'{kind}_{name}'] = self.ctx[f'{kind}_{name}'].outputs.results
        self.ctx.surfaces = surface_energies(
            self.ctx.crystal, self.ctx.crystal_run.outputs.results, self.ctx.miller, **faces
        )
        self.out('surfaces', self.ctx.surfaces)

    def shape(self) -> ExitCode | None:
        """Construct the equilibrium shape; return ERROR_NO_SHAPE when the faces make none."""
        found, node = wulff_shape.run_get_node(self.ctx.crystal, self.ctx.surfaces)
        if found is None or not node.is_finished_ok:
            refused: ExitCode = self.exit_codes.ERROR_NO_SHAPE.format(reason=node.exit_message)
            return refused
        self.out_many(found)
        return None

    def build(self) -> None:
        """Build the particle."""
        parameters = particle_parameters(self.ctx.crystal, self.ctx.surfaces, self.inputs.particle_atoms)
        self.out('particle', build_nanoparticle(parameters))

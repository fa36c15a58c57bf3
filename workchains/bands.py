"""Electronic band structure and density of states by Quantum ESPRESSO."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import ExitCode, ToContext
from aiida_quantumespresso.calculations.functions.seekpath_structure_analysis import (
    seekpath_structure_analysis,
)
from aiida_quantumespresso.workflows.pw.bands import PwBandsWorkChain
from aiida_quantumespresso.workflows.pw.base import PwBaseWorkChain

from nanoos_plugins.calculations.electronic_structure import density_of_states, irreducible_kpoints
from nanoos_plugins.engines.code import default_code
from workchains.protocol import PropertyWorkChain, validate_positive
from workchains.simulation import complete_parameters

ENGINE = 'qe'


class BandsWorkChain(PropertyWorkChain):
    """Compute bands along seekpath's path, then the density of states on a dense mesh.

    Self-consistency and the path run in aiida-quantumespresso's `PwBandsWorkChain`; the mesh starts from the
    same density. The structure is brought to seekpath's primitive cell first, which all outputs refer to.
    """

    protocol_name: ClassVar[str] = 'bands'
    #: Inputs that are numbers: default, and what they are.
    NUMBERS: ClassVar[dict[str, tuple[float, str]]] = {
        'path_spacing': (0.05, 'Distance of points along the path [1/Å].'),
        'dos_spacing': (0.15, 'Largest distance of points of the mesh for the density of states [1/Å].'),
        'energy_step': (0.02, 'Step of the energies of the density of states [eV].'),
        'nbands_factor': (2.0, 'Number of bands over that of occupied ones; 4 empty bands at least [-].'),
    }

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structure and spacings in, bands and density of states out."""
        super().define(spec)
        for name, (default, meaning) in cls.NUMBERS.items():
            spec.input(
                name,
                valid_type=orm.Float,
                default=lambda value=default: orm.Float(value),
                serializer=orm.to_aiida_type,
                validator=validate_positive,
                help=meaning,
            )
        spec.output('bands', valid_type=orm.BandsData, help='Eigenvalues along the path [eV].')
        spec.output('dos', valid_type=orm.XyData, help='Density of states per primitive cell [1/eV].')
        spec.output(
            'summary',
            valid_type=orm.Dict,
            help='Gap, Fermi level and band edges [eV]; metal or not; direct or not.',
        )
        spec.output('structure', valid_type=orm.StructureData, help='Primitive cell, lengths in [Å].')
        spec.exit_code(350, 'ERROR_ENGINE_NOT_SUPPORTED', message='{reason}')
        spec.exit_code(351, 'ERROR_NO_CODE', message='{reason}')
        spec.exit_code(352, 'ERROR_CANNOT_BE_RUN', message='{reason}')
        spec.outline(
            cls.prepare, cls.run_bands, cls.inspect_bands, cls.run_mesh, cls.inspect_mesh, cls.analyse
        )

    def prepare(self) -> ExitCode | None:
        """Find the code and have the engine make the inputs for the primitive cell.

        :return: ERROR_ENGINE_NOT_SUPPORTED, ERROR_NO_CODE, or ERROR_CANNOT_BE_RUN when the engine refuses.
        """
        codes = self.exit_codes
        engine, parameters = complete_parameters(self.inputs, task='static')
        if engine.name != ENGINE:
            reason = f'{engine.label} has no electrons: bands need a template of engine {ENGINE}'
            unsupported: ExitCode = codes.ERROR_ENGINE_NOT_SUPPORTED.format(reason=reason)
            return unsupported
        try:
            code = self.inputs.get('code') or default_code(engine, self.node.user)
        except NotExistent as error:
            reason = f'{error}; run `nanoos engines install {engine.name}`, or name a code'
            no_code: ExitCode = codes.ERROR_NO_CODE.format(reason=reason)
            return no_code
        standard = seekpath_structure_analysis(
            self.inputs.structure, reference_distance=self.inputs.path_spacing
        )
        self.ctx.structure, self.ctx.path = standard['primitive_structure'], standard['explicit_kpoints']
        options = self.inputs.options.get_dict() if 'options' in self.inputs else {}
        try:
            builder = engine.get_builder(self.ctx.structure, parameters, code, options)
        except ValueError as error:
            refused: ExitCode = codes.ERROR_CANNOT_BE_RUN.format(reason=error)
            return refused
        self.ctx.inputs = builder._inputs(prune=True)
        self.out('structure', self.ctx.structure)
        return None

    def run_bands(self) -> Any:
        """Submit self-consistency and the path."""
        scf = {'pw': {**self.ctx.inputs['pw']}, 'kpoints': self.ctx.inputs['kpoints']}
        scf['pw'].pop('structure')
        node = self.submit(
            PwBandsWorkChain,
            structure=self.ctx.structure,
            bands_kpoints=self.ctx.path,
            nbands_factor=self.inputs.nbands_factor,
            scf=scf,
            bands={'pw': {**scf['pw'], 'parameters': self.without_forces('bands')}},
        )
        self.report(f'bands along {len(self.ctx.path.get_kpoints())} points: PwBandsWorkChain {node.pk}')
        return ToContext(bands=node)

    def without_forces(self, calculation: str, **system: Any) -> orm.Dict:
        """Return pw.x's namelists for a run at fixed density, over those of self-consistency."""
        namelists = self.ctx.inputs['pw']['parameters'].get_dict()
        control = {
            key: value for key, value in namelists['CONTROL'].items() if key not in ('tprnfor', 'tstress')
        }
        namelists['CONTROL'] = {**control, 'calculation': calculation}
        namelists['SYSTEM'] |= system
        return orm.Dict(namelists)

    def inspect_bands(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when the path failed; else hand the bands on."""
        if error := self.simulation_error(self.ctx.bands):
            return error
        self.out('bands', self.ctx.bands.outputs.band_structure)
        return None

    def run_mesh(self) -> Any:
        """Submit the irreducible points of the dense mesh, from the same density and with as many bands.

        The points are given one by one, and `nosym` keeps pw.x from adding or dropping any: the tetrahedra
        need to know which is which.
        """
        points = irreducible_kpoints(self.ctx.structure, self.inputs.dos_spacing)
        self.ctx.mesh = points['mesh']
        scf = self.ctx.bands.base.links.get_outgoing(link_label_filter='scf').one().node
        count = self.ctx.bands.outputs.band_parameters['number_of_bands']
        node = self.submit(
            PwBaseWorkChain,
            pw={
                **self.ctx.inputs['pw'],
                'parameters': self.without_forces('nscf', nbnd=count, nosym=True),
                'parent_folder': scf.outputs.remote_folder,
            },
            kpoints=points['kpoints'],
        )
        mesh = '×'.join(map(str, self.ctx.mesh.get_list()))
        self.report(f'eigenvalues on {mesh} points: PwBaseWorkChain {node.pk}')
        return ToContext(mesh_run=node)

    def inspect_mesh(self) -> ExitCode | None:
        """Return ERROR_SIMULATION_FAILED when the mesh failed."""
        return self.simulation_error(self.ctx.mesh_run)

    def analyse(self) -> None:
        """Compute density of states, Fermi level and gap."""
        outputs = density_of_states(
            self.ctx.structure,
            self.ctx.bands.outputs.band_structure,
            self.ctx.mesh_run.outputs.output_band,
            self.ctx.mesh,
            self.ctx.mesh_run.outputs.output_parameters,
            orm.Dict({'energy_step_eV': self.inputs.energy_step.value}),
        )
        self.out_many(outputs)

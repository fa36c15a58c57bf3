"""Quantum ESPRESSO: density functional theory with plane waves and pseudopotentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from ase.build import bulk

from nanoos_plugins.engines.contract import (
    Curve,
    Engine,
    ForceParameters,
    ForceTask,
    Program,
    Reference,
    quantity,
)
from nanoos_plugins.engines.pseudopotentials import pseudos_of, recommended_cutoffs
from nanoos_plugins.engines.qe_output import live_curves, read_results

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder

    from nanoos_plugins.engines.results import Results

FAMILY = 'PseudoDojo/0.4/PBE/SR/standard/upf-trimmed'
_EV_PER_ANGSTROM = 25.711043
"""1 Ry/bohr in eV/Å."""
_KBAR_PER_GPA = 10.0
_CALCULATIONS: dict[ForceTask, str] = {'static': 'scf', 'relax': 'relax', 'relax_cell': 'vc-relax'}
_DEFAULT_MOMENT = 0.5
_MOMENTS = {'Cr': 3.0, 'Mn': 4.0, 'Fe': 3.0, 'Co': 2.0, 'Ni': 1.0, 'O': 1.0}


class QuantumEspressoParameters(ForceParameters):
    """Parameters of plane-wave calculations; the defaults suit metals and insulators alike."""

    pseudo_family: str = quantity(FAMILY, '', 'family of pseudopotentials, which sets the functional')
    cutoff_stringency: Literal['low', 'normal', 'high'] = quantity(
        'normal', '', "which of the family's recommended cutoffs is taken when ecutwfc is not given"
    )
    ecutwfc: float | None = quantity(None, 'Ry', 'plane-wave cutoff of the wave functions', gt=0)
    ecutrho: float | None = quantity(
        None, 'Ry', 'cutoff of the density; 4 ecutwfc when only that is given', gt=0
    )
    kpoints_distance: float = quantity(0.2, '1/Å', 'largest distance between k-points (2π included)', gt=0)
    kpoints_mesh: tuple[int, int, int] | None = quantity(
        None, '', 'Γ-centred mesh of k-points, instead of kpoints_distance'
    )
    occupations: Literal['smearing', 'fixed'] = quantity('smearing', '', 'fixed only for insulators')
    smearing: Literal['cold', 'methfessel-paxton', 'gaussian', 'fermi-dirac'] = quantity(
        'gaussian', '', 'kind of smearing of the occupations; cold only for metals'
    )
    degauss: float = quantity(0.01, 'Ry', 'width of the smearing', gt=0)
    spin: Literal['none', 'collinear'] = quantity('none', '', 'collinear: spin-polarised')
    initial_moments: dict[str, float] = quantity(
        {}, 'μB', 'collinear: magnetic moment to start from, by kind name or element'
    )
    conv_thr_per_atom: float = quantity(
        2e-10, 'Ry', 'self-consistency: largest error of the energy per atom', gt=0
    )
    mixing_beta: float = quantity(0.4, '', 'share of the new density in the mixing', gt=0, le=1)


class QuantumEspresso(Engine[QuantumEspressoParameters]):
    """Quantum ESPRESSO's pw.x through `PwBaseWorkChain`: it handles wall time, restarts and known errors."""

    name = 'qe'
    label = 'Quantum ESPRESSO'
    scale = 'quantum'
    tasks = frozenset(_CALCULATIONS)
    process = 'quantumespresso.pw.base'
    code_plugin = 'quantumespresso.pw'
    code_label = 'qe-pw'
    parameters = QuantumEspressoParameters
    program = Program(executables=('pw.x',), lock='qe.lock', command='{prefix}/bin/python -m qepy --pw.x')
    live_file = 'aiida.out'

    def reference(self) -> Reference:
        """Return silicon at 0.94 of its volume: there its equation of state has a pressure of 6.18 GPa."""
        return Reference(
            structure=bulk('Si', a=(4 * 0.94 * 40.8943) ** (1 / 3)),
            parameters={'kpoints_mesh': (6, 6, 6), 'cutoff_stringency': 'low'},
            quantity='stress',
            value=-6.18,
            tolerance=0.3,
            unit='GPa',
            source='Birch-Murnaghan pressure at 0.94 V0 with V0 = 40.8943 Å³, B0 = 88.22 GPa, B0′ = 4.297 '
            '(Quantum ESPRESSO, trimmed PseudoDojo 0.4), Bosoni et al. 2024, doi:10.1038/s42254-023-00655-3',
        )

    def install_data(self, report: Callable[[str], None]) -> None:
        """Install the pseudopotential family; see `nanoos_plugins.install.pseudos`."""
        from aiida.manage import get_manager

        from nanoos_plugins.install.pseudos import fetch_trimmed, install_pseudos

        if get_manager().get_profile() is None:
            fetch_trimmed(report)
        else:
            install_pseudos(report)

    def fixed_numerics(
        self, structure: orm.StructureData, parameters: QuantumEspressoParameters
    ) -> dict[str, Any]:
        """Return the k-point mesh of `structure`."""
        mesh, _ = _kpoints(structure, parameters).get_kpoints_mesh()
        return {'kpoints_mesh': list(mesh)}

    def get_builder(
        self,
        structure: orm.StructureData,
        parameters: QuantumEspressoParameters,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of `PwBaseWorkChain`.

        :raises ValueError: for an element without pseudopotential, a family that is not installed or
            recommends no cutoffs, fixed occupations with spin, or a cell that cannot be relaxed in one or no
            periodic direction.
        """
        from aiida import orm
        from aiida.plugins import WorkflowFactory

        if code is None:
            raise ValueError('Quantum ESPRESSO needs a code for pw.x: run `nanoos engines install qe`')
        pseudos = pseudos_of(structure, parameters.pseudo_family)
        builder: Any = cast('Any', WorkflowFactory(self.process)).get_builder()
        builder.pw.code = code
        builder.pw.structure = structure
        builder.pw.pseudos = pseudos
        builder.pw.parameters = orm.Dict(_input_file(structure, parameters, pseudos))
        builder.pw.metadata.options = {**_default_options(code), **options}
        builder.kpoints = _kpoints(structure, parameters)
        if parameters.task == 'relax_cell':
            # The parser's list of symmetries assumes the first cell's and fills the log with complaints.
            builder.pw.settings = orm.Dict({'parser_options': {'all_symmetries': True}})
        return cast('ProcessBuilder', builder)

    def results(
        self,
        structure: orm.StructureData,
        parameters: QuantumEspressoParameters,
        outputs: Mapping[str, orm.Data],
    ) -> Results:
        """Return the normalised results.

        :raises ValueError: when an output that every successful run has is missing.
        """
        return read_results(self, structure, parameters, outputs)

    def live(self, text: str) -> list[Curve]:
        """Return how self-consistency and, where there is one, the relaxation converge."""
        return live_curves(text)


def _kpoints(structure: orm.StructureData, parameters: QuantumEspressoParameters) -> orm.KpointsData:
    """Return the mesh; made here and not by `PwBaseWorkChain`, which spends a process on it."""
    from aiida import orm

    kpoints = orm.KpointsData()
    kpoints.set_cell_from_structure(structure)
    if parameters.kpoints_mesh is None:
        kpoints.set_kpoints_mesh_from_density(parameters.kpoints_distance)
    else:
        kpoints.set_kpoints_mesh(list(parameters.kpoints_mesh))
    return kpoints


def _input_file(
    structure: orm.StructureData, parameters: QuantumEspressoParameters, pseudos: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the namelists of pw.x."""
    wfc, rho = parameters.ecutwfc, parameters.ecutrho
    if wfc is None:
        wfc, recommended = recommended_cutoffs(
            structure, parameters.pseudo_family, parameters.cutoff_stringency
        )
        rho = rho or recommended
    atoms = len(structure.sites)
    namelists: dict[str, Any] = {
        'CONTROL': {'calculation': _CALCULATIONS[parameters.task], 'tprnfor': True, 'tstress': True},
        'SYSTEM': {'ecutwfc': wfc, 'ecutrho': rho or 4 * wfc, 'occupations': parameters.occupations},
        'ELECTRONS': {
            'conv_thr': parameters.conv_thr_per_atom * atoms,
            'mixing_beta': parameters.mixing_beta,
            'electron_maxstep': 100,
        },
    }
    if parameters.occupations == 'smearing':
        namelists['SYSTEM'] |= {'smearing': parameters.smearing, 'degauss': parameters.degauss}
    if structure.pbc == (True, True, False):
        namelists['SYSTEM']['assume_isolated'] = '2D'
    if parameters.spin == 'collinear':
        namelists['SYSTEM'] |= _magnetism(structure, parameters, pseudos)
    if parameters.task != 'static':
        _add_relaxation(namelists, structure, parameters)
    return namelists


def _magnetism(
    structure: orm.StructureData, parameters: QuantumEspressoParameters, pseudos: Mapping[str, Any]
) -> dict[str, Any]:
    """Return nspin and the starting magnetisation, which pw.x takes as a share of the valence electrons."""
    if parameters.occupations == 'fixed':
        raise ValueError('spin: collinear needs occupations: smearing; give that or spin: none')
    names = {kind.name for kind in structure.kinds} | structure.get_symbols_set()
    unknown = sorted(set(parameters.initial_moments) - names)
    if unknown:
        raise ValueError(
            f'initial_moments names {", ".join(unknown)}; the structure has {", ".join(sorted(names))}'
        )
    shares = {}
    for kind in structure.kinds:
        default = _MOMENTS.get(kind.symbol, _DEFAULT_MOMENT)
        moment = parameters.initial_moments.get(
            kind.name, parameters.initial_moments.get(kind.symbol, default)
        )
        shares[kind.name] = max(-1.0, min(1.0, moment / pseudos[kind.name].z_valence))
    return {'nspin': 2, 'starting_magnetization': shares}


def _add_relaxation(
    namelists: dict[str, Any], structure: orm.StructureData, parameters: QuantumEspressoParameters
) -> None:
    atoms = len(structure.sites)
    namelists['CONTROL'] |= {
        'nstep': parameters.max_steps,
        'forc_conv_thr': parameters.force_tolerance / _EV_PER_ANGSTROM,
        'etot_conv_thr': 1e-5 * atoms,
    }
    namelists['IONS'] = {'ion_dynamics': 'bfgs'}
    if parameters.task != 'relax_cell':
        return
    if structure.pbc not in ((True, True, True), (True, True, False)):
        raise ValueError(
            f'relax_cell needs a structure periodic in all or the first two directions, got {structure.pbc}'
        )
    namelists['CELL'] = {
        'press': parameters.pressure * _KBAR_PER_GPA,
        'press_conv_thr': parameters.stress_tolerance * _KBAR_PER_GPA,
        # The plane waves follow the cell, so the last step's stress is that of the relaxed cell's own basis.
        'treinit_gvecs': True,
    }
    if structure.pbc == (True, True, False):
        namelists['CELL']['cell_dofree'] = '2Dxy'


def _default_options(code: orm.AbstractCode) -> dict[str, Any]:
    return {
        'resources': {'num_machines': 1, 'num_mpiprocs_per_machine': 1},
        'max_wallclock_seconds': 43200,
        'withmpi': bool(code.with_mpi),
    }

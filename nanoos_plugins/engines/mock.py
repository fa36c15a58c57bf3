"""Mock engine (testing only): deterministic, instant, analytic; its numbers are of no real material."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ase import Atoms
from pydantic import model_validator

from nanoos_plugins.engines.atomistic import AtomisticParameters, check_md_size, results_from_arrays
from nanoos_plugins.engines.contract import Engine, Reference, quantity

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder

    from nanoos_plugins.engines.results import Results

#: Most steps times atoms: the work is done inside a worker of the daemon, which meanwhile serves nobody else.
MOST_WORK = 200_000


class MockParameters(AtomisticParameters):
    """Parameters of the smooth Lennard-Jones solid; by default fcc has a lattice parameter near copper's."""

    epsilon: float = quantity(0.15, 'eV', 'depth of the pair potential', gt=0)
    sigma: float = quantity(2.338, 'Å', 'distance at which the pair potential is zero', gt=0)
    cutoff: float = quantity(6.0, 'Å', 'reach of the pair potential; smoothed from 0.66 of it', gt=0)

    @model_validator(mode='after')
    def _cutoff_beyond_minimum(self) -> MockParameters:
        if self.cutoff < 2 * self.sigma:
            raise ValueError(f'cutoff must be at least 2 sigma = {2 * self.sigma} Å, got {self.cutoff} Å')
        return self


class Mock(Engine[MockParameters]):
    """Mock engine (testing only): a smooth Lennard-Jones solid in which all elements are alike."""

    name = 'mock'
    label = 'Mock engine (testing only)'
    scale = 'testing'
    tasks = frozenset({'static', 'relax', 'relax_cell', 'md', 'path', 'hessian'})
    process = 'nanoos.mock'
    code_plugin = None
    code_label = None
    parameters = MockParameters
    program = None

    def reference(self) -> Reference:
        """Return a dimer at the distance of its minimum, 2^(1/6) σ, where the energy is exactly −ε."""
        distance = 2 ** (1 / 6)
        return Reference(
            structure=Atoms('Ar2', positions=[[5, 5, 5], [5 + distance, 5, 5]], cell=[10, 10, 10], pbc=True),
            parameters={'epsilon': 1.0, 'sigma': 1.0, 'cutoff': 3.0},
            quantity='energy',
            value=-1.0,
            tolerance=1e-12,
            unit='eV',
            source='minimum of the Lennard-Jones potential, analytic',
        )

    def get_builder(
        self,
        structure: orm.StructureData,
        parameters: MockParameters,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of `nanoos.mock`; neither a code nor options are used.

        :raises ValueError: for molecular dynamics of a single atom, or for more than a moment's work.
        """
        from aiida import orm

        from nanoos_plugins.calculations.mock import MockWorkChain

        check_md_size(structure, parameters)
        _check_work(structure, parameters)
        builder = MockWorkChain.get_builder()
        builder.structure = structure
        builder.parameters = orm.Dict(parameters.model_dump())
        builder['metadata']['label'] = self.label
        return builder

    def results(
        self, structure: orm.StructureData, parameters: MockParameters, outputs: Mapping[str, orm.Data]
    ) -> Results:
        """Return the normalised results.

        :raises ValueError: when the output `arrays` or one of its arrays is missing.
        """
        return results_from_arrays(self, structure, parameters, outputs)


def _check_work(structure: orm.StructureData, parameters: MockParameters) -> None:
    """Refuse what would keep a worker of the daemon busy for minutes.

    :raises ValueError: says what to do instead.
    """
    n_atoms = len(structure.sites)
    steps = {
        'static': 1,
        'md': parameters.steps,
        'path': parameters.images * parameters.max_steps,
        'hessian': 6 * n_atoms,
    }.get(parameters.task, parameters.max_steps)
    if steps * n_atoms > MOST_WORK:
        raise ValueError(
            f'the mock engine does at most {MOST_WORK} steps times atoms, '
            f'got {steps} steps of {n_atoms} atoms; take fewer, or a real engine'
        )

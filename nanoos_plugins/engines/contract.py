"""What every engine obeys: parameters with units in, one normalised `Results` out.

An engine evaluates a structure at its scale. Property work chains compose evaluations and do not know
which engine runs. A new engine is one file with a subclass of `Engine` and one entry point in the group
`nanoos.engines`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder
    from ase import Atoms

    from nanoos_plugins.engines.results import Results

Scale = Literal['quantum', 'atomistic', 'mesoscale', 'continuum', 'testing']
ForceTask = Literal['static', 'relax', 'relax_cell', 'md', 'path', 'hessian', 'heat_flux']


def quantity(default: Any, unit: str, description: str, **constraints: Any) -> Any:
    """Return a Pydantic field that carries its unit into the JSON schema (`''` for a dimensionless one)."""
    return Field(default, description=description, json_schema_extra={'unit': unit}, **constraints)


class Parameters(BaseModel):
    """What the parameters of every engine have; each engine adds its own in a subclass.

    An engine that does not offer a `task` refuses it (`Engine.validate`).
    """

    model_config = ConfigDict(extra='forbid', protected_namespaces=())

    task: str = quantity(..., '', 'what is computed')


class ForceParameters(Parameters):
    """Parameters that mean the same for every engine that gives energies and forces."""

    task: ForceTask = quantity(
        'static',
        '',
        'static: energy, forces, stress; relax: positions; relax_cell: positions and cell; md; path: of '
        'least energy to a second structure; hessian: second derivatives of the energy; heat_flux: md that '
        'records the flux of heat at equilibrium',
    )
    force_tolerance: float = quantity(
        0.01, 'eV/Å', 'relax and path: largest force component at the end', gt=0
    )
    stress_tolerance: float = quantity(
        0.05, 'GPa', 'relax_cell: largest deviation from the target stress', gt=0
    )
    pressure: float = quantity(0.0, 'GPa', 'relax_cell and npt: target hydrostatic pressure')
    max_steps: int = quantity(500, '', 'relax and path: most steps', ge=1)
    images: int = quantity(7, '', 'path: structures along it, both ends included', ge=3, le=51)
    hessian_step: float = quantity(0.01, 'Å', 'hessian: displacement of each atom to either side', gt=0)
    ensemble: Literal['nve', 'nvt', 'npt'] = quantity('nvt', '', 'md: what is kept constant')
    temperature: float = quantity(
        300.0, 'K', 'md, heat_flux: temperature of the thermostat and of the first velocities', gt=0
    )
    time_step: float = quantity(1.0, 'fs', 'md, heat_flux: time step', gt=0)
    steps: int = quantity(1000, '', 'md: steps, equilibration included; heat_flux: steps without it', ge=1)
    sample_every: int = quantity(
        10, '', 'md, heat_flux: steps between samples of the trajectory and the series', ge=1
    )
    seed: int = quantity(12345, '', 'md, heat_flux: seed of the first velocities and the thermostat', ge=1)


@dataclass(frozen=True)
class Program:
    """The program an engine runs: found on PATH, else made from wheels in an environment of its own.

    `executables`: names looked for on PATH, best first; `lock`: file in `profiles/engines/` that pins the
    wheels; `command`: what the wrapper script executes, with `{prefix}` for that environment's folder.
    `lock` and `command` are None for a program that is part of this package's own environment.
    """

    executables: tuple[str, ...]
    lock: str | None
    command: str | None


@dataclass(frozen=True)
class Reference:
    """A tiny case with a known answer, for `nanoos engines check`.

    `quantity` names a field of `Results` (`energy`: per cell; `stress`: the mean of its diagonal) or one of
    its `quantities`; `value` ± `tolerance` in `unit`; `source` says where the value is from.
    """

    structure: Atoms | None
    parameters: Mapping[str, Any]
    quantity: str
    value: float
    tolerance: float
    unit: str
    source: str


@dataclass(frozen=True)
class Curve:
    """How a quantity went in a run so far: `x` counts what `along` says, `y` is in `unit`."""

    name: str
    unit: str
    along: str
    x: list[float]
    y: list[float]


ParametersT = TypeVar('ParametersT', bound=Parameters)


class Engine(ABC, Generic[ParametersT]):
    """An engine: its description and its way into and out of AiiDA.

    Class attributes: `name` (entry point), `label` (for people; the mock engine says mock), `scale`,
    `tasks` it offers, `process` (AiiDA entry point it runs), `code_plugin` (entry point of the calculation
    its code must be for; None when it needs no code), `code_label` (the code of the default computer),
    `parameters` (its Pydantic model), `program` (None when it runs inside AiiDA), `live_file` (in the folder
    of a running calculation, what `live` reads; None when nothing is told before the end), `evaluates`
    (a structure; a continuum has none, but may take the shape of a part from a mesh).
    """

    name: ClassVar[str]
    label: ClassVar[str]
    scale: ClassVar[Scale]
    tasks: ClassVar[frozenset[str]]
    process: ClassVar[str]
    code_plugin: ClassVar[str | None]
    code_label: ClassVar[str | None]
    parameters: ClassVar[type[Parameters]]
    program: ClassVar[Program | None]
    live_file: ClassVar[str | None] = None
    evaluates: ClassVar[Literal['structure', 'mesh']] = 'structure'

    @abstractmethod
    def reference(self) -> Reference:
        """Return the tiny case by which an installation is checked."""

    def validate(self, parameters: Mapping[str, Any]) -> ParametersT:
        """Return the complete parameters.

        :raises ValueError: for an unknown key, a value out of range, or a task this engine does not offer;
            the message names the key, what was given and what is allowed.
        """
        model = cast('ParametersT', self.parameters.model_validate(dict(parameters)))
        if model.task not in self.tasks:
            raise ValueError(
                f'engine {self.name} does not offer task {model.task!r}; it offers {sorted(self.tasks)}'
            )
        return model

    def install_data(self, report: Callable[[str], None]) -> None:  # noqa: B027 - most engines need none
        """Fetch the data this engine needs (pseudopotentials …) and put them into the profile; idempotent.

        Without a loaded profile they are fetched only.

        :param report: is called with a line whenever a step begins.
        """

    def fixed_numerics(self, structure: orm.StructureData, parameters: ParametersT) -> dict[str, Any]:
        """Return overrides of `parameters` that make deformed copies of `structure` comparable with it.

        Whatever is derived from the cell and would jump with it (a k-point mesh, say) is fixed to what it is
        for `structure`. Empty for an engine whose results depend smoothly on the structure.
        """
        return {}

    def pinned(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return overrides of parameters by which all evaluations of a job mean the same by them.

        Asked once, before a job begins: a name that means the newest of its kind may mean another one later.

        :param parameters: those that differ from the defaults.
        :raises ValueError: for a name that means nothing.
        """
        return {}

    def live(self, text: str) -> list[Curve]:
        """Return how a running calculation goes.

        :param text: of `live_file`, as far as it has been written; the middle of a long one is left out.
        """
        return []

    def process_for(self, parameters: ParametersT) -> str:
        """Return the AiiDA entry point that is run: `process`, unless a task has one of its own."""
        return self.process

    @abstractmethod
    def get_builder(
        self,
        structure: Any,
        parameters: ParametersT,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of `process` for `structure`.

        :param structure: the `StructureData`; for an engine that evaluates a mesh, that file or None.
            The other end of a path is not known here: it is the input `final` of the process.
        :param options: scheduler options as of `CalcJob.metadata.options`; missing ones get the engine's own.
        :raises ValueError: when the structure or the parameters cannot be run (e.g. an element that the
            potential does not have); the message says what to do instead.
        """

    @abstractmethod
    def results(self, structure: Any, parameters: ParametersT, outputs: Mapping[str, orm.Data]) -> Results:
        """Return the normalised results of a finished process.

        :param structure: what was evaluated; arrays come back in its atom order and frame.
        :param outputs: the data outputs of the process by link label (`RemoteData` excepted).
        :raises ValueError: when an output that every successful run has is missing.
        """


def engine_names() -> list[str]:
    """Return the names of all installed engines, third-party ones included, sorted."""
    return sorted(_installed())


@cache
def _installed() -> dict[str, EntryPoint]:
    """Return the entry points of engines by name, read once: it takes a twentieth of a second."""
    return {entry.name: entry for entry in entry_points(group='nanoos.engines')}


def load_engine(name: str) -> Engine[Any]:
    """Return the engine registered as `name` in the entry-point group `nanoos.engines`.

    :raises ValueError: for an unknown name; the message lists the known ones.
    """
    entry = _installed().get(name)
    if entry is None:
        raise ValueError(f'unknown engine {name!r}; installed engines: {", ".join(engine_names())}')
    engine: Engine[Any] = entry.load()()
    return engine

"""The one schema in which every engine answers, with units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from ase import Atoms

if TYPE_CHECKING:
    from aiida import orm

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A value (scalar, or nested lists), its unit and, where it has one, its standard uncertainty."""

    value: Any
    unit: str
    uncertainty: Any = None


@dataclass(frozen=True)
class Trajectory:
    """Samples of a run. All arrays have the sample as first axis.

    `times`: (n,) [fs]; `positions`: (n, n_atoms, 3) [Å], unwrapped where the engine can;
    `cells`: (n, 3, 3) [Å], lattice vectors in rows; `symbols`: n_atoms chemical symbols.
    """

    symbols: list[str]
    times: Array
    positions: Array
    cells: Array


@dataclass(frozen=True)
class Results:
    """What one evaluation of a structure gives.

    `energy`: total energy of the cell [eV]; `forces`: (n_atoms, 3) [eV/Å]; `stress`: (3, 3) [GPa], tension
    positive; `structure`: the final structure where the task changes it; `trajectory`: md and relaxations;
    `series`: per-sample scalars of an md run, keys with unit: `time_fs`, `temperature_K`,
    `potential_energy_eV`, `total_energy_eV`, `pressure_GPa`, `volume_A3`; `temperature`: mean [K];
    `quantities`: anything else of the engine's scale by name; `arrays`: profiles and fields of the engine's
    scale, by name with unit; `figures`: which of these are drawn
    against which, as of `runners.job.Figure`; `n_atoms`: None for a continuum; `warnings`: lines for people.
    """

    engine: str
    label: str
    task: str
    n_atoms: int | None
    converged: bool
    energy: float | None = None
    forces: Array | None = None
    stress: Array | None = None
    structure: Atoms | None = None
    trajectory: Trajectory | None = None
    series: dict[str, Array] = field(default_factory=dict)
    temperature: float | None = None
    quantities: dict[str, Quantity] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    figures: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def data_outputs(node: orm.ProcessNode) -> dict[str, orm.Data]:
    """Return the outputs of a process by link label, `RemoteData` excepted: what `Engine.results` takes."""
    from aiida import orm
    from aiida.common.links import LinkType

    links = node.base.links.get_outgoing(orm.Data, link_type=(LinkType.CREATE, LinkType.RETURN)).all()
    outputs = {link.link_label: link.node for link in links if not isinstance(link.node, orm.RemoteData)}
    return cast('dict[str, orm.Data]', outputs)

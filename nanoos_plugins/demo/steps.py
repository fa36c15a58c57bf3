"""What the demo computes: its steps, and which result of which step it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

#: Engines that the demo sets side by side; `mock` can be asked for and then shows no physics of copper.
ENGINES = ('qe', 'lammps', 'mlip')
ALL_ENGINES = (*ENGINES, 'mock')

Cell = Literal['primitive', 'conventional']


@dataclass(frozen=True)
class Step:
    """One job of the demo.

    `key` names it for good; `cell`: which of the two imported cells it starts from, unless it goes on from
    the output `structure` of the step `after`.
    """

    key: str
    title: str
    engine: str
    workflow: str
    template: str
    protocol: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    cell: Cell = 'primitive'
    after: str | None = None


#: Settings of the DFT steps: coarser than the defaults, so that the demo takes minutes.
QE_SETTINGS = {'kpoints_distance': 0.3, 'smearing': 'cold', 'degauss': 0.02}
# 108 atoms of the conventional cell: half the box is longer than the potential's reach.
MD_SETTINGS = {'supercell': [3, 3, 3], 'temperature': 300.0}

STEPS = (
    Step('qe-relax', 'DFT: relax cell', 'qe', 'relax', 'qe', 'fast', QE_SETTINGS),
    Step('lammps-eos', 'EAM: equation of state', 'lammps', 'eos', 'lammps-eam-cu', 'moderate'),
    Step('lammps-elastic', 'EAM: elastic constants', 'lammps', 'elastic', 'lammps-eam-cu', 'moderate'),
    Step('mlip-eos', 'CHGNet: equation of state', 'mlip', 'eos', 'mlip', 'moderate'),
    Step('mlip-elastic', 'CHGNet: elastic constants', 'mlip', 'elastic', 'mlip', 'moderate'),
    Step(
        'lammps-md',
        'EAM: dynamics at 300 K',
        'lammps',
        'md',
        'lammps-eam-cu',
        'moderate',
        MD_SETTINGS,
        cell='conventional',
    ),
    Step('qe-eos', 'DFT: equation of state', 'qe', 'eos', 'qe', 'moderate', QE_SETTINGS, after='qe-relax'),
    Step('mock-relax', 'mock: relax cell', 'mock', 'relax', 'mock', 'fast'),
    Step('mock-eos', 'mock: equation of state', 'mock', 'eos', 'mock', 'fast', after='mock-relax'),
    Step('mock-elastic', 'mock: elastic constants', 'mock', 'elastic', 'mock', 'fast', after='mock-relax'),
)


def steps_of(engines: Sequence[str]) -> list[Step]:
    """Return the steps that these engines run, in the order in which they are begun.

    :raises ValueError: for an engine that the demo does not use; the message lists those it does.
    """
    unknown = sorted(set(engines) - set(ALL_ENGINES))
    if unknown:
        raise ValueError(f'the demo has no steps for engine {unknown[0]!r}; it uses {", ".join(ALL_ENGINES)}')
    return [step for step in STEPS if step.engine in engines]

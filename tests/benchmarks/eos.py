"""Accuracy of Quantum ESPRESSO with the trimmed pseudopotentials: equations of state beside all-electron.

By default Al, Si, Cu, C (diamond) and MgO, against the averages of FLEUR and WIEN2k in
`tests/data/all-electron-eos.json`. `ELEMENTS="Ag Ge Li"` takes any of these five and, for all other elements,
the ground-state structures and WIEN2k references of ase's `dcdft` collection (Lejaeghere et al., Science 351,
aad3000 (2016), doi:10.1126/science.aad3000), magnetic ones with spin. Every structure is scaled to the
reference's volume, its shape and internal coordinates are kept as in both studies, and it goes through the
work chain `nanoos.eos` under a daemon, in a temporary profile.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import spglib
from ase import Atoms
from ase.build import bulk
from ase.collections import dcdft

from tests.benchmarks.report import end_on_sigterm, report

if TYPE_CHECKING:
    from aiida import orm

REFERENCES = Path(__file__).parents[1] / 'data' / 'all-electron-eos.json'
DEFAULT = ('Al', 'Si', 'Cu', 'C', 'MgO')
PROTOCOL = 'moderate'
MAX_DV_PCT = 0.5
MAX_DB_PCT = 4.0
POLL_S = 1.0
KILL_S = 30.0


@dataclass(frozen=True)
class Case:
    """A crystal, its all-electron volume of the cell [Å³] and bulk modulus [GPa]."""

    name: str
    atoms: Atoms
    volume: float
    bulk_modulus: float


@dataclass(frozen=True)
class Outcome:
    """What came of a case; `error` is None when it went well."""

    case: Case
    volume: float
    bulk_modulus: float
    seconds: float
    error: str | None = None

    @property
    def dv_pct(self) -> float:
        """Deviation of the volume from the reference [%]."""
        return 100 * (self.volume / self.case.volume - 1)

    @property
    def db_pct(self) -> float:
        """Deviation of the bulk modulus from the reference [%]."""
        return 100 * (self.bulk_modulus / self.case.bulk_modulus - 1)

    @property
    def holds(self) -> bool:
        """Whether both deviations are within the targets."""
        return self.error is None and abs(self.dv_pct) <= MAX_DV_PCT and abs(self.db_pct) <= MAX_DB_PCT


def cases(names: list[str]) -> list[Case]:
    """Return the cases by name.

    :raises SystemExit: for a name that neither set has; the message lists the known ones.
    """
    own = json.loads(REFERENCES.read_text(encoding='utf-8'))['data']
    unknown = [name for name in names if name not in own and name not in dcdft.names]
    if unknown:
        known = ' '.join(sorted({*own, *dcdft.names}))
        sys.exit(f'no all-electron reference of {", ".join(unknown)}; known are {known}')
    return [_own_case(name, own[name]) if name in own else _dcdft_case(name) for name in names]


def _own_case(name: str, entry: dict[str, Any]) -> Case:
    # the cubic cells of fcc, diamond and rock salt all have four primitive ones
    a = (4 * entry['volume_A3']) ** (1 / 3)
    atoms = bulk(entry['formula'], entry['lattice'], a=a)
    return Case(name, atoms, entry['volume_A3'], entry['bulk_modulus_GPa'])


def _dcdft_case(name: str) -> Case:
    reference = dcdft.data[name]
    atoms = primitive(dcdft[name])
    volume = reference['wien2k_volume'] * len(atoms)
    atoms.set_cell(atoms.cell * (volume / atoms.get_volume()) ** (1 / 3), scale_atoms=True)
    return Case(name, atoms, volume, reference['wien2k_B'])


def primitive(atoms: Atoms) -> Atoms:
    """Return the primitive cell; atoms of opposite magnetic moments stay distinct (tags 1 and 2)."""
    moments = atoms.get_initial_magnetic_moments()
    signs = np.where(moments < 0, 2, 1)
    kinds = 1000 * signs + atoms.numbers
    cell, positions, found = spglib.standardize_cell(
        (atoms.cell.array, atoms.get_scaled_positions(), kinds), to_primitive=True, no_idealize=True
    )
    sizes = {int(kind): float(abs(moments[kinds == kind][0])) for kind in np.unique(kinds)}
    tags = found // 1000 if (signs == 2).any() else np.zeros(len(found), dtype=int)
    made = Atoms(found % 1000, cell=cell, scaled_positions=positions, pbc=True, tags=tags)
    made.set_initial_magnetic_moments([sizes[int(kind)] * (1 if kind < 2000 else -1) for kind in found])
    return made


def spin_parameters(structure: orm.StructureData, atoms: Atoms) -> dict[str, Any]:
    """Return the engine's parameters of a magnetic crystal; none for another."""
    moments = atoms.get_initial_magnetic_moments()
    if not moments.any():
        return {}
    by_kind = {site.kind_name: float(one) for site, one in zip(structure.sites, moments, strict=True)}
    return {'spin': 'collinear', 'initial_moments': by_kind}


@contextmanager
def instance() -> Iterator[None]:
    """Run everything in a temporary instance with Quantum ESPRESSO and a daemon; delete it at the end."""
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        os.environ['NANOOS_HOME'] = folder
        from nanoos_plugins.install.home import use_home

        use_home()  # before AiiDA is imported, which looks for its daemon's executable on PATH
        from nanoos_plugins.engines.contract import load_engine
        from nanoos_plugins.install.daemon import ensure_daemon, stop_daemon
        from nanoos_plugins.install.engines import provide
        from nanoos_plugins.install.profile import create_embedded, delete

        create_embedded()
        provide(load_engine('qe'), say)
        ensure_daemon(workers=2)
        try:
            yield
        finally:
            stop_daemon()
            delete()


def run(case: Case) -> Outcome:
    """Fit the equation of state of a case."""
    from aiida import orm
    from aiida.engine.processes.control import kill_processes
    from aiida.plugins import WorkflowFactory

    from nanoos_plugins.data.template import Template
    from nanoos_plugins.launch import submit

    structure = orm.StructureData(ase=case.atoms)
    template = Template(f'bench-{case.name}', 'qe', spin_parameters(structure, case.atoms))
    builder = WorkflowFactory('nanoos.eos').get_builder_from_protocol(
        structure, template, protocol=PROTOCOL, relax_positions=False
    )
    begin = time.monotonic()
    node = submit('nanoos.eos', builder._inputs(prune=True))
    try:
        while not node.is_terminated:
            time.sleep(POLL_S)
    except BaseException:  # interrupted: its calculations would outlive the daemon
        kill_processes([node], timeout=KILL_S)
        raise
    seconds = time.monotonic() - begin
    if not node.is_finished_ok:
        return Outcome(case, np.nan, np.nan, seconds, f'exit status {node.exit_status}: {node.exit_message}')
    eos = node.outputs.eos.get_dict()
    return Outcome(case, eos['volume_A3'], eos['bulk_modulus_GPa'], seconds)


def say(line: str) -> None:
    """Print a line of progress."""
    print(line, file=sys.stderr, flush=True)


def row(outcome: Outcome) -> list[str]:
    """Return the line of the table."""
    case = outcome.case
    if outcome.error is not None:
        return [case.name, outcome.error, '', '', '', '', '', f'{outcome.seconds:.0f}']
    return [
        case.name,
        f'{outcome.volume:.3f}',
        f'{case.volume:.3f}',
        f'{outcome.dv_pct:+.2f}',
        f'{outcome.bulk_modulus:.1f}',
        f'{case.bulk_modulus:.1f}',
        f'{outcome.db_pct:+.1f}',
        f'{outcome.seconds:.0f}',
    ]


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a case."""
    if outcome.error is not None:
        return {'error': outcome.error}
    return {'dV_pct': round(outcome.dv_pct, 3), 'dB_pct': round(outcome.db_pct, 2)}


def main() -> None:
    """Run all cases one after another and report."""
    end_on_sigterm()
    names = os.environ.get('ELEMENTS', '').replace(',', ' ').split() or list(DEFAULT)
    chosen = cases(names)
    outcomes = []
    with instance():
        for case in chosen:
            outcomes.append(run(case))
            say(' '.join(row(outcomes[-1])))
    report(
        'eos',
        ['crystal', 'V [Å³]', 'all-electron', 'dV [%]', 'B [GPa]', 'all-electron', 'dB [%]', 'time [s]'],
        [row(outcome) for outcome in outcomes],
        {outcome.case.name: figures(outcome) for outcome in outcomes},
        {'dV_pct': f'|dV| <= {MAX_DV_PCT}', 'dB_pct': f'|dB| <= {MAX_DB_PCT}'},
        all(outcome.holds for outcome in outcomes),
    )


if __name__ == '__main__':
    main()

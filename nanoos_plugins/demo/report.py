"""What the demo found: DFT, potentials and experiment side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiida import orm
from rich.console import Group
from rich.table import Table

#: Wyckoff, Crystal Structures, 2nd ed., vol. 1, Interscience, New York (1963), pp. 7-83; room temperature.
A0 = 3.61496
#: Single crystal, 300 K, adiabatic: Overton, Gaffney, Phys. Rev. 98, 969 (1955), doi:10.1103/PhysRev.98.969.
ELASTIC = {'C11': 168.4, 'C12': 121.4, 'C44': 75.4}
#: B = (C11 + 2 C12) / 3 of a cubic crystal.
B0 = (ELASTIC['C11'] + 2 * ELASTIC['C12']) / 3

COLUMNS = {
    'qe': 'DFT (QE, PBE)',
    'lammps': 'EAM (LAMMPS)',
    'mlip': 'MLIP (CHGNet)',
    'mock': 'mock (no physics)',
}
NOTES = (
    'Calculated: static crystals, no zero-point or thermal motion. Experiment: room temperature.',
    'a0: Wyckoff, Crystal Structures, 2nd ed., vol. 1 (1963), p. 7.',
    'C11, C12, C44 at 300 K: Overton and Gaffney, Phys. Rev. 98, 969 (1955), doi:10.1103/PhysRev.98.969; '
    'B0 = (C11 + 2 C12)/3.',
)


@dataclass(frozen=True)
class Summary:
    """The document of `nanoos demo --json`; lengths [Å], moduli [GPa], temperature [K]."""

    engines: tuple[str, ...]
    a0: dict[str, float]
    b0: dict[str, float]
    elastic: dict[str, dict[str, float]]
    temperature: dict[str, float] | None
    nodes: int
    owner: str

    def as_dict(self) -> dict[str, Any]:
        """Return the document, quantities with their units in the keys."""
        document: dict[str, Any] = {
            'a0_A': {**self.a0, 'experiment': A0},
            'B0_GPa': {**self.b0, 'experiment': B0},
            'C_GPa': {**self.elastic, 'experiment': ELASTIC},
        }
        if self.temperature is not None:
            document['md'] = self.temperature
        return {**document, 'nodes': self.nodes, 'owner': self.owner}


def summarise(engines: Sequence[str], processes: Mapping[str, int], nodes: int, owner: str) -> Summary:
    """Return the summary of the completed steps.

    :param processes: pk of each step's process by its key, `<engine>-<property>`.
    """
    equations = {engine: _dict(processes, engine, 'eos') for engine in engines}
    tensors = {engine: _dict(processes, engine, 'elastic') for engine in engines}
    averages = [_dict(processes, engine, 'md', 'averages') for engine in engines]
    temperature = next((entry['temperature'] for entry in averages if entry), None)
    return Summary(
        engines=tuple(engines),
        a0={engine: entry['a0_A'] for engine, entry in equations.items() if entry},
        b0={engine: entry['bulk_modulus_GPa'] for engine, entry in equations.items() if entry},
        elastic={engine: {key: entry[key] for key in ELASTIC} for engine, entry in tensors.items() if entry},
        temperature=None
        if temperature is None
        else {'T_K': temperature['value'], 'T_err_K': temperature['uncertainty']},
        nodes=nodes,
        owner=owner,
    )


def _dict(processes: Mapping[str, int], engine: str, name: str, output: str | None = None) -> dict[str, Any]:
    """Return the results of a step, empty when the engine has no such step."""
    pk = processes.get(f'{engine}-{name}')
    if pk is None:
        return {}
    process: orm.ProcessNode = orm.load_node(pk)  # type: ignore[assignment]
    found: dict[str, Any] = process.outputs[output or name].get_dict()
    return found


def summary_table(summary: Summary) -> Group:
    """Return the table and its notes for people."""
    names = [COLUMNS[engine] for engine in summary.engines]
    table = Table('', 'unit', *names, 'experiment', title='Copper', title_justify='left')
    for column in table.columns[2:]:
        column.justify = 'right'
    rows: list[tuple[str, str, Mapping[str, float], float, int]] = [
        ('lattice parameter a0', 'Å', summary.a0, A0, 4),
        ('bulk modulus B0', 'GPa', summary.b0, B0, 1),
    ]
    rows += [
        (key, 'GPa', {engine: entry[key] for engine, entry in summary.elastic.items()}, value, 1)
        for key, value in ELASTIC.items()
    ]
    for name, unit, values, experiment, digits in rows:
        cells = [f'{values[engine]:.{digits}f}' if engine in values else '' for engine in summary.engines]
        table.add_row(name, unit, *cells, f'{experiment:.{digits}f}')
    lines = list(NOTES)
    if summary.temperature is not None:
        mean, error = summary.temperature['T_K'], summary.temperature['T_err_K']
        lines.insert(0, f'Molecular dynamics of 108 atoms at 300 K (EAM): T = {mean:.1f} ± {error:.1f} K.')
    lines.append(f'{summary.nodes} nodes of provenance, owned by {summary.owner}.')
    return Group(table, *lines)

"""The parser of `nanoos.mlip`: arrays of all structures of a batch, whose shapes must fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nanoos_plugins.parsers.runner import InvalidResultsError, RunnerParser
from nanoos_plugins.runners.job import ARRAYS

REQUIRED = ('n_atoms', 'energy', 'converged', 'forces', 'positions', 'cell', 'stress')


class MlipParser(RunnerParser):
    """Parse the arrays of `nanoos_plugins.runners.atomistic.stack`."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {'model', 'labels'}

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse arrays that are missing, misshapen or not finite.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, arrays)
        missing = [name for name in REQUIRED if name not in arrays]
        if missing:
            raise InvalidResultsError(f'{ARRAYS} has no {", ".join(missing)}')
        n, n_atoms = len(summary['labels']), int(arrays['n_atoms'].sum())
        shapes = {'n_atoms': (n,), 'energy': (n,), 'converged': (n,), 'cell': (n, 3, 3), 'stress': (n, 3, 3)}
        shapes |= {'forces': (n_atoms, 3), 'positions': (n_atoms, 3)}
        for name, shape in shapes.items():
            if arrays[name].shape != shape:
                raise InvalidResultsError(f'{name} has the shape {arrays[name].shape}, expected {shape}')

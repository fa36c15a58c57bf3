"""The parser of `nanoos.mlip`: from the runner's two files to nodes, refusing what cannot be right."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode
from aiida.parsers import Parser

from nanoos_plugins.runners.mlip import ARRAYS, RESULTS

SUMMARY_KEYS = {'model', 'version', 'task', 'labels'}
REQUIRED = ('n_atoms', 'energy', 'converged', 'forces', 'positions', 'cell', 'stress')


class InvalidResultsError(ValueError):
    """Results that no successful run of the runner writes."""


class MlipParser(Parser):
    """Parse `results.json` and `results.npz` of the runner."""

    def parse(self, retrieved_temporary_folder: str | None = None, **kwargs: Any) -> ExitCode | None:
        """Expose `arrays` and `summary`, or return the exit code that says what is wrong."""
        codes: Mapping[str, ExitCode] = self.exit_codes
        if RESULTS not in self.retrieved.base.repository.list_object_names():
            return codes['ERROR_NO_RESULTS'].format(name=RESULTS, reason=self._end_of_stderr())
        try:
            summary = read_summary(self.retrieved.base.repository.get_object_content(RESULTS, 'r'))
        except InvalidResultsError as error:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(error))
        if 'error' in summary:
            return codes['ERROR_STRUCTURE_REFUSED'].format(reason=summary['error'])
        path = Path(retrieved_temporary_folder or '.') / ARRAYS
        if not path.is_file():
            return codes['ERROR_NO_RESULTS'].format(name=ARRAYS, reason=self._end_of_stderr())
        try:
            arrays = read_arrays(path, len(summary['labels']))
        except InvalidResultsError as error:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(error))
        node = orm.ArrayData()
        for name, array in arrays.items():
            node.set_array(name, array)
        self.out('arrays', node)
        self.out('summary', orm.Dict(summary))
        return None

    def _end_of_stderr(self) -> str:
        """Return the last line of the scheduler's error output."""
        name = self.node.get_option('scheduler_stderr')
        if name not in self.retrieved.base.repository.list_object_names():
            return '(none)'
        lines = self.retrieved.base.repository.get_object_content(name, 'r').strip().splitlines()
        return str(lines[-1]) if lines else '(empty)'


def read_summary(text: str) -> dict[str, Any]:
    """Return the content of `results.json`.

    :raises InvalidResultsError: when it is no JSON object or lacks a key.
    """
    try:
        summary = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidResultsError(f'{RESULTS} is no JSON: {error}') from error
    if not isinstance(summary, dict) or not summary.keys() >= SUMMARY_KEYS:
        raise InvalidResultsError(f'{RESULTS} is no object with {", ".join(sorted(SUMMARY_KEYS))}')
    return summary


def read_arrays(path: Path, n_structures: int) -> dict[str, Any]:
    """Return the arrays of `results.npz` by name.

    :raises InvalidResultsError: for a broken file, or an array that is missing, misshapen or not finite.
    """
    try:
        with path.open('rb') as handle, np.load(handle, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidResultsError(f'{ARRAYS} cannot be read: {error}') from error
    missing = [name for name in REQUIRED if name not in arrays]
    if missing:
        raise InvalidResultsError(f'{ARRAYS} has no {", ".join(missing)}')
    n_atoms = int(arrays['n_atoms'].sum())
    n = n_structures
    shapes = {'n_atoms': (n,), 'energy': (n,), 'converged': (n,), 'cell': (n, 3, 3), 'stress': (n, 3, 3)}
    shapes |= {'forces': (n_atoms, 3), 'positions': (n_atoms, 3)}
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise InvalidResultsError(f'{name} has the shape {arrays[name].shape}, expected {shape}')
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise InvalidResultsError(f'{name} has values that are not finite; the run diverged')
    return arrays

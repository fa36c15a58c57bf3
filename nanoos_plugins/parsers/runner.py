"""What the parsers of our own programs share: from two files to nodes, refusing what cannot be right."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from aiida import orm
from aiida.engine import ExitCode
from aiida.parsers import Parser

from nanoos_plugins.runners.job import ARRAYS, RESULTS


class InvalidResultsError(ValueError):
    """Results that no successful run of the program writes."""


class RunnerParser(Parser):
    """Parse `results.json` and `results.npz`.

    A subclass says which keys the summary has in any case and checks more in `check`.
    """

    summary_keys: ClassVar[frozenset[str]] = frozenset(
        {'task', 'version', 'converged', 'quantities', 'figures', 'warnings'}
    )

    def parse(self, retrieved_temporary_folder: str | None = None, **kwargs: Any) -> ExitCode | None:
        """Expose `arrays` and `summary`, or return the exit code that says what is wrong."""
        codes: Mapping[str, ExitCode] = self.exit_codes
        if RESULTS not in self.retrieved.base.repository.list_object_names():
            return codes['ERROR_NO_RESULTS'].format(name=RESULTS, reason=self._end_of_stderr())
        try:
            summary = read_summary(self.retrieved.base.repository.get_object_content(RESULTS, 'r'))
            if 'error' in summary:
                return codes['ERROR_REFUSED'].format(reason=summary['error'])
            path = Path(retrieved_temporary_folder or '.') / ARRAYS
            if not path.is_file():
                return codes['ERROR_NO_RESULTS'].format(name=ARRAYS, reason=self._end_of_stderr())
            arrays = read_arrays(path)
            self.check(summary, arrays)
        except InvalidResultsError as error:
            return codes['ERROR_INVALID_RESULTS'].format(reason=str(error))
        self.give(summary, arrays)
        return None

    def give(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Expose what was read and checked."""
        node = orm.ArrayData()
        for name, array in arrays.items():
            node.set_array(name, array)
        self.out('arrays', node)
        self.out('summary', orm.Dict(dict(summary)))

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse a summary or arrays of which a part is missing, misshapen or not finite.

        :raises InvalidResultsError: says what is wrong.
        """
        missing = sorted(self.summary_keys - summary.keys())
        if missing:
            raise InvalidResultsError(f'{RESULTS} has no {", ".join(missing)}')
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise InvalidResultsError(f'{name} has values that are not finite; the run diverged')

    def _end_of_stderr(self) -> str:
        """Return the last line of the scheduler's error output."""
        name = self.node.get_option('scheduler_stderr')
        if name not in self.retrieved.base.repository.list_object_names():
            return '(none)'
        lines = self.retrieved.base.repository.get_object_content(name, 'r').strip().splitlines()
        return str(lines[-1]) if lines else '(empty)'


def read_summary(text: str) -> dict[str, Any]:
    """Return the content of `results.json`.

    :raises InvalidResultsError: when it is no JSON object.
    """
    try:
        summary = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidResultsError(f'{RESULTS} is no JSON: {error}') from error
    if not isinstance(summary, dict):
        raise InvalidResultsError(f'{RESULTS} is no object, got {type(summary).__name__}')
    return summary


def read_arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of `results.npz` by name.

    :raises InvalidResultsError: for a broken file.
    """
    try:
        with path.open('rb') as handle, np.load(handle, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidResultsError(f'{ARRAYS} cannot be read: {error}') from error

"""The parser of `nanoos.fem`: fields must fit their grid, profiles each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nanoos_plugins.parsers.runner import InvalidResultsError, RunnerParser


class FemParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.fem` writes."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {
        'unknowns',
        'elements',
        'iterations',
        'wall_time',
    }

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse arrays that are missing, misshapen or not finite, and a run that did not converge.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, arrays)
        missing = [name for name in ('grid_x_m', 'grid_y_m', 'grid_inside') if name not in arrays]
        if missing:
            raise InvalidResultsError(f'the results have no {", ".join(missing)}')
        grid = (len(arrays['grid_y_m']), len(arrays['grid_x_m']))
        for name, array in arrays.items():
            if (name.startswith('field_') or name == 'grid_inside') and array.shape != grid:
                raise InvalidResultsError(f'{name} has the shape {array.shape}, expected {grid}')
        for prefix in ('profile_', 'series_'):
            lengths = {len(array) for name, array in arrays.items() if name.startswith(prefix)}
            if len(lengths) > 1:
                raise InvalidResultsError(f'arrays {prefix}… have different lengths: {sorted(lengths)}')

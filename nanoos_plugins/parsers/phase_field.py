"""The parser of `nanoos.phase_field`: fields must fit their grid, series and profiles each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nanoos_plugins.parsers.runner import InvalidResultsError, RunnerParser

#: What every run leaves.
ALWAYS = ('series_time_s', 'series_free_energy_J_per_m3', 'profile_distance_m', 'profile_concentration')


class PhaseFieldParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.phase_field` writes."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {
        'cells',
        'steps',
        'snapshot_times',
        'wall_time',
    }

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse arrays that are missing, misshapen or not finite.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, arrays)
        fields = {name: array for name, array in arrays.items() if name.startswith('field_')}
        needed = (*ALWAYS, 'grid_x_m', 'grid_y_m') if fields else ALWAYS
        missing = [name for name in needed if name not in arrays]
        if missing:
            raise InvalidResultsError(f'the results have no {", ".join(missing)}')
        for name, field in fields.items():
            grid = (len(arrays['grid_y_m']), len(arrays['grid_x_m']))
            if field.shape != grid:
                raise InvalidResultsError(f'{name} has the shape {field.shape}, expected {grid}')
        for prefix in ('profile_', 'series_'):
            lengths = {len(array) for name, array in arrays.items() if name.startswith(prefix)}
            if len(lengths) > 1:
                raise InvalidResultsError(f'arrays {prefix}… have different lengths: {sorted(lengths)}')

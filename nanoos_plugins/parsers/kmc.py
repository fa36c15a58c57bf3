"""The parser of `nanoos.kmc`: diffusivities and the profiles of their plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nanoos_plugins.parsers.runner import InvalidResultsError, RunnerParser
from nanoos_plugins.runners.job import ARRAYS

#: Profiles of one length each.
TOGETHER = (
    (
        'profile_inverse_temperature_per_K',
        'profile_diffusivity_m2_per_s',
        'profile_diffusivity_error_m2_per_s',
    ),
    ('profile_time_s', 'profile_mean_square_displacement_m2'),
)


class KmcParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.kmc` leaves."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {'lattice', 'sites', 'arrhenius_of'}

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse arrays that are missing, misshapen or not finite.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, arrays)
        for names in TOGETHER:
            missing = [name for name in names if name not in arrays]
            if missing:
                raise InvalidResultsError(f'{ARRAYS} has no {", ".join(missing)}')
            shapes = {name: arrays[name].shape for name in names}
            if len(set(shapes.values())) > 1:
                raise InvalidResultsError(f'profiles that belong together have different shapes: {shapes}')

"""The parser of `nanoos.cfd`, whose arrays are as those of the finite elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanoos_plugins.parsers.fem import FemParser
from nanoos_plugins.parsers.runner import InvalidResultsError

#: The largest share of what flows in that may be lost: rounding, no more.
LOST = 1e-6


class CfdParser(FemParser):
    """Parse what `nanoos_plugins.runners.cfd` writes."""

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse what the parser of finite elements does, and a flow that loses mass.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, arrays)
        lost = summary['quantities'].get('mass_imbalance', {'value': 0.0})['value']
        if not lost <= LOST:
            raise InvalidResultsError(f'{lost:.2g} of what flows in does not flow out; the solve failed')

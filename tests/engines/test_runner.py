"""What the engines of our own programs share: the curves of a run in progress."""

from __future__ import annotations

from nanoos_plugins.engines.contract import Curve, Parameters
from nanoos_plugins.engines.runner import RunnerEngine


class Own(RunnerEngine[Parameters]):
    """An engine that only follows runs."""

    def reference(self) -> None:  # type: ignore[override]
        """Return nothing: it is never checked."""


def test_columns_are_curves_along_the_first() -> None:
    text = 'time [s],energy [J],steps\n0,3.5,1\n2,3.25,4\n4,3.1'
    assert Own().live(text) == [
        Curve('energy', 'J', 'time [s]', [0.0, 2.0], [3.5, 3.25]),
        Curve('steps', '', 'time [s]', [0.0, 2.0], [1.0, 4.0]),
    ]


def test_lines_cut_in_the_middle_are_left_out() -> None:
    text = 'time [s],energy [J]\n0,3.5\n2,\n1,3.1e\n4,3'
    assert [curve.x for curve in Own().live(text)] == [[0.0, 4.0]]
    assert Own().live('') == []

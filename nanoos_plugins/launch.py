"""The one door to start work: (entry point, inputs, owner) → process node.

The command line, the API and agents start processes here and nowhere else, by entry-point name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm
from aiida.common.exceptions import EntryPointError
from aiida.engine import ProcessBuilder, run_get_node
from aiida.engine import submit as aiida_submit
from aiida.plugins import CalculationFactory, WorkflowFactory

from nanoos_plugins.storage.owner import acting_as


def load_process(entry_point: str) -> Any:
    """Return the process class or process function registered as `entry_point`.

    :raises ValueError: when neither a workflow nor a calculation has that name.
    """
    try:
        return WorkflowFactory(entry_point)
    except EntryPointError:
        pass
    try:
        return CalculationFactory(entry_point)
    except EntryPointError:
        raise ValueError(
            f'no workflow or calculation is registered as {entry_point!r}; `verdi plugin list` names them'
        ) from None


def submit(entry_point: str, inputs: Mapping[str, Any], owner: orm.User | None = None) -> orm.ProcessNode:
    """Hand a process to the daemon and return its node at once.

    :param owner: whom the process and everything it makes belongs to; the acting user by default.
    :raises ValueError: for an unknown entry point or inputs that do not validate.
    """
    with acting_as(owner):
        return aiida_submit(load_process(entry_point), **inputs)


def run(entry_point: str, inputs: Mapping[str, Any], owner: orm.User | None = None) -> orm.ProcessNode:
    """Run a process here, wait for its end and return its node."""
    with acting_as(owner):
        _, node = run_get_node(load_process(entry_point), **inputs)
        return node


def run_builder(builder: ProcessBuilder, owner: orm.User | None = None) -> orm.ProcessNode:
    """Run the process of a filled builder here, wait for its end and return its node."""
    with acting_as(owner):
        _, node = run_get_node(builder)
        return node

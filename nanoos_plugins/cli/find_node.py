"""Find the node that somebody names on the command line."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent

from nanoos_plugins.cli.output import CliError


def find_node(identifier: str, kind: Any, noun: str) -> Any:
    """Return a node of a class by its pk or UUID.

    :param noun: what people call such a node.
    :raises CliError: when there is none, or it is of another class.
    """
    try:
        found = orm.load_node(identifier)
    except (NotExistent, ValueError) as error:
        raise CliError(str(error)) from None
    if not isinstance(found, kind):
        raise CliError(f'node {found.pk} is no {noun} but a {type(found).__name__}')
    return found

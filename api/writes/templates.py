"""Make templates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.data.template import Template, system_templates
from nanoos_plugins.engines.contract import load_engine


def store_system_templates() -> None:
    """Store the templates that NANO-OS ships, those that are missing."""
    system_templates()


def make_template(attributes: dict[str, Any], is_admin: bool) -> str:
    """Make a template and return its UUID.

    :param attributes: name, engine, parameters and description.
    :raises ValueError: for an unknown engine, or parameters that it does not take.
    :raises PermissionError: for a parameter that is a path, unless the caller is an administrator.
    """
    refuse_paths(attributes['parameters'], is_admin)
    engine = attributes['engine']
    try:
        load_engine(engine).validate(attributes['parameters'])
    except ValidationError as error:
        raise ValueError(f'engine {engine}: {explain(error)}') from None
    template = Template(**attributes)
    template.store()
    return template.uuid


def refuse_paths(parameters: Mapping[str, Any], is_admin: bool) -> None:
    """Refuse an interatomic potential that is a path: whoever names it reads any file of this machine.

    :raises PermissionError: when there is one and the caller is no administrator.
    """
    potential = parameters.get('potential')
    if isinstance(potential, str) and os.sep in potential and not is_admin:
        raise PermissionError(
            f'potential {potential!r:.80} is a path, which needs the scope admin: '
            f'name a file that is shipped with LAMMPS'
        )

"""What importing and building a structure share: the material it is of, and what is said of it."""

from __future__ import annotations

from aiida import orm
from aiida.common.exceptions import NotExistent

from nanoos_plugins.cli.output import CliError, emit
from nanoos_plugins.data.material import Material, load_material


def material_for(identifier: str | None, name: str | None, formula: str) -> Material:
    """Return the newest revision of the material that is meant, else a new one that is not stored yet.

    :param name: of the new material; its formula by default.
    :raises CliError: when there is no such material, or both are given.
    """
    if identifier is None:
        try:
            return Material(name=name or formula, formula=formula)
        except ValueError as error:
            raise CliError(str(error)) from None
    if name is not None:
        raise CliError('--name is for a new material: say either --material or --name')
    try:
        return load_material(identifier)
    except (NotExistent, ValueError) as error:
        raise CliError(str(error)) from None


def emit_made(process: orm.ProcessNode, json: bool, what: str) -> None:
    """Print the structure that a process made.

    :raises CliError: when it failed.
    """
    if not process.is_finished_ok:
        raise CliError(f'process {process.pk} failed: {process.exit_message or process.exception}')
    made, material = process.outputs.result, process.inputs.material
    attributes = made.base.attributes
    keys = ('origin', 'format', 'formula', 'number_of_atoms', 'dimensionality', 'space_group')
    facts = {key: attributes.get(key) for key in keys}
    data = {
        'pk': made.pk,
        'uuid': made.uuid,
        **facts,
        'material_id': material.material_id,
        'material': material.name,
        'process': process.pk,
    }
    group = f', {facts["space_group"]}' if facts['space_group'] else ''
    line = (
        f'{what}: structure {made.pk}, {facts["formula"]}, {facts["number_of_atoms"]} atoms, '
        f'{facts["dimensionality"]}-dimensional{group}; material {material.name} ({material.material_id})'
    )
    emit(data, json, lambda: line)

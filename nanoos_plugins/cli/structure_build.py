"""`nanoos structure build KIND`: one command for each builder, its options from the builder's parameters."""

from __future__ import annotations

import types
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin

import click
from aiida import orm
from pydantic.fields import FieldInfo

from nanoos_plugins.cli.job_words import find_structure
from nanoos_plugins.cli.output import CliError, json_option
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.cli.structure_made import emit_made, material_for
from nanoos_plugins.data.structure import dimensionality, formula
from nanoos_plugins.graph.structures import materials_above
from nanoos_plugins.launch import run

#: The builders: what each makes, and whether it starts from a structure.
KINDS = {
    'bulk': ('a bulk crystal', False),
    'nanoparticle': ('a nanoparticle in its equilibrium shape (Wulff)', False),
    'nanoribbon': ('a graphene nanoribbon', False),
    'nanotube': ('a nanotube', False),
    'sheet': ('a two-dimensional sheet, such as graphene or MoS2', False),
    'slab': ('a slab: a surface of a crystal', True),
    'strain': ('a strained structure', True),
    'substitution': ('a doped structure: other elements at some sites', True),
    'supercell': ('a supercell', True),
    'vacancy': ('a structure without the atoms at some sites', True),
}


class Values(click.ParamType):
    """Several values in one word: `1,1,1`, or `111=1.28,100=1.50`."""

    def __init__(self, kind: type, named: bool) -> None:
        self.kind = kind
        self.named = named
        word = kind.__name__.upper()
        self.name = f'NAME={word},…' if named else f'{word},…'

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[Any] | dict[str, Any]:
        """Return the list, or the dictionary."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        words = value.replace(',', ' ').split()
        try:
            if self.named:
                return {key: self.kind(one) for key, _, one in (word.partition('=') for word in words)}
            return [self.kind(word) for word in words]
        except ValueError:
            raise CliError(f'{value!r:.40} is not of the form {self.name}') from None


class BuildGroup(click.Group):
    """The builders, imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the kinds, sorted."""
        return sorted(KINDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of a kind; None for an unknown one, which click reports."""
        return _command(name) if name in KINDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the kinds, none of them imported."""
        with formatter.section('Commands'):
            formatter.write_dl([(name, f'Build {what}.') for name, (what, _) in sorted(KINDS.items())])


@click.group(cls=BuildGroup)
def build() -> None:
    """Build a structure."""


def _command(kind: str) -> click.Command:
    """Return the command that builds structures of a kind."""
    what, from_structure = KINDS[kind]
    model = getattr(import_module(f'nanoos_plugins.calculations.build.{kind}'), kind.capitalize())

    def callback(structure_id: str | None = None, **given: Any) -> None:
        json, material, name = given.pop('json'), given.pop('material'), given.pop('name')
        values = {key: value for key, value in given.items() if value is not None}
        _build(kind, structure_id, values, material, name, json)

    command = click.Command(kind, callback=callback, help=f'Build {what}.')
    if from_structure:
        command.params.append(click.Argument(['structure_id'], metavar='STRUCTURE'))
    command.params += [_option(key, field) for key, field in model.model_fields.items()]
    command.params.append(
        click.Option(
            ['--material'], help='Material it is of (id, name, pk).  [default: of STRUCTURE, or new]'
        )
    )
    command.params.append(click.Option(['--name'], help='Name of the new material.  [default: its formula]'))
    return json_option(command)


def _option(key: str, field: FieldInfo) -> click.Option:
    """Return the option of one parameter of a builder."""
    kind = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    unit = f' [{extra["unit"]}]' if extra.get('unit') else ''
    has_default = not field.is_required() and field.default is not None
    default = f'  [default: {field.default}]' if has_default else ''
    flag = f'--{key.replace("_", "-")}'
    return click.Option(
        [f'{flag}/--no-{flag[2:]}' if kind is bool else flag, key],
        type=_type(kind),
        required=field.is_required(),
        default=None,
        help=f'{field.description}{unit}{default}',
    )


def _type(kind: Any) -> click.ParamType | type:
    """Return how click reads a parameter of this type."""
    if get_origin(kind) is Literal:
        return click.Choice(list(get_args(kind)))
    if get_origin(kind) is list:
        return Values(get_args(kind)[0], named=False)
    if get_origin(kind) is dict:
        return Values(get_args(kind)[1], named=True)
    return kind  # type: ignore[no-any-return]


def _build(
    kind: str,
    structure_id: str | None,
    values: dict[str, Any],
    material: str | None,
    name: str | None,
    json: bool,
) -> None:
    """Build a structure; parameters are tried first, so that wrong ones leave no node behind."""
    from nanoos_plugins.calculations.build.builder import validated

    use_profile()
    module = import_module(f'nanoos_plugins.calculations.build.{kind}')
    inputs: dict[str, Any] = {'parameters': orm.Dict(values)}
    start = []
    if structure_id is not None:
        inputs['structure'] = find_structure(structure_id)
        start = [inputs['structure'].get_ase()]
        above = materials_above(inputs['structure'].pk)
        if above and material is None and name is None:
            material = str(above[0])
    try:
        atoms = getattr(module, kind)(validated(getattr(module, kind.capitalize()), values), *start)
    except ValueError as error:
        raise CliError(str(error)) from None
    inputs['material'] = material_for(material, name, formula(atoms, dimensionality(atoms)))
    emit_made(run(f'nanoos.build_{kind}', inputs), json, f'built {KINDS[kind][0]}')

"""`nanoos model export | import`: a model and all that it came from, as one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from aiida import orm

from nanoos_plugins.archives.models import export_model, import_model, version
from nanoos_plugins.cli.find_node import find_node
from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.data.model import Model
from nanoos_plugins.storage.owner import system_user
from nanoos_plugins.storage.shares import Viewer


@click.command()
@click.argument('model_id', metavar='MODEL')
@click.argument('file', type=click.Path(path_type=Path, dir_okay=False))
@json_option
def export(model_id: str, file: Path, json: bool) -> None:
    """Write MODEL (pk or UUID) into FILE with its training, its data set and all that these came from.

    FILE is an archive of AiiDA, which `verdi archive import` takes, too. Of what others own, it has what the
    model's owner may see.
    """
    use_profile()
    found = find_node(model_id, Model, 'model')
    try:
        done = export_model(found, Viewer(found.user.pk), file)
    except (LookupError, OSError, ValueError) as error:
        raise CliError(str(error)) from None
    data = {'file': str(file), 'archive_version': version(), **done}
    emit(
        data,
        json,
        lambda: (
            f'{file}: AiiDA archive {version()}, {done["nodes"]} nodes, {done["bytes"] / 1e6:.1f} MB\n'
            f'digest of model {found.name}: {done["digest"]}'
        ),
    )


@click.command('import')
@click.argument('file', type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option('--digest', help='Take the model with this digest only, as its maker tells it.')
@click.option('--system', is_flag=True, help='For every user of this instance, with all its provenance.')
@json_option
def import_command(file: Path, digest: str | None, system: bool, json: bool) -> None:
    """Take over the model in FILE and all that it came from.

    Before anything is stored, the digest is checked and whatever could run a program is refused. What is here
    already stays as it is.
    """
    use_profile()
    owner = system_user() if system else orm.User.collection.get_default()
    assert owner is not None
    try:
        done = import_model(file, owner, digest)
    except (OSError, ValueError) as error:
        raise CliError(str(error)) from None
    found = orm.load_node(done.pk)
    data = {'uuid': found.uuid, 'name': found.label, 'archive_version': version(), **asdict(done)}
    told = 'it was here already: nothing was stored' if done.new == 0 else f'{done.new} nodes were stored'
    emit(data, json, lambda: f'model {found.label} (pk {done.pk}): {told}')

"""`nanoos model`: train models on data sets, and predict with them."""

from __future__ import annotations

from typing import Any

import click
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine.daemon.client import DaemonException

from nanoos_plugins.calculations.predict import predictions
from nanoos_plugins.cli.find_node import find_node
from nanoos_plugins.cli.job_control import finish, parse_setting
from nanoos_plugins.cli.job_words import find_structure, job_dict, stored_pk
from nanoos_plugins.cli.model_archive import export, import_command
from nanoos_plugins.cli.model_compare import compare
from nanoos_plugins.cli.model_learn import learn
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import page, page_options, tell_rest, use_profile
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.graph.jobs import load_jobs
from nanoos_plugins.graph.keyset import Cursor
from nanoos_plugins.graph.lineage import lineage
from nanoos_plugins.graph.models import list_models, version_of
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.launch import run, submit
from nanoos_plugins.ml.settings import TrainSettings

#: Settings of a training that are no parameters of the model.
OWN = frozenset(TrainSettings.model_fields) - {'task', 'model', 'parameters'}


@click.group()
def model() -> None:
    """Train, compare and promote models, hand them on, and predict."""


for command in (compare, export, import_command, learn):
    model.add_command(command)


@model.command()
@click.argument('dataset_id', metavar='DATASET')
@click.option('--name', required=True, help='Name of the model.')
@click.option(
    '--kind',
    default='student',
    show_default=True,
    help='Kind of model: dummy, ridge, gp, sparse-gp, student, cgcnn, edge-gated, ensemble, and of '
    'energies chgnet, which the engine mlip can run.',
)
@click.option(
    '--set',
    'settings',
    multiple=True,
    metavar='KEY=VALUE',
    help=f'A setting ({", ".join(sorted(OWN))}) or a parameter of the model; VALUE is JSON or text.',
)
@click.option('--submit', 'only_submit', is_flag=True, help='Do not wait until it has ended.')
@json_option
def train(
    dataset_id: str, name: str, kind: str, settings: tuple[str, ...], only_submit: bool, json: bool
) -> None:
    """Train a model on DATASET (pk or UUID) and tell how good it is on rows it has not seen."""
    use_profile()
    dataset = find_node(dataset_id, Dataset, 'data set')
    given = dict(parse_setting(one) for one in settings)
    asked = {key: value for key, value in given.items() if key in OWN}
    asked |= {'model': kind, 'parameters': {key: value for key, value in given.items() if key not in OWN}}
    try:
        inputs = {
            'dataset': dataset,
            'code': default_code(load_engine('mlip'), orm.User.collection.get_default()),
            'name': orm.Str(name),
            'parameters': orm.Dict(TrainSettings.model_validate(asked).model_dump(mode='json')),
            'metadata': {'label': f'training of {name}'},
        }
        ensure_daemon()
        pk = stored_pk(submit('nanoos.training', inputs))
    except (NotExistent, ValueError, TimeoutError, DaemonException) as error:
        raise CliError(' '.join(str(error).split())) from None
    if only_submit:
        emit(job_dict(load_jobs([pk])[0]), json, lambda: f'submitted job {pk}: nanoos job wait {pk}')
    else:
        finish(pk, json)


@model.command('list')
@page_options
@click.option('--target', help='Only those of this target.')
@json_option
def list_command(limit: int, after: Cursor | None, target: str | None, json: bool) -> None:
    """List the models, newest first, with their errors on rows they had not seen."""
    use_profile()
    found, behind = list_models(limit, after, target)
    keys = ('pk', 'name', 'version', 'kind', 'target', 'unit', 'mae', 'coverage', 'stage', 'owner')
    emit(
        page('models', found, behind), json, lambda: rows(keys, [[row[key] for key in keys] for row in found])
    )
    tell_rest('nanoos model list', behind, json)


@model.command()
@click.argument('model_id', metavar='MODEL')
@json_option
def show(model_id: str, json: bool) -> None:
    """Show MODEL (pk or UUID): what it predicts, how well, and from what it has learnt."""
    use_profile()
    found = find_node(model_id, Model, 'model')
    training = found.creator
    source = None if training is None else training.inputs.dataset
    facts = {
        'pk': found.pk,
        'uuid': found.uuid,
        'stage': found.stage,
        'version': version_of(found.pk),
        **found.base.attributes.all,
        'training': None if training is None else training.pk,
        'dataset': None if source is None else {'pk': source.pk, 'name': source.name, 'count': len(source)},
        'lineage': None if source is None else lineage(source.pk),
    }
    emit(facts, json, lambda: rows(('', 'model'), list(facts.items())))


@model.command()
@click.argument('model_id', metavar='MODEL')
@click.argument('stage', type=click.Choice(['candidate', 'production', 'archived']))
@json_option
def promote(model_id: str, stage: Any, json: bool) -> None:
    """Say that MODEL (pk or UUID) is now at STAGE."""
    use_profile()
    found = find_node(model_id, Model, 'model')
    found.stage = stage
    emit({'pk': found.pk, 'stage': stage}, json, lambda: f'model {found.name} (pk {found.pk}): {stage}')


@model.command()
@click.argument('model_id', metavar='MODEL')
@click.argument('structures', nargs=-1, required=True)
@click.option('--store', is_flag=True, help='Keep the predictions in the graph, by one process.')
@json_option
def predict(model_id: str, structures: tuple[str, ...], store: bool, json: bool) -> None:
    """Predict with MODEL for STRUCTURES (pks or UUIDs), with the interval that a new measurement is in."""
    use_profile()
    found = find_node(model_id, Model, 'model')
    nodes = [find_structure(one) for one in structures]
    if store:
        given = {f'structure_{number}': node for number, node in enumerate(nodes)}
        process = run('nanoos.predict', {'model': found, **given})
        if not process.is_finished_ok:
            raise CliError(process.exit_message or 'no prediction was made')
        told = process.outputs.result['predictions']
        said = [told[f'structure_{number}'] for number in range(len(nodes))]
    else:
        try:
            said = predictions(found, [node.get_pymatgen_structure() for node in nodes])
        except ValueError as error:
            raise CliError(str(error)) from None
    entries = [
        {'structure': node.pk, 'formula': node.get_formula(), **one}
        for node, one in zip(nodes, said, strict=True)
    ]
    coverage = found.base.attributes.get('calibration')['coverage']
    title = f'{found.target} [{found.unit}], intervals of {100 * coverage:g} %'
    cells = [
        (one['structure'], one['formula'], one['value'], one['low'], one['high'], '; '.join(one['messages']))
        for one in entries
    ]
    data = {'target': found.target, 'unit': found.unit, 'coverage': coverage, 'predictions': entries}
    emit(
        data,
        json,
        lambda: rows(('structure', 'formula', 'value', 'low', 'high', 'beware'), cells, title=title),
    )

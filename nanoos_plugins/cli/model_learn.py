"""`nanoos model learn`: let a model choose what is simulated next."""

from __future__ import annotations

from typing import Any

import click
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine.daemon.client import DaemonException

from nanoos_plugins.cli.job_control import finish, parse_setting
from nanoos_plugins.cli.job_words import find_structure, job_dict, stored_pk
from nanoos_plugins.cli.output import CliError, emit, json_option
from nanoos_plugins.cli.paging import use_profile
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import load_template, system_templates
from nanoos_plugins.graph.jobs import load_jobs
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.job_inputs import WORKFLOWS
from nanoos_plugins.launch import submit
from nanoos_plugins.ml.acquisition import ACQUISITIONS


@click.command()
@click.argument('dataset_id', metavar='DATASET')
@click.argument('structures', nargs=-1)
@click.option('--group', help='Choose from the structures of this group, too.')
@click.option('--workflow', type=click.Choice(WORKFLOWS), required=True, help='What simulates.')
@click.option(
    '--quantity', required=True, metavar='OUTPUT.QUANTITY', help='The target, as in eos.bulk_modulus.'
)
@click.option('--template', required=True, help='Engine and its parameters: name, pk or UUID.')
@click.option('--protocol', help='fast, moderate or precise.  [default: that of the workflow]')
@click.option(
    '--set',
    'settings',
    multiple=True,
    metavar='KEY=VALUE',
    help='A setting of the simulations; JSON or text.',
)
@click.option('--budget', type=click.IntRange(min=1), required=True, help='Most simulations in all.')
@click.option(
    '--batch', type=click.IntRange(min=1), default=8, show_default=True, help='Simulations at once.'
)
@click.option('--target-error', type=float, help='End when the error on the test rows is not larger.')
@click.option('--kind', default='student', show_default=True, help='Kind of model: gp, student, …')
@click.option('--acquisition', type=click.Choice(list(ACQUISITIONS)), default='error', show_default=True)
@click.option('--submit', 'only_submit', is_flag=True, help='Do not wait until it has ended.')
@json_option
def learn(
    dataset_id: str,
    structures: tuple[str, ...],
    group: str | None,
    template: str,
    settings: tuple[str, ...],
    kind: str,
    only_submit: bool,
    json: bool,
    **given: Any,
) -> None:
    """Train on DATASET, let the model choose which of STRUCTURES are simulated, and learn from these."""
    use_profile()
    system_templates()
    nodes = [find_structure(one) for one in structures]
    try:
        dataset = orm.load_node(dataset_id)
        if not isinstance(dataset, Dataset):
            raise CliError(f'node {dataset.pk} is no data set but a {type(dataset).__name__}')
        if group is not None:
            members = orm.load_group(group).nodes
            nodes += [one for one in members if isinstance(one, orm.StructureData)]
        inputs = {
            'dataset': dataset,
            'pool': {f'structure_{node.pk}': node for node in nodes},
            'template': load_template(template),
            'settings': dict(parse_setting(one) for one in settings),
            'training': {'model': kind},
            **{key: value for key, value in given.items() if value is not None},
            'metadata': {'label': f'active learning of {dataset.target}'},
        }
        ensure_daemon()
        pk = stored_pk(submit('nanoos.active_learning', inputs))
    except (NotExistent, ValueError, TimeoutError, DaemonException) as error:
        raise CliError(' '.join(str(error).split())) from None
    if only_submit:
        emit(job_dict(load_jobs([pk])[0]), json, lambda: f'submitted job {pk}: nanoos job wait {pk}')
    else:
        finish(pk, json)

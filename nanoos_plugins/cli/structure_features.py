"""`nanoos structure features | similar`: features computed once, and what is similar by them."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

import click
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine.daemon.client import DaemonException

from nanoos_plugins.cli.job_control import tell_failure
from nanoos_plugins.cli.job_words import find_structure, stored_pk
from nanoos_plugins.cli.output import CliError, emit, json_option, rows
from nanoos_plugins.cli.paging import plain, use_profile
from nanoos_plugins.cli.progress_view import follow
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.feature_batches import ENTRY_POINT, batches
from nanoos_plugins.graph.failure import find_failure
from nanoos_plugins.graph.features import LookUp, look_up
from nanoos_plugins.graph.jobs import find_job
from nanoos_plugins.graph.similar import NoFeaturesError
from nanoos_plugins.graph.similar import similar as find_similar
from nanoos_plugins.install.daemon import ensure_daemon
from nanoos_plugins.launch import submit
from nanoos_plugins.ml.feature_settings import FeatureSettings, Pretrained

network_option = click.option(
    '--pretrained',
    type=click.Choice(get_args(Pretrained)),
    default='chgnet-0.3.0',
    show_default=True,
    help='Network whose frozen features are taken.',
)


@click.command()
@click.argument('structures', metavar='STRUCTURE...', nargs=-1)
@click.option('--all', 'of_all', is_flag=True, help='Of all structures of this instance.')
@network_option
@click.option('--code', help='Code to compute by, as AiiDA names it.  [default: mlip on this machine]')
@click.option('--submit', 'only_submit', is_flag=True, help='Do not wait until they are computed.')
@json_option
def features(
    structures: tuple[str, ...],
    of_all: bool,
    pretrained: Pretrained,
    code: str | None,
    only_submit: bool,
    json: bool,
) -> None:
    """Compute the features of STRUCTUREs (pks or UUIDs) that have none, all of them by one process.

    What has been computed for the same cell and atoms, or is being computed, is not computed again.
    """
    use_profile()
    if of_all == bool(structures):
        raise CliError('say either which structures or --all')
    pks = _every() if of_all else [stored_pk(find_structure(one)) for one in structures]
    settings = FeatureSettings(pretrained=pretrained)
    asked = look_up(pks, settings)
    jobs = [find_job(UUID(uuid), None).pk for uuid in dict.fromkeys(asked.running.values())]
    if missing := asked.to_compute():
        jobs += _submitted(missing, settings, code)
    if jobs and not only_submit:
        follow(dict.fromkeys(jobs, 'features'))
        asked = look_up(pks, settings)
    told = [_told(pk, asked) for pk in asked.contents]
    keys = ('structure', 'features', 'problem')
    emit(
        {'features': told, 'jobs': jobs},
        json,
        lambda: rows(keys, [[entry[key] for key in keys] for entry in told]),
    )
    _tell_failures(jobs)


def _every() -> list[int]:
    pks: list[int] = orm.QueryBuilder().append(orm.StructureData, project='id').all(flat=True)
    return pks


def _submitted(missing: list[int], settings: FeatureSettings, code: str | None) -> list[int]:
    """Submit as few batches as there must be, and return their keys."""
    try:
        by = (
            orm.load_code(code)
            if code
            else default_code(load_engine('mlip'), orm.User.collection.get_default())
        )
        ensure_daemon()
        return [stored_pk(submit(ENTRY_POINT, inputs)) for inputs in batches(missing, settings, by)]
    except (NotExistent, ValueError, TimeoutError, DaemonException) as error:
        raise CliError(str(error)) from None


def _told(pk: int, asked: LookUp) -> dict[str, Any]:
    found = asked.found.get(pk)
    if found is None:
        return {'structure': pk, 'features': None, 'problem': None}
    return {
        'structure': pk,
        'features': None if found.problem is not None else found.pk,
        'problem': found.problem,
    }


def _tell_failures(jobs: list[int]) -> None:
    """Say which batches failed, and exit with 1 if one did."""
    failures = [failure for pk in jobs if (failure := find_failure(pk))]
    for failure in failures:
        tell_failure(failure)
    if failures:
        raise SystemExit(1)


@click.command()
@click.argument('structure_id', metavar='STRUCTURE')
@click.option(
    '--limit', type=click.IntRange(1, 100), default=10, show_default=True, help='Most structures shown.'
)
@network_option
@json_option
def similar(structure_id: str, limit: int, pretrained: Pretrained, json: bool) -> None:
    """List the structures that are most similar to STRUCTURE (pk or UUID), the most similar first.

    The distance is 1 - cosine of the angle between their embeddings: 0 for the same crystal, whatever cell
    describes it, about 0.4 for two at random. Structures without features are not among them.
    """
    use_profile()
    structure = find_structure(structure_id)
    try:
        found = find_similar(stored_pk(structure), limit, FeatureSettings(pretrained=pretrained))
    except NoFeaturesError as error:
        where = f'nanoos structure features {structure.pk}'
        raise CliError(f'structure {structure.pk}: {error} ({where})') from None
    except ValueError as error:
        raise CliError(f'structure {structure.pk}: {error}') from None
    keys = ('distance', 'pk', 'formula', 'number_of_atoms', 'space_group', 'owner')
    cells = [[f'{row["distance"]:.4f}', *(row[key] for key in keys[1:])] for row in found]
    emit({'similar': [plain(row) for row in found]}, json, lambda: rows(keys, cells))

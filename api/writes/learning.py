"""Submit trainings, exactly once each, say at which stage a model is, and keep predictions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiida import orm
from ase import Atoms

from api.errors import RequestError
from api.writes.jobs import answers, who
from api.writes.permitted import Submitter
from api.writes.shares import acting_viewer
from nanoos_plugins.calculations.predict import ready
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model, Stage
from nanoos_plugins.data.structure import describe
from nanoos_plugins.data.structure_file import structure_node
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.launch import run, submit_once, submitted
from nanoos_plugins.storage.owner import acting_pk

#: The engine whose codes are Python with all that training needs.
ENGINE = 'mlip'


def submit_training(
    key: str,
    digest: str,
    group_pk: int | None,
    is_admin: bool,
    dataset: str,
    name: str,
    settings: dict[str, Any],
    label: str | None,
    code: str | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Submit the training of a model; return the UUID of its job, and whether it was made now.

    :raises RequestError: 409 when the key came with another request.
    :raises NotFoundError: for a node that is not there, or not for who submits.
    :raises PermissionError: for a code or a computer that tenants may not use.
    :raises ValueError: for settings or options that make no sense.
    """
    me, submitter = who(group_pk, is_admin)
    with answers():
        earlier = submitted(me, key, digest)
        if earlier is not None:
            return {'uuid': earlier.uuid, 'made': False}
        inputs: dict[str, Any] = {
            'dataset': submitter.load(UUID(dataset), Dataset, 'data set'),
            'code': _code(submitter, code, options),
            'name': orm.Str(name),
            'parameters': orm.Dict(settings),
            'options': orm.Dict(dict(options)),
            'metadata': {'label': label or f'training of {name}'},
        }
        return {'uuid': submit_once('nanoos.training', inputs, me, key, digest).uuid, 'made': True}


def _code(submitter: Submitter, given: str | None, options: dict[str, Any]) -> orm.AbstractCode:
    """Return the code that trains.

    :raises ValueError: for one that is not Python with this package.
    """
    engine = load_engine(ENGINE)
    asked = None if given is None else submitter.load_code(UUID(given))
    if asked is not None and asked.default_calc_job_plugin != engine.code_plugin:
        raise ValueError(
            f'code: {asked.uuid} is for {asked.default_calc_job_plugin}, '
            f'expected one for {engine.code_plugin}'
        )
    code = submitter.check_run(engine, asked, options)
    assert code is not None
    return code


def set_stage(uuid: str, stage: Stage) -> None:
    """Say at which stage a model is now.

    :raises LookupError: when the caller sees no such model.
    :raises PermissionError: when it belongs to somebody else.
    """
    model = _model(uuid)
    if model.user.pk != acting_pk():
        raise PermissionError(f'model {model.name!r} belongs to {model.user.email}, who alone may promote it')
    model.stage = stage


def store_predictions(model: str, kept: list[dict[str, Any]]) -> str:
    """Keep what a model has said of structures as one process, and return its UUID.

    :param kept: of each structure `uuid`, or `crystal` and `name` of one that is stored now; and what was
        `said`, so that nothing is predicted here, where all wait.
    :raises LookupError: for a node that is not there, or not for the caller.
    """
    submitter = Submitter(acting_viewer(), is_admin=False)
    structures, said = {}, {}
    for number, one in enumerate(kept):
        port = f'structure_{number}'
        structures[port] = (
            _structure(one['crystal'], one['name'])
            if one['uuid'] is None
            else submitter.load(UUID(one['uuid']), orm.StructureData, 'structure')
        )
        said[port] = {('value' if key == 'mean' else key): value for key, value in one['said'].items()}
    with ready(said):
        process = run('nanoos.predict', {'model': _model(model), **structures})
    if not process.is_finished_ok:
        raise RequestError(422, process.exit_message or f'process {process.uuid} failed')
    return process.uuid


def _model(uuid: str) -> Model:
    return Submitter(acting_viewer(), is_admin=False).load(UUID(uuid), Model, 'model')


def _structure(crystal: dict[str, Any], name: str | None) -> orm.StructureData:
    """Return an unstored structure of a crystal that was given."""
    atoms = Atoms(crystal['numbers'], positions=crystal['positions'], cell=crystal['cell'], pbc=True)
    node = describe(structure_node(atoms), 'uploaded', 'internal')
    node.label = name or ''
    return node

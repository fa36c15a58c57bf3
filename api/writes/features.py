"""Submit batches of features for the structures that have none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiida import orm

from api.writes.jobs import answers, who
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.feature_batches import ENTRY_POINT, batch
from nanoos_plugins.graph.features import look_up
from nanoos_plugins.launch import submit_once, submitted
from nanoos_plugins.ml.feature_settings import FeatureSettings


def make_features(
    key: str,
    digest: str,
    group_pk: int | None,
    is_admin: bool,
    structures: list[str],
    pretrained: str,
    code: str | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Submit one batch for those of the structures that have no features and that no batch is making.

    :return: `job`: UUID of the batch, None when there is nothing to compute; `made`: whether it was made now.
    :raises RequestError: 409 when the key came with another request.
    :raises NotFoundError: for a node that is not there, or not for who submits.
    :raises PermissionError: for a code or options that tenants may not use.
    :raises ValueError: when the engine is not installed.
    """
    me, submitter = who(group_pk, is_admin)
    with answers():
        earlier = submitted(me, key, digest)
        if earlier is not None:
            return {'job': earlier.uuid, 'made': False}
        chosen = [submitter.load(UUID(uuid), orm.StructureData, 'structure') for uuid in structures]
        settings = FeatureSettings.model_validate({'pretrained': pretrained})
        pks = [node.pk for node in chosen if node.pk is not None]
        missing = look_up(pks, settings, submitter.viewer).to_compute()
        if not missing:
            return {'job': None, 'made': False}
        asked = None if code is None else submitter.load_code(UUID(code))
        runs_by = submitter.check_run(load_engine('mlip'), asked, options)
        assert runs_by is not None, 'the engine has a program'
        inputs = batch(missing, settings, runs_by)
        inputs['metadata']['options'] = options
        return {'job': submit_once(ENTRY_POINT, inputs, me, key, digest).uuid, 'made': True}

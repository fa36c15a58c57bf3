"""What the writer can do: one function a write, called by its name with JSON, answering with JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.writes import (
    chains,
    computers,
    features,
    groups,
    jobs,
    learning,
    materials,
    shares,
    structures,
    templates,
    users,
)

WRITES: dict[str, Callable[..., Any]] = {
    'make_user': users.make_user,
    'submit_job': jobs.submit_job,
    'submit_process': jobs.submit_process,
    'submit_chain': chains.submit_chain,
    'submit_training': learning.submit_training,
    'set_stage': learning.set_stage,
    'store_predictions': learning.store_predictions,
    'make_features': features.make_features,
    'steer_job': jobs.steer_job,
    'make_material': materials.make_material,
    'revise_material': materials.revise_material,
    'make_group': groups.make_group,
    'change_group': groups.change_group,
    'delete_group': groups.delete_group,
    'change_members': groups.change_members,
    'share': shares.share_root,
    'revoke': shares.revoke_root,
    'make_computer': computers.make_computer,
    'change_computer': computers.change_computer,
    'permit': computers.permit,
    'take_access': computers.take_access,
    'drop_access': computers.drop_access,
    'make_code': computers.make_code,
    'import_structure': structures.import_structure,
    'build_structure': structures.build_structure,
    'store_system_templates': templates.store_system_templates,
    'make_template': templates.make_template,
}

"""Batches of features: one process for the many structures that have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiida import orm

from nanoos_plugins.calculations.features import MOST, label_of
from nanoos_plugins.ml.feature_settings import FeatureSettings

ENTRY_POINT = 'nanoos.features'


def batches(
    structures: Sequence[int], settings: FeatureSettings, code: orm.AbstractCode
) -> list[dict[str, Any]]:
    """Return the inputs of as few `nanoos.features` as make features of all structures (their keys).

    They are handed to `launch.submit`. Ask `graph.features.look_up` before which structures these are.
    """
    return [
        batch(structures[first : first + MOST], settings, code) for first in range(0, len(structures), MOST)
    ]


def batch(structures: Sequence[int], settings: FeatureSettings, code: orm.AbstractCode) -> dict[str, Any]:
    """Return the inputs of one `nanoos.features`; at most `MOST` structures."""
    query = orm.QueryBuilder().append(orm.StructureData, filters={'id': {'in': list(structures)}})
    nodes: list[orm.StructureData] = query.all(flat=True)
    count = f'{len(nodes)} structures' if len(nodes) != 1 else nodes[0].get_formula()
    return {
        'code': code,
        'structures': {label_of(node): node for node in nodes},
        'parameters': orm.Dict(settings.model_dump(mode='json')),
        'metadata': {'label': f'features of {count}'},
    }

"""The parser of `nanoos.features`: each structure's features become a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from aiida import orm

from nanoos_plugins.data.features import Features
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.parsers.runner import InvalidResultsError, RunnerParser

#: The block that may have numbers that are not known, NaN.
DESCRIPTORS = 'descriptors'


class FeaturesParser(RunnerParser):
    """Parse what `nanoos_plugins.runners.features` writes."""

    summary_keys: ClassVar[frozenset[str]] = RunnerParser.summary_keys | {'left_out'}

    def check(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Refuse features that are not of the structures of the batch, or not finite.

        :raises InvalidResultsError: says what is wrong.
        """
        super().check(summary, {name: block for name, block in arrays.items() if name != DESCRIPTORS})
        left_out, labels = summary['left_out'], set(self.node.inputs.structures)
        if not set(left_out) <= labels:
            raise InvalidResultsError(f'left_out names {sorted(set(left_out) - labels)[0]}, not in the batch')
        expected = len(labels) - len(left_out)
        if not {DESCRIPTORS, 'mean'} <= set(arrays):
            raise InvalidResultsError(f'there are no descriptors or no means; got {sorted(arrays)}')
        for name, block in arrays.items():
            if block.ndim != 2 or len(block) != expected:
                raise InvalidResultsError(f'{name} has the shape {block.shape}, expected {expected} rows')

    def give(self, summary: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Expose the features of each structure, and the summary."""
        settings = FeatureSettings.model_validate(self.node.inputs.parameters.get_dict())
        left_out, row = summary['left_out'], 0
        structures: Mapping[str, orm.StructureData] = self.node.inputs.structures
        for label in sorted(structures):
            if label in left_out:
                made = Features(structures[label], settings, problem=left_out[label])
            else:
                made = Features(structures[label], settings, _row(arrays, row))
                row += 1
            self.out(f'features.{label}', made)
        self.out('summary', orm.Dict(dict(summary)))


def _row(arrays: Mapping[str, Any], row: int) -> dict[str, Any]:
    """Return the features of one structure; the network's are of single precision, and nothing is lost."""
    return {
        name: block[row] if name == DESCRIPTORS else block[row].astype(np.float32)
        for name, block in arrays.items()
    }

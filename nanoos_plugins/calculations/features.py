"""The calculation that makes features of a batch of structures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from aiida import orm
from pydantic import ValidationError

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.calculations.runner import RunnerCalculation
from nanoos_plugins.data.features import Features
from nanoos_plugins.ml.feature_settings import FeatureSettings

#: Most structures of a batch.
MOST = 1000


class FeaturesCalculation(RunnerCalculation):
    """Make features with `nanoos_plugins.runners.features`, on any computer whose Python has this package.

    A structure that cannot have features does not fail the batch: its output says why.
    """

    program: ClassVar[str] = 'features'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structures in, and features of each out."""
        super().define(spec)
        spec.inputs['parameters'].help = 'Settings, `nanoos_plugins.ml.feature_settings` [-].'
        spec.inputs['parameters'].validator = validate_settings
        spec.input_namespace(
            'structures',
            valid_type=orm.StructureData,
            dynamic=True,
            help='Structures by label, lengths [Å]; `label_of` tells that by which they are known later.',
            validator=validate_structures,
        )
        spec.output_namespace(
            'features',
            valid_type=Features,
            dynamic=True,
            help='Of each structure, by its label, its features or why it has none.',
        )
        del spec.outputs['arrays']

    def job(self) -> dict[str, Any]:
        """Return what `input.json` says."""
        settings = FeatureSettings.model_validate(self.inputs.parameters.get_dict())
        return {
            'settings': settings.model_dump(mode='json'),
            'structures': [
                {'label': label, **entry(structure.base.attributes.all)}
                for label, structure in sorted(self.inputs.structures.items())
            ],
        }


def label_of(structure: orm.StructureData) -> str:
    """Return the label of a structure in a batch: its UUID as a name."""
    return f's{structure.uuid.replace("-", "")}'


def entry(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a structure as the program reads it, also one with shared sites, lengths [Å]."""
    parts = {
        kind['name']: dict(zip(kind['symbols'], kind['weights'], strict=True)) for kind in attributes['kinds']
    }
    return {
        'species': [parts[site['kind_name']] for site in attributes['sites']],
        'positions': [site['position'] for site in attributes['sites']],
        'cell': attributes['cell'],
        'pbc': [attributes[f'pbc{axis}'] for axis in (1, 2, 3)],
    }


def validate_settings(value: orm.Dict, _: Any) -> str | None:
    """Return what is wrong with the settings; None if nothing."""
    try:
        FeatureSettings.model_validate(value.get_dict())
    except ValidationError as error:
        return explain(error)
    return None


def validate_structures(structures: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong: no structures, or more than a batch has."""
    if not 0 < len(structures) <= MOST:
        return f'expected 1 to {MOST} structures in a batch, got {len(structures)}'
    return None

"""The calculation that trains a model on a data set."""

from __future__ import annotations

from typing import Any, ClassVar

from aiida import orm
from aiida.common.datastructures import CalcInfo
from aiida.common.folders import Folder
from pydantic import ValidationError

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.calculations.runner import RunnerCalculation
from nanoos_plugins.data.dataset import TABLE, Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION
from nanoos_plugins.ml.settings import TrainSettings
from nanoos_plugins.ml.state import SUFFIX

#: Folders of the checkpoint and of the states to go on from, as in `runners.train`.
FOLDER, STATES = 'model', 'states'


class TrainCalculation(RunnerCalculation):
    """Train a model with `nanoos_plugins.runners.train`, on any computer whose Python has this package."""

    program: ClassVar[str] = 'train'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare the data set in, and the model out."""
        super().define(spec)
        spec.inputs['parameters'].help = 'Settings of the training, `nanoos_plugins.ml.settings` [-].'
        spec.inputs['parameters'].validator = validate_settings
        spec.input(
            'dataset', valid_type=Dataset, help='Structures and targets to learn from [unit of the targets].'
        )
        spec.input(
            'name',
            valid_type=orm.Str,
            serializer=orm.to_aiida_type,
            help='Name of the model [-].',
        )
        spec.input(
            'states',
            valid_type=orm.FolderData,
            required=False,
            help='What an earlier run of the same training left, to go on from [-].',
        )
        spec.output(
            'states',
            valid_type=orm.FolderData,
            required=False,
            help='Of a training that did not come to its end: what the next run goes on from [-].',
        )
        spec.exit_code(
            400,
            'ERROR_INTERRUPTED',
            message='ended after {epochs} epochs, before it was done; the end of its error output: {reason}',
            invalidates_cache=True,
        )
        spec.output('model', valid_type=Model, help='The trained model.')
        spec.outputs['arrays'].help = (
            'Of rows it has not seen: `test_rows`, `test_outside` [-], `test_target`, `test_mean` and ends '
            'of intervals `test_lower`, `test_upper` [unit of the target]; of a model with epochs '
            '`curve_epoch`, `curve_loss`, `curve_held_out_loss`: the mean absolute errors in standard '
            'deviations of the targets [-].'
        )

    def job(self) -> dict[str, Any]:
        """Return what `input.json` says."""
        return {
            'settings': TrainSettings.model_validate(self.inputs.parameters.get_dict()).model_dump(
                mode='json'
            ),
            'table': TABLE,
            'unit': self.inputs.dataset.unit,
            'seconds': self.node.get_option('max_wallclock_seconds'),
        }

    def prepare_for_submission(self, folder: Folder) -> CalcInfo:
        """Write the input, and say that data set and states come along, and checkpoint and states back."""
        info = super().prepare_for_submission(folder)
        info.local_copy_list = [(self.inputs.dataset.uuid, TABLE, TABLE)]
        if 'states' in self.inputs:
            states = self.inputs.states
            names = states.base.repository.list_object_names()
            info.local_copy_list += [(states.uuid, name, f'{STATES}/{name}') for name in names]
        checkpoint = [(f'{FOLDER}/{name}', '.', 0) for name in (DESCRIPTION, ARRAYS)]
        kept = (f'{STATES}/*{SUFFIX}', '.', 2)
        info.retrieve_temporary_list = [*(info.retrieve_temporary_list or []), *checkpoint, kept]
        return info


def validate_settings(value: orm.Dict, _: Any) -> str | None:
    """Return what is wrong with the settings; None if nothing."""
    try:
        TrainSettings.model_validate(value.get_dict())
    except ValidationError as error:
        return explain(error)
    return None

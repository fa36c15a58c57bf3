"""The calculation of CHGNet, pretrained or fine-tuned: one structure, or many in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from aiida import orm
from aiida.common.datastructures import CalcInfo
from aiida.common.folders import Folder

from nanoos_plugins.calculations.runner import RunnerCalculation, structure_entry
from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION

#: Kind of models that can be run, and the folder of their files, as in `runners.mlip`.
KIND, FOLDER = 'chgnet', 'potential'
ONE_BY_ONE = ('md', 'path', 'hessian')


class MlipCalculation(RunnerCalculation):
    """Evaluate structures with a pretrained or fine-tuned potential by our runner.

    Give `structure`, or `structures` by label for a batch: one process for many values. The arrays of a batch
    are in the alphabetical order of the labels.
    """

    program: ClassVar[str] = 'mlip'

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare structures and parameters in, arrays and a summary out."""
        super().define(spec)
        spec.input(
            'structure',
            valid_type=orm.StructureData,
            required=False,
            help='Structure to evaluate, lengths [Å].',
        )
        spec.input_namespace(
            'structures',
            valid_type=orm.StructureData,
            dynamic=True,
            required=False,
            help='Structures of a batch by label, lengths [Å]; any task but md, path and hessian.',
        )
        spec.input(
            'final',
            valid_type=orm.StructureData,
            required=False,
            help='Other end of a path from `structure`, lengths [Å].',
        )
        spec.input(
            'potential',
            valid_type=Model,
            required=False,
            validator=validate_potential,
            help=f'Fine-tuned model of kind {KIND} that is run instead of the pretrained weights [eV, eV/Å].',
        )
        spec.inputs.validator = validate_inputs
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='energy [eV], forces [eV/Å], stress [GPa, tension positive], positions and cell [Å], '
            'converged [0 or 1], with a first axis over the structures, forces and positions over the atoms '
            'of all, n_atoms [-] tells where to cut; of a single structure also trajectory and series.',
        )
        spec.output(
            'summary',
            valid_type=orm.Dict,
            help='Model, digest of a fine-tuned one, version of its package, task, and the labels in the '
            'order of the arrays.',
        )

    def job(self) -> dict[str, Any]:
        """Return what `input.json` says."""
        settings = self.inputs.parameters.get_dict()
        job = {
            'model': settings['model'],
            'batch_size': settings['batch_size'],
            'settings': settings,
            'structures': [
                {'label': label, **structure_entry(structure)} for label, structure in labelled(self.inputs)
            ],
        }
        if 'final' in self.inputs:
            job['final'] = structure_entry(self.inputs.final)
        if 'potential' in self.inputs:
            model = self.inputs.potential
            job['potential'] = {'name': model.name, 'digest': model.base.attributes.get('digest')}
        return job

    def prepare_for_submission(self, folder: Folder) -> CalcInfo:
        """Write the input, and say that the files of a fine-tuned model come along."""
        info = super().prepare_for_submission(folder)
        if 'potential' in self.inputs:
            uuid = self.inputs.potential.uuid
            info.local_copy_list = [(uuid, name, f'{FOLDER}/{name}') for name in (DESCRIPTION, ARRAYS)]
        return info


def labelled(inputs: Mapping[str, Any]) -> Iterator[tuple[str, orm.StructureData]]:
    """Yield (label, structure), alphabetically; the label of a single one is `structure`."""
    if 'structure' in inputs:
        yield 'structure', inputs['structure']
    yield from sorted(inputs.get('structures', {}).items())


def validate_potential(value: Model, _: Any) -> str | None:
    """Return what is wrong with a fine-tuned model: it is of a kind that cannot be run."""
    kind = value.base.attributes.get('kind')
    return None if kind == KIND else f'potential: model {value.name} is of kind {kind}, expected {KIND}'


def validate_inputs(inputs: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong: neither or both of `structure` and `structures`, or a batch of md runs."""
    single, batch = 'structure' in inputs, bool(inputs.get('structures'))
    if single == batch:
        return f'give either `structure` or `structures`, got {"both" if single else "neither"}'
    task = inputs['parameters'].get_dict().get('task') if 'parameters' in inputs else None
    if batch and task in ONE_BY_ONE:
        return f'task {task} takes one `structure`; submit one process for each of `structures`'
    return None

"""A trained model: its checkpoint, what it predicts, and how good it was on structures it had not seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

from aiida import orm
from aiida.common.exceptions import ValidationError
from aiida.orm.pydantic import OrmMetadataField

from nanoos_plugins.ml.checkpoint import ARRAYS, DESCRIPTION, read

Stage = Literal['candidate', 'production', 'archived']
#: Where the stage is, which changes in the life of a model: AiiDA keeps all else of a node as it is.
STAGE = 'nanoos_stage'
#: Attributes that are in the checkpoint as well.
DESCRIBED = ('kind', 'elements', 'metrics', 'calibration', 'pretrained', 'digest')


class Model(orm.Data):
    """The checkpoint of a model: `model.json` and `model.safetensors`, whose digest is an attribute.

    Nothing in it is ever unpickled; a file that is changed is refused.
    """

    class AttributesModel(orm.Data.AttributesModel):
        name: str = OrmMetadataField(description='Name for people')
        kind: str = OrmMetadataField(description='Kind of model, as in `nanoos_plugins.ml.models`')
        target: str = OrmMetadataField(description='What it predicts')
        unit: str = OrmMetadataField(description='Unit of what it predicts, empty for none')
        elements: list[str] = OrmMetadataField(description='Elements in its training data')
        metrics: dict[str, float] = OrmMetadataField(
            description='Errors on rows that it had not seen: mae, rmse (in the unit), r2, coverage, and of '
            'energies with forces force_mae [eV/Å] and stress_mae [GPa]'
        )
        calibration: dict[str, float] = OrmMetadataField(
            description='Scale that makes deviations intervals, coverage they promise, rows it is from'
        )
        pretrained: str = OrmMetadataField(
            description='Network whose frozen features it reads, or that it began with'
        )
        digest: str = OrmMetadataField(description='SHA-256 over both files')

    def __init__(self, name: str, target: str, unit: str, folder: Path, **kwargs: Any) -> None:
        """Make an unstored model of the checkpoint in a folder.

        :raises ValueError: when it is none, or has been changed.
        """
        description, _ = read(folder)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.label = name
        self.base.attributes.set_many(
            {'name': name, 'target': target, 'unit': unit, **{key: description[key] for key in DESCRIBED}}
        )
        for file in (DESCRIPTION, ARRAYS):
            self.base.repository.put_object_from_file(str(folder / file), file)

    @property
    def name(self) -> str:
        """Name for people."""
        return str(self.base.attributes.get('name'))

    @property
    def unit(self) -> str:
        """Unit of what it predicts, empty for none."""
        return str(self.base.attributes.get('unit'))

    @property
    def target(self) -> str:
        """What it predicts."""
        return str(self.base.attributes.get('target'))

    @property
    def metrics(self) -> dict[str, float]:
        """Errors on rows that it had not seen."""
        return dict(self.base.attributes.get('metrics'))

    @property
    def stage(self) -> Stage:
        """How far it has come: candidate until somebody says otherwise."""
        stage: Stage = self.base.extras.get(STAGE, 'candidate')
        return stage

    @stage.setter
    def stage(self, value: Stage) -> None:
        if value not in get_args(Stage):
            raise ValueError(f'stage of a model: expected one of {", ".join(get_args(Stage))}, got {value!r}')
        self.base.extras.set(STAGE, value)

    def write(self, folder: Path) -> None:
        """Write both files into a folder."""
        for file in (DESCRIPTION, ARRAYS):
            (folder / file).write_bytes(self.base.repository.get_object_content(file, 'rb'))

    def load(self) -> Any:
        """Return what can predict, a `nanoos_plugins.ml.predictor.Predictor`.

        :raises ValueError: when its files are not those of the digest.
        """
        from nanoos_plugins.ml.predictor import Predictor

        with TemporaryDirectory() as folder:
            self.write(Path(folder))
            return Predictor.load(Path(folder), str(self.base.attributes.get('digest')))

    def about(self) -> Mapping[str, Any]:
        """Return what the checkpoint says of itself."""
        found: dict[str, Any] = json.loads(self.base.repository.get_object_content(DESCRIPTION, 'r'))
        return found

    def _validate(self) -> bool:
        valid = super()._validate()
        with TemporaryDirectory() as folder:
            self.write(Path(folder))
            try:
                read(Path(folder), str(self.base.attributes.get('digest')))
            except ValueError as error:
                raise ValidationError(str(error)) from error
        return valid

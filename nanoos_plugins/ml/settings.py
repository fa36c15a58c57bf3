"""How a model is trained: what people may set, with bounds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Second = Literal['chgnet-0.2.0', 'none']


class TrainSettings(BaseModel):
    """Settings of a training.

    Of the rows, `test` are held back to tell how good the model is. Of the others `calibration` are held back
    from a first fit, to learn by how much its deviations must be scaled; then the model learns from all but
    the test rows.
    """

    model_config = ConfigDict(extra='forbid')

    task: Literal['train'] = 'train'
    model: str = Field('student', description='kind of model', pattern=r'^[a-z][a-z0-9_-]*$')
    parameters: dict[str, Any] = Field({}, description='of the model; those left out have their defaults')
    pretrained: str = Field(
        'chgnet-0.3.0',
        description='network whose frozen features the model reads, or whose weights it begins with',
    )
    second: Second = Field(
        'none',
        description='network that is asked besides: a prediction counts as outside the domain, too, where '
        'their energies differ by more than for 99 % of the rows learnt from; none: not asked',
    )
    split: str | None = Field(
        None, description='split of the data set whose part `test` or fold 0 is the test'
    )
    test: float = Field(0.2, gt=0, lt=0.9, description='part of the rows for the test, without a split [-]')
    validation: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description='part of the other rows that is measured on instead of the test, which stays unseen: '
        'for choosing between models; 0 for the test itself [-]',
    )
    calibration: float = Field(
        0.1, gt=0, lt=0.5, description='part of the other rows for the calibration [-]'
    )
    coverage: float = Field(0.9, gt=0.5, lt=1, description='what calibrated intervals promise [-]')
    seed: int = Field(0, ge=0, description='of splits and models')

    @property
    def second_network(self) -> str | None:
        """The network that is asked besides; None for none."""
        return None if self.second == 'none' else self.second

"""Which features of a structure: what people may set, and which version of the computation made them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: Counts up whenever the same structure gets other features: those of other versions are never mixed.
VERSION = 1

Pretrained = Literal['chgnet-0.3.0', 'chgnet-r2scan']


class FeatureSettings(BaseModel):
    """Settings of features: structures of the same settings have features that can be compared."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    task: Literal['features'] = 'features'
    pretrained: Pretrained = Field(
        'chgnet-0.3.0', description='network whose frozen features are taken; also of the weights'
    )
    version: int = Field(VERSION, ge=1, description='of the computation of features')

    def key(self, content: str) -> str:
        """Return by what features of these settings are found, for a structure of this content."""
        return f'{content}:{self.pretrained}:{self.version}'

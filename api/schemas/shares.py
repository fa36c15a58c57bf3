"""With whom something is shared."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.values import Word


class NewShare(BaseModel):
    """A share to make or change: with one user or with everybody on this instance."""

    model_config = ConfigDict(extra='forbid')

    email: Word | None = Field(None, description='of the user it is shared with')
    everybody: bool = Field(False, description='whether it is shared with everybody on this instance')
    access: Literal['read', 'write'] = Field('read', description='write: may also make things under it')

    @model_validator(mode='after')
    def one_of_both(self) -> Self:
        """Check that it says with whom."""
        if self.everybody == (self.email is not None):
            raise ValueError('say either email or everybody: true')
        return self


class Share(BaseModel):
    """A share."""

    email: str | None = Field(description='of the user it is shared with; null: everybody on this instance')
    access: Literal['read', 'write']


class SharedRoot(Share):
    """A share, with what it is of."""

    kind: Literal['material', 'group', 'node']
    uuid: str = Field(description='of the node or group; of a material, of its first revision')
    name: str = Field(description='its name or label, of a material that of its first revision')
    material_id: str | None = Field(description='of a material, whose shares go by it')
    owner: str = Field(description='e-mail of whom it belongs to')
    created: datetime

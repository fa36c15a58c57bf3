"""People who have an account, as administrators see them."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nanoos_plugins.accounts.caller import Role


class User(BaseModel):
    """Somebody with an account."""

    email: str
    first_name: str
    last_name: str
    role: Role
    is_active: bool = Field(description='false: the account is closed, nobody can sign in with it')
    created: float = Field(description='when the account was opened, in seconds since 1970')
    nodes: int | None = Field(description='how many nodes are theirs; null where the database does not count')


class NewUser(BaseModel):
    """An account to open."""

    model_config = ConfigDict(extra='forbid')

    email: str = Field(max_length=254)
    first_name: str = Field('', max_length=100)
    last_name: str = Field('', max_length=100)
    role: Role = 'user'


class MadeUser(User):
    """An account that was opened now."""

    password: str = Field(description='to sign in with: shown this once')


class UserChanges(BaseModel):
    """What to change of an account; what is left out stays as it is."""

    model_config = ConfigDict(extra='forbid')

    role: Role | None = Field(None, description='its sessions have it at once')
    is_active: bool | None = Field(
        None, description='false: close it, which ends its sessions and tokens; the data stay'
    )

    @model_validator(mode='after')
    def something(self) -> Self:
        """Check that it changes anything."""
        if self.role is None and self.is_active is None:
            raise ValueError('nothing to change: say role or is_active')
        return self


class MadePassword(BaseModel):
    """A password that was made now."""

    password: str = Field(description='to sign in with: shown this once')

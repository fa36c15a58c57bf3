"""Who asks, and what they may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from nanoos_plugins.storage.shares import Viewer

Scope = Literal['read', 'write', 'submit', 'admin']
Role = Literal['user', 'admin']

SCOPES: tuple[Scope, ...] = get_args(Scope)
#: What an account of a role may give to its sessions and tokens.
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    'user': frozenset({'read', 'write', 'submit'}),
    'admin': frozenset(SCOPES),
}


class NotAuthenticatedError(Exception):
    """Nobody is signed in by what was shown; the message does not say more than the one who asks may know."""


@dataclass(frozen=True)
class Caller:
    """Who asks: an AiiDA user by primary key and e-mail, with what they may do in this request.

    `session_id`: of a signed-in session, None for a personal token; `group_pk`: a token's restriction to the
    nodes of one group, None for none.
    """

    user_pk: int
    email: str
    scopes: frozenset[Scope]
    session_id: str | None = None
    group_pk: int | None = None

    @property
    def viewer(self) -> Viewer:
        """Return as whom statements over the graph are asked."""
        return Viewer(self.user_pk, self.group_pk)

    @property
    def is_admin(self) -> bool:
        """Return whether the caller administers the instance in this request."""
        return 'admin' in self.scopes


def check_scopes(scopes: Iterable[str], role: Role) -> frozenset[Scope]:
    """Return the scopes, those that an account of this role may give.

    :raises ValueError: for an unknown scope, none at all, or one that the role does not have.
    """
    asked = frozenset(scopes)
    unknown = sorted(asked - set(SCOPES))
    if unknown or not asked:
        raise ValueError(f'scopes: expected some of {", ".join(SCOPES)}, got {", ".join(unknown) or "none"}')
    beyond = sorted(asked - ROLE_SCOPES[role])
    if beyond:
        raise ValueError(f'scopes: an account with role {role} cannot give {", ".join(beyond)}')
    return frozenset(scope for scope in SCOPES if scope in asked)

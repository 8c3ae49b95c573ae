"""Who may do what: users with a role, people and scripts alike."""

from dataclasses import dataclass
from enum import StrEnum

from collector.domain.instants import Instant


class Role(StrEnum):
    """What a user may do; each role may also do what those before it may."""

    READER = "reader"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    def may(self, needed: "Role") -> bool:
        """Whether this role is enough where `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in, or could until `removed_at`: the author of what was changed.

    `token_start` is how a script's token begins; None for a person, who has a password.
    """

    name: str
    role: Role
    added_at: Instant
    added_by: str
    token_start: str | None = None
    removed_at: Instant | None = None
    removed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """What a user signs in with, as it is stored: an argon2id hash of the password, or a SHA-256
    of the token. Neither is in the repr."""

    user: User
    password_hash: str | None = None
    token_hash: str | None = None

    def __repr__(self) -> str:
        return f"Login({self.user!r})"

"""People: users are added and removed, and recognised by a password or a token."""

import hashlib
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from collector.domain.instants import Instant
from collector.domain.people import Login, Role, User
from collector.ports import PeopleStore

TOKEN_MARK = "dk_"  # noqa: S105 - what tokens begin with, so that one is recognised where it leaked
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1_000
LONGEST_NAME = 64

_TOKEN_BYTES = 32
_TOKEN_SHOWN = len(TOKEN_MARK) + 6
"""Characters of a token that are kept, to tell it from others: of 43 random ones, six."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with 19 MiB, as the OWASP Password Storage Cheat Sheet has it."""


def add_person(
    store: PeopleStore,
    name: str,
    role: Role,
    password: str,
    *,
    by: str,
    now: Instant,
    replace: bool = False,
) -> None:
    """Add somebody who signs in with a password; ValueError, one line, where that cannot be."""
    check_password(password)
    user = User(_checked(name), role, now, by)
    hashed = _HASHER.hash(_composed(password))
    store.add_user(Login(user, password_hash=hashed), replace=replace)


def add_script(
    store: PeopleStore,
    name: str,
    role: Role,
    *,
    by: str,
    now: Instant,
    replace: bool = False,
) -> str:
    """Add a script; the token that it signs in with, which is stored nowhere."""
    token = TOKEN_MARK + secrets.token_urlsafe(_TOKEN_BYTES)
    user = User(_checked(name), role, now, by, token_start=token[:_TOKEN_SHOWN])
    store.add_user(Login(user, token_hash=_token_hash(token)), replace=replace)
    return token


def check_password(password: str) -> None:
    """ValueError for a password that nobody should have."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"the password is too short: {SHORTEST_PASSWORD} characters at least")
    if len(password) > LONGEST_PASSWORD:
        raise ValueError(f"the password is too long: {LONGEST_PASSWORD} characters at most")


def by_token(store: PeopleStore, token: str) -> User | None:
    """The user whose token it is."""
    login = store.login_by_token(_token_hash(token))
    return login.user if login else None


def password_hash_of(login: Login | None) -> str:
    """What a password is to be held against; of nobody's and a script's one that no password
    has, so that they take as long as any other."""
    nobodys = _nobodys()  # made the first time, whoever it is that signs in
    return (login and login.password_hash) or nobodys


def matches(password_hash: str, password: str) -> bool:
    """Whether a password is the one. Takes 19 MiB and some 20 ms: call it in a thread."""
    try:
        return _HASHER.verify(password_hash, _composed(password))
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_bytes(_TOKEN_BYTES))


def _composed(password: str) -> str:
    """A password as it is hashed: an å is the same however a keyboard puts it together."""
    return unicodedata.normalize("NFC", password)


def _checked(name: str) -> str:
    """A user's name; no colon, which ends it in HTTP's basic authentication (RFC 7617)."""
    name = unicodedata.normalize("NFC", name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or set(name) & set(": "):
        raise ValueError(
            f"{name!r} is no name for a user: 1 to {LONGEST_NAME} characters, no space and no colon"
        )
    return name


def _token_hash(token: str) -> str:
    """SHA-256 is enough of a token, which nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()

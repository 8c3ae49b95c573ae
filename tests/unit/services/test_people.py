"""Passwords and tokens: what is stored of them, and who is let in."""

import pytest

from collector.domain.people import Login, Role
from collector.services.people import (
    add_person,
    add_script,
    by_token,
    check_password,
    matches,
    password_hash_of,
)

PASSWORD = "ett långt lösenord"


class Kept:
    """A PeopleStore of the last user that was added."""

    login: Login

    def add_user(self, login: Login, *, replace: bool = False) -> None:
        self.login = login

    def login_by_token(self, token_hash: str) -> Login | None:
        return self.login if self.login.token_hash == token_hash else None


@pytest.fixture
def store() -> Kept:
    return Kept()


def person(store: Kept, name: str = "eva", password: str = PASSWORD) -> None:
    add_person(store, name, Role.READER, password, by="root", now=1)  # type: ignore[arg-type]  # enough of one


def script(store: Kept) -> str:
    return add_script(store, "sync", Role.EDITOR, by="root", now=1)  # type: ignore[arg-type]  # enough of one


def test_a_role_may_what_those_before_it_may() -> None:
    may = {(mine, needed): mine.may(needed) for mine in Role for needed in Role}
    assert [pair for pair, allowed in may.items() if not allowed] == [
        (Role.READER, Role.EDITOR),
        (Role.READER, Role.ADMINISTRATOR),
        (Role.EDITOR, Role.ADMINISTRATOR),
    ]


def test_a_password_is_stored_as_argon2id_with_a_salt_of_its_own(store: Kept) -> None:
    person(store)
    first = store.login.password_hash
    person(store)
    assert first != store.login.password_hash
    assert first is not None
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(first, PASSWORD)
    assert not matches(first, PASSWORD.upper())
    assert first not in repr(store.login)


def test_nobodys_password_matches_nothing_at_the_same_cost(store: Kept) -> None:
    script(store)
    for nobody in (None, store.login):
        stored = password_hash_of(nobody)
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert not any(matches(stored, password) for password in ("", PASSWORD))


def test_a_token_is_recognised_by_how_it_begins_and_stored_as_a_digest(store: Kept) -> None:
    token = script(store)
    assert token.startswith("dk_")
    assert len(token) == 3 + 43
    assert store.login.user.token_start == token[:9]
    assert token not in str(vars(store))
    assert by_token(store, token) == store.login.user  # type: ignore[arg-type]  # enough of one
    assert by_token(store, token[:-1]) is None  # type: ignore[arg-type]  # enough of one
    assert script(store) != token


@pytest.mark.parametrize(
    ("password", "message"),
    [("", "too short"), ("elva tecken", "12 characters at least"), ("x" * 1001, "too long")],
)
def test_a_poor_password_is_refused(password: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_password(password)


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a\n", "\u200b", "x" * 65])
def test_a_name_that_cannot_be_sent_or_seen_is_refused(store: Kept, name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a user"):
        person(store, name)

"""Users and what they sign in with, over each database."""

import pytest
from sqlalchemy.exc import IntegrityError

from collector.domain.people import Login, Role, User
from collector.store import SqlStore

EVA = User("eva", Role.ADMINISTRATOR, 100, "root")
SCRIPT = User("script", Role.EDITOR, 200, "eva", token_start="dk_AbCdEf")


def test_a_user_is_found_by_name_and_a_script_by_its_token(store: SqlStore) -> None:
    eva, script = Login(EVA, password_hash="$argon2"), Login(SCRIPT, token_hash="5a")
    store.add_user(eva)
    store.add_user(script)
    assert store.login("eva") == eva
    assert store.login_by_token("5a") == store.login("script") == script
    assert store.login("Eva") is store.login_by_token("5A") is store.login_by_token("") is None
    assert store.users() == [EVA, SCRIPT]


def test_a_name_is_taken_once(store: SqlStore) -> None:
    store.add_user(Login(EVA))
    with pytest.raises(ValueError, match="there is a user 'eva' already"):
        store.add_user(Login(EVA))


def test_a_token_is_nobody_elses(store: SqlStore) -> None:
    store.add_user(Login(SCRIPT, token_hash="5a"))
    with pytest.raises(IntegrityError):
        store.add_user(Login(EVA, token_hash="5a"))
    assert store.users() == [SCRIPT]


def test_who_is_removed_signs_in_no_more_and_is_remembered(store: SqlStore) -> None:
    store.add_user(Login(SCRIPT, "$argon2", "5a"))
    store.remove_user("script", "eva", 300)
    assert store.login("script") is store.login_by_token("5a") is None
    (left,) = store.users()
    assert (left.role, left.added_by, left.removed_at, left.removed_by) == (
        Role.EDITOR,
        "eva",
        300,
        "eva",
    )
    with pytest.raises(KeyError):
        store.remove_user("script", "eva", 400)


def test_a_name_may_be_given_again_and_both_are_told_apart(store: SqlStore) -> None:
    store.add_user(Login(SCRIPT, token_hash="5a"))
    store.remove_user("script", "eva", 300)
    again = User("script", Role.READER, 400, "bo")
    store.add_user(Login(again, password_hash="$argon2"))
    assert [user.removed_at for user in store.users()] == [300, None]
    assert store.login("script") == Login(again, "$argon2")


def test_the_last_administrator_stays(store: SqlStore) -> None:
    store.add_user(Login(EVA))
    demoted = Login(User("eva", Role.EDITOR, 300, "eva"))
    with pytest.raises(ValueError, match="'eva' is the last administrator; add another one first"):
        store.remove_user("eva", "eva", 300)
    with pytest.raises(ValueError, match="last administrator"):
        store.add_user(demoted, replace=True)
    assert store.users() == [EVA]
    store.add_user(Login(User("bo", Role.ADMINISTRATOR, 300, "eva")))
    store.add_user(demoted, replace=True)
    with pytest.raises(ValueError, match="'bo' is the last administrator"):
        store.remove_user("bo", "eva", 400)


def test_who_is_replaced_has_the_new_password_and_role_alone(store: SqlStore) -> None:
    store.add_user(Login(EVA, password_hash="$old"))
    new = Login(User("eva", Role.ADMINISTRATOR, 300, "root"), password_hash="$new")
    store.add_user(new, replace=True)
    assert store.login("eva") == new
    assert [(user.added_at, user.removed_at) for user in store.users()] == [(100, 300), (300, None)]

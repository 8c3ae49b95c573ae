"""`driftkoll user`: adding, listing and removing those who may sign in."""

import io
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from support.agent import DRIFTKOLL
from support.command_line import CommandLine

PASSWORD = "ett långt lösenord"


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path, capsys)


def add(driftkoll: CommandLine, monkeypatch, name: str, *options: str, typed: str = PASSWORD):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    return driftkoll("user", "add", name, "--password-stdin", *options)


def test_a_person_is_added_with_a_password_from_standard_input(driftkoll, monkeypatch) -> None:
    said = add(driftkoll, monkeypatch, "eva", "--role", "administrator")
    assert (said.status, said.out, said.err) == (0, "eva: added as administrator\n", "")
    (user,) = driftkoll("user", "list", "--format", "json").json
    assert (user["name"], user["role"], user["token"], user["removed"]) == (
        "eva",
        "administrator",
        None,
        None,
    )


def test_a_token_is_shown_once_and_found_nowhere_else(driftkoll, tmp_path: Path) -> None:
    said = driftkoll("user", "add", "sync", "--role", "editor", "--token")
    assert said.status == 0
    assert re.fullmatch(r"dk_[\w-]{43}\n", said.out)
    token = said.out.strip()
    listed = driftkoll("user", "list")
    assert f"token {token[:9]}…" in listed.out
    assert token not in listed.out
    assert all(token.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_password_is_asked_for_twice_on_a_terminal(driftkoll) -> None:
    def typed(*lines: str) -> tuple[int, str]:
        command = [str(DRIFTKOLL), "user", "add", "eva", "--role", "reader"]
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*command, "-c", str(driftkoll.configuration)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = b""
        for prompt, line in zip((b"Password for eva: ", b"The same again: "), lines, strict=False):
            while not shown.endswith(prompt):
                shown += os.read(ours, 1024)
            os.write(ours, f"{line}\n".encode())
        try:
            while more := os.read(ours, 1024):
                shown += more
        except OSError:
            pass  # how Linux says that the other end is closed
        os.close(ours)
        return process.wait(timeout=30), shown.decode()

    status, shown = typed(PASSWORD, PASSWORD + "!")
    assert (status, "the two passwords differ; nothing was changed" in shown) == (2, True)
    status, shown = typed("kort")
    assert (status, "the password is too short: 12 characters at least" in shown) == (2, True)
    status, shown = typed(PASSWORD, PASSWORD)
    assert (status, "eva: added as reader" in shown) == (0, True)
    assert PASSWORD not in shown


def test_without_a_terminal_nothing_is_asked(driftkoll, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = driftkoll("user", "add", "eva", "--role", "reader")
    assert (said.status, said.err) == (
        2,
        "nobody can be asked here: give --password-stdin or --token\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "eva"], "missing option '--role'"),
        (["add", "eva", "--role", "editr"], "unknown role 'editr'; did you mean 'editor'?"),
        (["add", "e:va", "--role", "reader", "--token"], "'e:va' is no name for a user"),
        (["add", "eva", "--role", "reader", "--token", "--password-stdin"], "give one option"),
        (["remove", "ewa", "--yes"], "unknown user 'ewa'; did you mean 'eva'?"),
        (["remove", "eva", "--yes"], "'eva' is the last administrator; add another one first"),
        (["remove", "eva"], "nobody can be asked here: give --yes to do it without asking"),
        (["add", "eva", "--role", "reader", "--token"], "there is a user 'eva' already; --replace"),
        (["add", "eva", "--role", "reader", "--token", "--replace"], "the last administrator"),
    ],
)
def test_what_cannot_be_is_one_line(driftkoll, monkeypatch, arguments, message) -> None:
    add(driftkoll, monkeypatch, "eva", "--role", "administrator")
    said = driftkoll("user", *arguments)
    assert said.status == 2
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1
    assert [user["role"] for user in driftkoll("user", "list", "--format", "json").json] == [
        "administrator"
    ]


def test_who_is_removed_stays_in_the_list_of_those_who_were(driftkoll, monkeypatch) -> None:
    add(driftkoll, monkeypatch, "eva", "--role", "reader")
    assert driftkoll("user", "remove", "eva", "--yes").out == "eva: removed\n"
    assert driftkoll("user", "list").out == "Inga användare.\n"
    (was,) = driftkoll("user", "list", "--removed", "--format", "json").json
    assert was["removed"] >= was["added"]
    assert "Borttagen av" in driftkoll("user", "list", "--removed").out


def test_replacing_gives_another_role(driftkoll, monkeypatch) -> None:
    add(driftkoll, monkeypatch, "eva", "--role", "reader")
    add(driftkoll, monkeypatch, "eva", "--role", "editor", "--replace")
    (user,) = driftkoll("user", "list", "--format", "json").json
    assert user["role"] == "editor"

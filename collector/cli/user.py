"""`driftkoll user`: who may sign in over HTTP, people and scripts."""

import sys
from collections.abc import Iterable
from getpass import getpass
from typing import Annotated, Any

import typer

from collector.cli.asking import confirmed, who
from collector.cli.failures import RefusedError, unknown
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, Format, OutputFormat, Yes, choice, new_app
from collector.cli.output import Column, emit, emit_json, table
from collector.cli.storing import store_of
from collector.domain.people import Role, User
from collector.services.people import add_person, add_script, check_password
from exporters.json_text import time

app = new_app(help="Add, list and remove those who may sign in: people and scripts.")

_ROLES = "reader reads, editor also registers work and corrects, administrator may all"


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it stands beside what is done.")],
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            metavar="|".join(Role),
            help=f"What the user may do: {_ROLES}.",
            parser=choice(Role, "role"),
        ),
    ],
    config: ConfigFile = None,
    token: Annotated[
        bool,
        typer.Option("--token", help="A token for a script in place of a password; shown once."),
    ] = False,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password, a line, from standard input."),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Give a user that there is another role and password."),
    ] = False,
) -> None:
    """Add a user: a person with a password, which is asked for, or a script with a token.

    \b
    Examples:
      driftkoll user add -c driftkoll.yaml anna --role administrator
      driftkoll user add -c driftkoll.yaml change-calendar --role editor --token
    """
    work = opened(config)
    if token and password_stdin:
        raise RefusedError("a user signs in with a password or with a token: give one option")
    with store_of(work, create=True) as store:
        _refuse_taken(store.users(), name, replace)
        try:
            if token:
                made = add_script(store, name, role, by=who(), now=work.now, replace=replace)
            else:
                password = _piped() if password_stdin else _asked(name)
                add_person(store, name, role, password, by=who(), now=work.now, replace=replace)
        except ValueError as error:
            raise RefusedError(str(error)) from None
    if token:
        emit(made)
        print(
            "the token is not shown again; it is sent as: Authorization: Bearer …", file=sys.stderr
        )
    else:
        emit(f"{name}: added as {role}")


def _refuse_taken(users: Iterable[User], name: str, replace: bool) -> None:
    """Before a password is asked for in vain."""
    if not replace and any(user.name == name and user.removed_at is None for user in users):
        raise RefusedError(
            f"there is a user {name!r} already; --replace gives it this role and a new password"
        )


def _piped() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _asked(name: str) -> str:
    """A password typed twice."""
    if not sys.stdin.isatty():
        raise RefusedError("nobody can be asked here: give --password-stdin or --token")
    password = getpass(f"Password for {name}: ")
    check_password(password)
    if getpass("The same again: ") != password:
        raise RefusedError("the two passwords differ; nothing was changed")
    return password


@app.command("list")
def list_(
    config: ConfigFile = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Also those who were removed.")
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the users, what they may do and what they sign in with.

    Example: driftkoll user list -c driftkoll.yaml
    """
    work = opened(config)
    with store_of(work) as store:
        users = [user for user in store.users() if removed or user.removed_at is None]
    if output is Format.JSON:
        emit_json([_as_json(work, user) for user in users])
    else:
        emit(_table(work, users, removed))


def _as_json(work: Opened, user: User) -> dict[str, Any]:
    zone = work.settings.zone
    return {
        "name": user.name,
        "role": user.role.value,
        "token": user.token_start,
        "added": time(user.added_at, zone),
        "added_by": user.added_by,
        "removed": None if user.removed_at is None else time(user.removed_at, zone),
        "removed_by": user.removed_by,
    }


def _table(work: Opened, users: list[User], removed: bool) -> str:
    words, zone = work.words, work.settings.zone
    if not users:
        return words["no_users"]
    titles = ("user", "role", "signs_in_with", "added", "added_by", "removed", "removed_by")
    shown = titles if removed else titles[:5]
    rows = [
        (
            user.name,
            words[f"role.{user.role}"],
            f"{words['token']} {user.token_start}…" if user.token_start else words["password"],
            words.time(user.added_at, zone),
            user.added_by,
            "" if user.removed_at is None else words.time(user.removed_at, zone),
            user.removed_by or "",
        )[: len(shown)]
        for user in users
    ]
    return table([Column(words[title], wrap=10) for title in shown], rows)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    config: ConfigFile = None,
    yes: Yes = False,
) -> None:
    """Remove a user: from the next request on, nobody signs in with that password or token.

    What the user did keeps its author. The last administrator cannot be removed.

    Example: driftkoll user remove -c driftkoll.yaml anna
    """
    work = opened(config)
    with store_of(work) as store:
        present = {user.name for user in store.users() if user.removed_at is None}
        if name not in present:
            raise unknown("user", name, present)
        if not confirmed(f"Remove {name}?", yes):
            emit("nothing was changed")
            return
        try:
            store.remove_user(name, who(), work.now)
        except KeyError:
            raise unknown("user", name, present - {name}) from None
        except ValueError as error:
            raise RefusedError(str(error)) from None
    emit(f"{name}: removed")

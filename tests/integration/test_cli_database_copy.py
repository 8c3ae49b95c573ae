"""`driftkoll db copy`, and the other `db` commands on what it made."""

from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.command_line import CommandLine
from support.postgres import Postgres
from support.programs import program

from collector.store.holding import hold


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets("srv-1,server,laxa,192.0.2.3,,,")
    made.import_outages("srv-1,up,2025-10-01,2025-11-01,", "srv-1,down,2025-10-07,2025-10-08,")
    return made


def move(driftkoll: CommandLine, database: str) -> None:
    """Write another database into the configuration."""
    text = driftkoll.configuration.read_text("utf-8")
    lines = [database if line.startswith("database:") else line for line in text.splitlines()]
    driftkoll.write("driftkoll.yaml", lines)


def test_the_figures_are_the_same_after_the_move(
    driftkoll: CommandLine, postgres: Postgres
) -> None:
    before = driftkoll.figure("--period", "2025-10")
    driftkoll.write("where", [postgres.new_database()])
    said = driftkoll("db", "copy", "--to", "file:where")
    assert said.status == 0
    assert "targets: 1 rows copied\n" in said.err
    assert ["targets", "1", "1"] in [line.split() for line in said.out.splitlines()]
    *_, ok, line = said.out.splitlines()
    assert ok == "OK: the copy holds the same. To use it, write in the configuration:"
    assert line == "database: file:where"
    (driftkoll.folder / "driftkoll.db").unlink()
    move(driftkoll, line)
    assert driftkoll.figure("--period", "2025-10") == before
    assert driftkoll("db", "check").out == "OK: nothing found\n"


def test_what_was_moved_is_backed_up_and_restored(
    driftkoll: CommandLine, postgres: Postgres
) -> None:
    program("pg_dump")
    url = postgres.new_database()
    assert driftkoll("db", "copy", "--to", url).status == 0
    move(driftkoll, f"database: {url}")
    archive = driftkoll.folder / "copy.dump"
    assert driftkoll("db", "backup", archive).out == f"OK: {archive}\n"
    driftkoll.import_outages("srv-1,up,2025-11-01,2025-12-01,")
    assert driftkoll("db", "restore", archive, "--yes").out == f"OK: restored {archive}\n"
    assert driftkoll.figure("--period", "2025-11", "--target", "srv-1")["value"] is None
    driftkoll.import_outages("srv-1,up,2025-11-01,2025-12-01,")
    assert driftkoll.figure("--period", "2025-11", "--target", "srv-1")["value"] == 1


def test_a_variable_stands_for_the_password_and_nothing_shows_it(
    driftkoll: CommandLine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hemligt")
    url = make_url(postgres.new_database())
    before, after = url.render_as_string().split("@")
    written = f"{before}:${{DB_PASSWORD}}@{after}"
    said = driftkoll("db", "copy", "--to", written)
    assert (said.status, said.out.splitlines()[-1]) == (0, f"database: {written}")
    again = driftkoll("db", "copy", "--to", f"{before}:hemligt@{after}")
    assert again.status == 2
    assert again.err.endswith("the database is not empty; name one that is\n")
    assert "hemligt" not in said.out + said.err + again.out + again.err


def test_a_password_on_the_command_line_is_not_repeated(
    driftkoll: CommandLine, postgres: Postgres
) -> None:
    before, after = postgres.new_database().split("@")
    said = driftkoll("db", "copy", "--to", f"{before}:hem/l:igt@{after}")
    assert said.out.splitlines()[-1] == f"database: {before}:***@{after}"
    assert "igt" not in said.out + said.err


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("${NO_SUCH}", "--to: environment variable NO_SUCH is not set"),
        ("file:no", "--to: 'file:no' cannot be read: No such file or directory"),
        (
            "mysql://db/x",
            "--to: is no database; write sqlite:///FILE or "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        ),
    ],
)
def test_what_is_no_database_is_refused(driftkoll: CommandLine, to: str, said: str) -> None:
    answer = driftkoll("db", "copy", "--to", to)
    assert (answer.status, answer.out, answer.err) == (2, "", f"{said}\n")


def test_a_copy_beside_an_agent_is_refused(driftkoll: CommandLine) -> None:
    with hold(f"sqlite:///{driftkoll.folder}/driftkoll.db"):
        said = driftkoll("db", "copy", "--to", "sqlite:///other.db")
    assert (said.status, said.out) == (2, "")
    assert "polls into it, or copies it; stop that one first" in said.err
    assert not (driftkoll.folder / "other.db").exists()


def test_relative_paths_begin_at_the_configuration(driftkoll: CommandLine) -> None:
    assert driftkoll("db", "copy", "--to", "sqlite:///var/other.db").status == 0
    assert (driftkoll.folder / "var" / "other.db").exists()

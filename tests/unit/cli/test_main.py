"""How the command line is used wrongly, and what it says then."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from collector import __version__
from collector.cli import main
from collector.cli.failures import RefusedError, unknown
from collector.cli.lazy import COMMANDS
from collector.cli.main import ended_by
from collector.language import words


def refused(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says on standard error when it is refused; it prints nothing else."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stauts"], "unknown command 'stauts'; did you mean 'status'?"),
        (
            ["frobnicate"],
            f"unknown command 'frobnicate'; known are {', '.join(sorted(COMMANDS)[:12])} "
            f"and {len(COMMANDS) - 12} more",
        ),
        (["targets", "improt"], "no such command 'improt'. Did you mean 'import'?"),
        (["status", "--perid", "2026"], "no such option: --perid; did you mean '--period'?"),
        (["status", "--frobnicate"], "no such option: --frobnicate; did you mean '--format'?"),
        (["status", "--zzz"], "no such option: --zzz"),
        (["status", "-c"], "option '-c' requires an argument"),
        (["db", "backup", "-c", "x.yaml"], "missing argument 'FILE'"),
        (
            ["status", "-c", "x.yaml", "--format", "xml"],
            "unknown format 'xml'; known are json, table",
        ),
        (
            ["outages", "list", "-c", "x.yaml", "--kind", "serv"],
            "unknown kind 'serv'; did you mean 'server'?",
        ),
        ([], "missing command; driftkoll --help lists them"),
        (["status"], "no configuration: give -c FILE or set DRIFTKOLL_CONFIG"),
        (
            ["status", "-c", "nowhere.yaml"],
            "nowhere.yaml: cannot be read: No such file or directory",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_use_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(arguments, capsys) == f"{message}\n"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"driftkoll {__version__}\n"


def test_help_lists_every_command_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name, line in COMMANDS.items():
        assert f"  {name:<12}  {line}\n" in out


def test_help_imports_no_library_that_is_slow_to_load() -> None:
    code = (
        "import sys; from collector.cli import main; main(['--help']); "
        "print([n for n in ('sqlalchemy', 'pydantic', 'pysnmp', 'fastapi') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def commands() -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name in COMMANDS:
        command = get_command(import_module(f"collector.cli.{name.replace('-', '_')}").app)
        parts = getattr(command, "commands", None) or {"": command}
        found += [(f"{name} {part}".strip(), each) for part, each in parts.items()]
    return found


def test_every_command_has_an_example_of_itself() -> None:
    for name, command in commands():
        example = f"driftkoll {name} " + ("--" if name == "demo" else "-c ")
        assert example in (command.help or ""), name  # type: ignore[attr-defined]


def test_every_option_is_explained() -> None:
    for name, command in commands():
        for option in command.params:  # type: ignore[attr-defined]
            assert option.param_type_name == "argument" or option.help, (name, option.name)


def test_a_refusal_is_its_lines_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended_by(RefusedError("one", "two")) == 2
    assert capsys.readouterr().err == "one\ntwo\n"


def test_a_bug_is_one_line_without_what_may_be_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DRIFTKOLL_DEBUG", raising=False)
    with pytest.raises(KeyError) as raised:
        words("hunter2")
    assert ended_by(raised.value) == 3
    err = capsys.readouterr().err
    assert re.fullmatch(
        rf"a bug in Driftkoll {__version__}: KeyError in collector/language/words.py:\d+ "
        r"\(DRIFTKOLL_DEBUG=1 shows the traceback\)\n",
        err,
    )


def test_a_bug_shows_its_traceback_when_asked_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTKOLL_DEBUG", "1")
    with pytest.raises(ValueError, match="no number") as raised:
        int("no number")
    assert ended_by(raised.value) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "test_main.py" in err


def test_an_interrupt_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended_by(KeyboardInterrupt()) == 130
    assert ended_by(typer.Abort()) == 130  # type: ignore[arg-type]
    assert capsys.readouterr().err == ""


def test_a_reader_that_is_gone_ends_it_quietly(tmp_path: Path) -> None:
    configuration = tmp_path / "driftkoll.yaml"
    configuration.write_text("targets: []\n")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "collector.cli", "check-config", "-c", str(configuration)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)
    warning, _, rest = done.stderr.partition("\n")
    assert (done.returncode, rest) == (141, "")
    assert warning.startswith(f"warning: {configuration}:1: polling.sentinels: ")


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_configuration_is_named_before_or_after_the_command_or_in_the_environment(
    place: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DRIFTKOLL_CONFIG", "nowhere.yaml")
    file = tmp_path / "driftkoll.yaml"
    file.write_text("targets: []\n")
    if place == "environment":
        monkeypatch.setenv("DRIFTKOLL_CONFIG", str(file))
    before = ["--config", str(file)] if place == "before" else []
    after = ["-c", str(file)] if place == "after" else []
    assert main([*before, "check-config", *after]) == 0
    assert capsys.readouterr().out.startswith("OK: 0 targets, ")


def test_an_unknown_word_names_the_nearest_or_those_there_are() -> None:
    assert str(unknown("site", "laxå", ["laxa", "hallsberg"])) == (
        "unknown site 'laxå'; did you mean 'laxa'?"
    )
    assert str(unknown("site", "x", ["laxa", "hallsberg"])) == (
        "unknown site 'x'; known are hallsberg, laxa"
    )
    assert str(unknown("site", "x", [])) == "unknown site 'x'; there are none"
    many = [f"target-{n:02}" for n in range(20)]
    assert str(unknown("target", "x", many)).endswith("target-10, target-11 and 8 more")

"""The entry point: global options, and the one place where failures become exit statuses."""

import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from collector import __version__
from collector.cli.failures import A_BUG, WRONG_USE, RefusedError
from collector.cli.lazy import LazyGroup

INTERRUPTED = 130
READER_GONE = 141

app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"driftkoll {__version__}")
        raise typer.Exit


@app.callback(
    epilog="Exit status: 0 fine; 1 the answer is no (`poll` with a target down, `db check` and "
    "`cases check` with findings, `cases sync` with a source that cannot be read); 2 wrong use or "
    "configuration; 3 a bug in Driftkoll."
)
def driftkoll(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            metavar="FILE",
            help="The configuration; DRIFTKOLL_CONFIG where it is not given. "
            "May stand after the command too.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the traceback of a bug, as DRIFTKOLL_DEBUG=1 does."),
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Driftkoll polls an IT department's devices and services, keeps what it measured and works
    out the indicators that the board has decided targets for.

    A first try: driftkoll check-config -c driftkoll.yaml, then driftkoll run -c driftkoll.yaml.
    """
    ctx.obj = config
    if debug:
        os.environ["DRIFTKOLL_DEBUG"] = "1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    # A name that the terminal's encoding lacks must not end a command half-way.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = get_command(app).main(arguments, prog_name="driftkoll", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit:
        # Typer's own way out when the reader of the output is gone.
        return READER_GONE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - nothing else is left to do it
        return ended_by(error)
    return int(status or 0)


def ended_by(error: Exception | KeyboardInterrupt) -> int:
    """The exit status for what ended a command, after a line for each thing that is wrong."""
    if isinstance(error, RefusedError):
        return _say(WRONG_USE, *error.lines)
    if isinstance(error, TyperException):
        return _say(WRONG_USE, _usage(error))
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # What Python would still flush on its way out has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    if os.environ.get("DRIFTKOLL_DEBUG"):
        traceback.print_exception(error)
    # Not its text: that may hold anything, a password too.
    return _say(
        A_BUG,
        f"a bug in Driftkoll {__version__}: {type(error).__name__}{_place(error)} "
        "(DRIFTKOLL_DEBUG=1 shows the traceback)",
    )


def _place(error: BaseException) -> str:
    """Where in Driftkoll's own code it came up, as ` in collector/cli/main.py:80`."""
    own = Path(__file__).parents[2]
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = (
        f" in {Path(frame.filename).relative_to(own)}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).is_relative_to(own / "collector")
        or Path(frame.filename).is_relative_to(own / "exporters")
    )
    return next(places, "")


def _usage(error: TyperException) -> str:
    """A usage error as one line."""
    possible = getattr(error, "possibilities", None)
    text = error.message if possible else error.format_message()
    line = " ".join(text.split()).removesuffix(".")
    line = line[:1].lower() + line[1:]
    if line == "missing command":
        return f"{line}; driftkoll --help lists them"
    return f"{line}; did you mean {possible[0]!r}?" if possible else line


def _say(status: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return status

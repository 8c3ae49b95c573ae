"""`driftkoll demo`: the agent on a simulated organisation."""

import os
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.failures import RefusedError
from collector.cli.opening import refused
from collector.cli.options import new_app
from collector.cli.output import emit
from collector.cli.storing import refused_by_store
from collector.demo.run import Demo, DemoError
from collector.demo.run import run as run_demo
from collector.demo.texts import TEXTS
from collector.settings.model import as_listen
from exporters.web.server import ListenError

app = new_app()


def _language(text: str) -> str:
    if text not in TEXTS:
        raise RefusedError(f"unknown language {text!r}; known are {', '.join(TEXTS)}")
    return text


def _address(text: str) -> tuple[str, int]:
    try:
        return as_listen(text)
    except ValueError as error:
        raise RefusedError(f"--listen {error}") from None


@app.command()
def demo(
    months: Annotated[
        int, typer.Option("--months", min=1, max=60, help="Months of made-up history.")
    ] = 14,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to serve.")
    ] = "127.0.0.1:9780",
    language: Annotated[
        str, typer.Option("--language", metavar="sv|en", help="The language.", parser=_language)
    ] = "sv",
    folder: Annotated[
        Path, typer.Option("--folder", help="Where configuration, database and log are written.")
    ] = Path("var/demo"),
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew instead of going on with the last demo.")
    ] = False,
) -> None:
    """Run the agent on a simulated organisation, with faults that come and go and a history.

    Everything is made up, runs on loopback and needs no rights. Ctrl-C ends it.

    Example: driftkoll demo --listen 127.0.0.1:9781
    """
    wanted = Demo(
        folder=folder,
        months=months,
        listen=_address(listen),
        language=language,
        texts=TEXTS[language],
        fresh=fresh,
        command=_command(),
        say=_say,
    )
    try:
        with refused(), refused_by_store():
            status = run_demo(wanted)
    except (DemoError, ListenError) as error:
        raise RefusedError(str(error)) from None
    raise typer.Exit(status)


def _say(text: str) -> None:
    # Where nobody reads any more, the demo finds that out for itself and ends.
    with suppress(OSError):
        emit(text)


def _command() -> str:
    """How the user can call driftkoll from the same folder."""
    if script := os.environ.get("DRIFTKOLL_COMMAND"):
        return shlex.quote(script)
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{sys.executable} -m collector.cli"
    if shutil.which(called.name) == str(called):
        return called.name
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)

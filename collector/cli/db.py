"""`driftkoll db`: looking after the database."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from collector.cli.asking import confirmed
from collector.cli.failures import RefusedError
from collector.cli.opening import opened
from collector.cli.options import ConfigFile, Format, OutputFormat, Yes, new_app
from collector.cli.output import Column, emit, emit_json, table
from collector.cli.storing import refused_by_store, store_of
from collector.settings.database import database_url
from collector.settings.errors import ConfigurationError
from collector.store import restore as restore_database
from collector.store import upgrade as upgrade_database
from collector.store.transferring import Report, transfer
from exporters.json_text import time

_LITERAL_PASSWORD = re.compile(r"(?<=:)(?!//|\$\{[^}]*\}@)[^@]*(?=@)")
"""The password in a URL, unless it is a variable that stands for one."""

app = new_app(help="Upgrade, check, back up, restore and copy the database.")


@app.command()
def upgrade(config: ConfigFile = None) -> None:
    """Bring the database to this version's schema; make it if there is none.

    An older SQLite file is copied beside itself first. Back up a PostgreSQL database yourself.

    Example: driftkoll db upgrade -c driftkoll.yaml
    """
    work = opened(config)
    with refused_by_store():
        upgrade_database(work.settings.database)
    emit("OK: the database has this version's schema")


@app.command()
def check(config: ConfigFile = None, output: OutputFormat = Format.TABLE) -> None:
    """Look for damage and contradictions in the database; exit status 1 with findings.

    It reads everything, and may run beside the agent.

    Example: driftkoll db check -c driftkoll.yaml
    """
    work = opened(config)
    with store_of(work) as store:
        findings = store.check()
    if output is Format.JSON:
        emit_json([{"what": each.what, "remedy": each.remedy} for each in findings])
    else:
        emit(*([f"{each.what} ({each.remedy})" for each in findings] or ["OK: nothing found"]))
    if findings:
        raise typer.Exit(1)


@app.command()
def purges(config: ConfigFile = None, output: OutputFormat = Format.TABLE) -> None:
    """List what was deleted because the time that `retention` sets for it was over.

    Example: driftkoll db purges -c driftkoll.yaml
    """
    work = opened(config)
    words, zone = work.words, work.settings.zone
    with store_of(work) as store:
        purged = store.purges()
    if output is Format.JSON:
        emit_json(
            [
                {
                    "at": time(each.at, zone),
                    "what": each.what,
                    "before": time(each.before, zone),
                    "rows": each.rows,
                }
                for each in purged
            ]
        )
        return
    columns = [
        Column(words["purged_at"]),
        Column(words["purged_what"]),
        Column(words["purged_before"]),
        Column(words["purged_rows"], "right"),
    ]
    rows = [
        (
            words.time(each.at, zone),
            words[f"purged.{each.what}"],
            words.time(each.before, zone),
            words.number(each.rows),
        )
        for each in purged
    ]
    emit(table(columns, rows) if rows else words["no_purges"])


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Must not exist.")],
    config: ConfigFile = None,
) -> None:
    """Write a consistent copy of the database while the agent runs.

    Example: driftkoll db backup -c driftkoll.yaml /backup/driftkoll-2026-10-01.db
    """
    work = opened(config)
    with store_of(work) as store:
        store.backup(file)
    emit(f"OK: {file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    config: ConfigFile = None,
    yes: Yes = False,
) -> None:
    """Put a backup in the database's place; the agent must be stopped.

    What a SQLite database held is kept beside it, as NAME.replaced.

    Example: driftkoll db restore -c driftkoll.yaml /backup/driftkoll-2026-10-01.db
    """
    work = opened(config)
    if not confirmed(f"Replace the database with {file}?", yes):
        emit("nothing was changed")
        return
    with refused_by_store():
        restore_database(work.settings.database, file, work.now)
    emit(f"OK: restored {file}")


@app.command()
def copy(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            help="The other database, written as `database` in the configuration: "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:///FILE, with ${VARIABLE} in "
            "it, or file:PATH that holds it.",
        ),
    ],
    config: ConfigFile = None,
) -> None:
    """Copy everything into another, empty database: from SQLite to PostgreSQL, or back.

    The agent must be stopped. The copy is read and held against the original before it counts;
    until then, and where anything fails, the other database stays as it was. The configured
    database is only read, and is still the one in use until the configuration names the other.

    A password belongs in a variable or a file, not on the command line, where others can see it.

    \b
    Examples:
      driftkoll db copy -c driftkoll.yaml --to file:/etc/driftkoll/database
      driftkoll db copy -c driftkoll.yaml --to 'postgresql+psycopg://drift:${DB_PASSWORD}@db/drift'
    """
    work = opened(config)
    try:
        url = database_url(to, work.settings.path, os.environ)
    except ConfigurationError as error:
        raise RefusedError(*(f"--to: {problem}" for problem in error.problems)) from None
    with refused_by_store(), _progress() as report:
        rows = transfer(work.settings.database, url, report)
    emit(
        table(
            [Column("Table"), Column("Rows", "right"), Column("In the copy", "right")],
            [(name, str(count), str(count)) for name, count in rows.items()],
        ),
        "OK: the copy holds the same. To use it, write in the configuration:",
        f"database: {_LITERAL_PASSWORD.sub('***', to)}",
    )


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar for each table on a terminal, else a line for each on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:

        def line(doing: str, done: int, total: int | None) -> None:
            if done == total:
                print(f"{doing}: {total} rows copied", file=sys.stderr, flush=True)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks = {}

        def advance(doing: str, done: int, total: int | None) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing, total=total)
            bars.update(tasks[doing], completed=done)

        yield advance

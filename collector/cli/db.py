"""`driftkoll db`: looking after the database."""

from pathlib import Path
from typing import Annotated

import typer

from collector.cli.asking import confirmed
from collector.cli.opening import opened
from collector.cli.options import ConfigFile, Format, OutputFormat, Yes, new_app
from collector.cli.output import emit, emit_json
from collector.cli.storing import refused_by_store, store_of
from collector.store import restore as restore_database
from collector.store import upgrade as upgrade_database

app = new_app(help="Upgrade, check, back up and restore the database.")


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

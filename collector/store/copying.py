"""Copies of the database: backup while the agent runs, restore while it does not."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import URL

from collector.domain.instants import SECOND, Instant
from collector.ports import StoreUnavailable
from collector.store.engine import Database, StoreError, parse, sqlite_path
from collector.store.schema import HEAD, runs

PAGES = 2_000
"""Pages copied at a time: 8 MB, between which other threads run."""

ALIVE = 30 * SECOND
"""An agent with a younger sign of life than this counts as running."""


class Copying(Database):
    """AdministrationStore.backup."""

    def backup(self, to: Path) -> None:
        """A consistent copy while the agent runs; StoreError where it cannot be made.

        SQLite: a file as the database itself. PostgreSQL: an archive of pg_dump's own format.
        """
        if to.exists():
            raise StoreError(f"{to} exists already; name another file")
        part = to.with_name(f"{to.name}.part")
        path = sqlite_path(self.url)
        try:
            if path is not None:
                copy_sqlite(path, part)
            else:
                _tool("pg_dump", self.url, "--format=custom", f"--file={part}")
            part.replace(to)
        except OSError as error:
            raise StoreError(f"{to}: cannot write the copy: {error.strerror}") from error
        finally:
            _remove(part)


def restore(url: str, file: Path, now: Instant) -> None:
    """Put a backup in the database's place; StoreError while an agent runs or for a bad file.

    SQLite: what was there is kept beside it as NAME.replaced.
    """
    parsed = parse(url)
    _refuse_beside_agent(parsed, now)
    if not file.is_file():
        raise StoreError(f"{file}: there is no such file")
    path = sqlite_path(parsed)
    if path is None:
        # One transaction: it is restored whole or left as it was.
        _tool("pg_restore", parsed, "--clean", "--if-exists", "--no-owner", "-1", str(file))
        return
    _verify(file)
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy_sqlite(file, part)
        for suffix in ("", "-wal", "-shm"):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.replace(path.with_name(f"{path.name}.replaced{suffix}"))
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot restore: {error.strerror}") from error
    finally:
        _remove(part)


def copy_sqlite(source: Path, to: Path) -> None:
    """Copy a database that may be in use, consistently and onto the disk, over what is there."""
    to.unlink(missing_ok=True)
    name = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(name, uri=True, isolation_level=None)) as origin,
            closing(sqlite3.connect(to, isolation_level=None)) as copy,
        ):
            # A view of its own: else each write of the agent would begin the copy anew.
            origin.execute("BEGIN")
            origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
            origin.backup(copy, pages=PAGES, sleep=0)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        _remove(to)
        raise StoreError(f"{source}: cannot be copied to {to}: {error}") from error
    with to.open("rb+") as written:
        os.fsync(written.fileno())


def _remove(file: Path) -> None:
    with suppress(OSError):  # what was in the way of writing it is in the way of this too
        file.unlink()


def _verify(file: Path) -> None:
    try:
        name = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(name, uri=True)) as connection:
            state = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{file}: is no backup of Driftkoll: {error}") from error
    if state != "ok":
        raise StoreError(f"{file}: the backup is damaged: {state}; take another one")
    if schema > HEAD:
        raise StoreError(
            f"{file}: the backup is of a newer Driftkoll (schema {schema}); install that version"
        )


def _refuse_beside_agent(url: URL, now: Instant) -> None:
    database = Database(url)
    try:
        with database.reading() as connection:
            run = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).first()
    except StoreUnavailable:
        return  # gone or damaged: the reason to restore
    finally:
        database.close()
    if run is not None and run.stopped is None and abs(now - run.last_at) < ALIVE:
        raise StoreError(
            f"an agent is using the database (last sign of life {(now - run.last_at) // SECOND} s "
            "ago); stop it first"
        )


def _tool(name: str, url: URL, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise StoreError(f"{name} is not installed; install postgresql-client")
    plain = url.set(drivername="postgresql", password=None)
    secret = {"PGPASSWORD": url.password} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's, the arguments our own
        [program, f"--dbname={plain.render_as_string(hide_password=False)}", *arguments],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StoreError(f"{name}: {done.stderr.strip().splitlines()[0]}")

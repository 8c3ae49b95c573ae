"""Connections to SQLite and PostgreSQL, their transactions, and what their errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from collector.ports import StoreUnavailable

BUSY_TIMEOUT_MS = 4_000
"""How long a writer waits for another one before the database counts as unavailable."""

WRITER_LOCK = 0x64_72_69_66_74
"""PostgreSQL's advisory lock that lets one writer in at a time, as SQLite does."""

_UNAVAILABLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


class StoreError(Exception):
    """The store cannot be used as it is: one line that says why and what to do."""


def parse(url: str) -> URL:
    """The URL of a supported database; StoreError for any other, never showing a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "database: not a database URL; write sqlite:///file.db or postgresql+psycopg://…"
        ) from None
    file_given = parsed.database not in {None, "", ":memory:"} and not parsed.query
    if parsed.drivername == "sqlite" and file_given:
        return parsed
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        if find_spec("psycopg") is None:
            raise StoreError("database: PostgreSQL needs psycopg; install driftkoll[postgres]")
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(
        f"database: {parsed.render_as_string()} is not supported; "
        "write sqlite:///file.db or postgresql+psycopg://…"
    )


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(str(url.database)) if url.drivername == "sqlite" else None


def make_engine(url: URL) -> Engine:
    """An engine whose connections never create a database file and whose errors are translated."""
    path = sqlite_path(url)
    engine = _postgresql(url) if path is None else _sqlite(path)
    event.listen(engine, "handle_error", _translate)
    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        paramstyle="format",  # positional, as the hot path hands over tuples
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={BUSY_TIMEOUT_MS}",
            "tcp_user_timeout": 10_000,
        },
        max_overflow=-1,
    )

    @event.listens_for(engine, "begin")
    def one_writer(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))

    return engine


def _sqlite(path: Path) -> Engine:
    name = f"file:{quote(str(path.absolute()))}"
    engine = create_engine(
        URL.create("sqlite", database=name, query={"mode": "rw", "uri": "true"}),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        poolclass=QueuePool,
        max_overflow=-1,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says
        record.info["file"] = _identity(path)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # NORMAL may lose the last commits in a power cut
            "foreign_keys = ON",
            "secure_delete = OFF",
            "journal_size_limit = 67108864",
            "cache_size = -16384",  # a year's intervals fit; the default reads them anew each time
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        # SQLite goes on writing to a file that was deleted or replaced, and it would be lost.
        if record.info["file"] != _identity(path):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _translate(context: ExceptionContext) -> None:
    reason = unavailable(context.original_exception)
    if reason is not None:
        raise StoreUnavailable(reason) from context.original_exception


def unavailable(error: BaseException) -> str | None:
    """Why the database cannot be reached or written to just now; None for any other error."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return str(error) if code is not None and code & 0xFF in _UNAVAILABLE else None
    if find_spec("psycopg") is None:
        return None
    import psycopg  # noqa: PLC0415 - an extra that SQLite's users need not install

    if isinstance(
        error,
        psycopg.OperationalError
        | psycopg.InterfaceError
        | psycopg.errors.ReadOnlySqlTransaction
        | psycopg.errors.InsufficientPrivilege,
    ):
        return str(error).strip().partition("\n")[0]
    return None


class Database:
    """Transactions on one engine; safe to share between threads, each takes its own connection."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = engine = make_engine(url)
        self._write_engine = engine.execution_options(writes=True)
        self._read_engine = (
            engine
            if engine.dialect.name == "sqlite"
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, which blocks no writer."""
        with self._read_engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction with the right to write from its start; no other writer is in it."""
        with self._write_engine.begin() as connection:
            yield connection

    def insert(self, table: Table) -> Any:
        """The dialect's insert, which knows ON CONFLICT (sqlite.Insert or postgresql.Insert)."""
        module = sqlite if self.engine.dialect.name == "sqlite" else postgresql
        return module.insert(table)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

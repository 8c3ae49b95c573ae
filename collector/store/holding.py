"""One at a time: two agents that poll into one database would count everything twice."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from collector.ports import StoreUnavailable
from collector.store.engine import StoreError, make_engine, parse, sqlite_path

log = logging.getLogger(__name__)

_AGENT_LOCK = 0x64_72_69_66_75

_TAKE = text(
    "SELECT CASE WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = :high AND objid = :low AND objsubid = 1)"
    " THEN true ELSE pg_try_advisory_lock(:lock) END"
).bindparams(lock=_AGENT_LOCK, high=_AGENT_LOCK >> 32, low=_AGENT_LOCK & 0xFFFFFFFF)
"""Takes the lock unless this session has it already."""

LOOK_AGAIN = 5.0
"""Seconds between two looks at whether PostgreSQL still knows that it is held."""


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Hold a database for one agent, or a copy of it; StoreError where another one has it.

    The lock goes with the process, however it ends.
    """
    parsed = parse(url)
    path = sqlite_path(parsed)
    with _locked_server(parsed) if path is None else _locked_file(path):
        yield


@contextmanager
def _locked_server(url: URL) -> Iterator[None]:
    engine = make_engine(url)
    try:
        connection = engine.connect()
        if not _taken(connection):
            connection.close()
            raise _in_use("another agent")
        ended = threading.Event()
        keeper = threading.Thread(target=_keep, args=(connection, ended), name="hold", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join(1)
    finally:
        engine.dispose()


def _taken(connection: Connection) -> bool:
    taken = connection.scalar(_TAKE)
    connection.commit()
    return bool(taken)


def _keep(connection: Connection, ended: threading.Event) -> None:
    """The lock goes with the session, and that with the server: take it again when it is back."""
    with connection:
        while not ended.wait(LOOK_AGAIN):
            try:
                if not _taken(connection):
                    log.error("another agent polls into the database; stop one of them")
            except StoreUnavailable:
                connection.rollback()  # the next look connects anew


@contextmanager
def _locked_file(database: Path) -> Iterator[None]:
    path = database.with_name(f"{database.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}; check the rights") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _in_use(f"another process ({file.read().strip() or 'unknown'})") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _in_use(by: str) -> StoreError:
    return StoreError(f"database: {by} polls into it, or copies it; stop that one first")

"""One agent at a time: two that poll into one database would count everything twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from collector.store.engine import StoreError, make_engine, parse, sqlite_path

_AGENT_LOCK = 0x64_72_69_66_75


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Hold a database for one agent; StoreError where another one polls into it.

    The lock goes with the process, however it ends.
    """
    parsed = parse(url)
    path = sqlite_path(parsed)
    if path is not None:
        with _locked_file(path.with_name(f"{path.name}.lock")):
            yield
        return
    engine = make_engine(parsed)
    try:
        with engine.connect() as connection:
            taken = connection.scalar(text(f"SELECT pg_try_advisory_lock({_AGENT_LOCK})"))
            connection.commit()
            if not taken:
                raise StoreError("database: another agent polls into it; stop that one first")
            yield
    finally:
        engine.dispose()


@contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise StoreError(
                f"database: another agent (process {other}) polls into it; stop that one first"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield

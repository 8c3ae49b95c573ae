"""A real PostgreSQL server in a directory of its own, reached by a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import pytest

USER = "driftkoll"


def server_program(name: str) -> str:
    """A program of the server, which Debian keeps out of PATH; skips the test without it."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    if found is None:
        pytest.skip("postgresql is not installed")
    return found


class Postgres:
    """Run by an unprivileged user, as the server refuses to be root."""

    def __init__(self) -> None:
        self._initdb, self._pg_ctl = server_program("initdb"), server_program("pg_ctl")
        self.directory = Path(tempfile.mkdtemp(prefix="pg"))
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("nobody")
            os.chown(self.directory, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._names = count()
        options = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self._run([self._initdb, "-D", str(self._data), *options])

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def start(self) -> "Postgres":
        """Start it and wait until it answers."""
        options = f"-k {self.directory} -c listen_addresses='' -c fsync=off"
        log = str(self.directory / "log")
        self._run([self._pg_ctl, "start", "-w", "-D", str(self._data), "-l", log, "-o", options])
        return self

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._run([self._pg_ctl, "stop", "-w", "-m", "immediate", "-D", str(self._data)])

    def close(self) -> None:
        """Stop it and take its files away."""
        self.stop()
        shutil.rmtree(self.directory)

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database of one's own, empty or as the database `template` is."""
        name = f"test{next(self._names)}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://{USER}@/{name}?host={self.directory}"

    def psql(self, statement: str) -> None:
        """Run a statement as the server's owner."""
        psql = server_program("psql")
        host = ["-h", str(self.directory), "-U", USER, "-d", "postgres"]
        self._run([psql, "-q", *host, "-c", statement])

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._as,  # type: ignore[call-overload]  # user and group, where this is root
        )
        assert done.returncode == 0, f"{command[0]}: {done.stderr}"

"""The contract suite runs over each database that the store can live in."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.postgres import Postgres

from collector.store import SqlStore, open_store


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of the session."""
    if find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    server = Postgres()
    server.start()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/driftkoll.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(url, create=True)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite database may be."""
    return tmp_path / "driftkoll.db"

"""The contract suite runs over each database that the store can live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.postgres import Postgres

from collector.store import SqlStore, open_store, upgrade


@pytest.fixture(scope="session")
def filled(postgres: Postgres) -> str:
    """The name of a PostgreSQL database that has the schema and nothing in it."""
    url = postgres.new_database()
    open_store(url, create=True).close()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database may be made; there is none, or an empty one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/driftkoll.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema and nothing in it."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path}/driftkoll.db"
        upgrade(made)
        return made
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(request.getfixturevalue("filled"))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite database with the schema and nothing in it."""
    upgrade(f"sqlite:///{tmp_path}/driftkoll.db")
    return tmp_path / "driftkoll.db"

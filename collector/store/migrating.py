"""The schema's versions: which one a database has, and the way to another."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Text, column, inspect, select, table
from sqlalchemy.engine import URL

from collector.store.copying import copy_sqlite
from collector.store.engine import Database, StoreError, parse, sqlite_path
from collector.store.schema import HEAD

UPGRADE = "run: driftkoll db upgrade"
VERSIONS = table("alembic_version", column("version_num", Text))


def upgrade(url: str) -> None:
    """Make the database if there is none, and bring its schema to this version's.

    An older SQLite file is copied beside itself first. StoreError for a schema of a newer version.
    """
    parsed = parse(url)
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        create_sqlite(path)
    database = Database(parsed)
    try:
        found = schema_of(database)
        _refuse_newer(parsed, found)
        if path is not None and found is not None and found < HEAD:
            copy_sqlite(path, path.with_name(f"{path.name}.before-{HEAD}"))
        migrate(database, HEAD)
    finally:
        database.close()


def prepare(url: str, *, create: bool) -> None:
    """See to it that a database of this version's schema is there; StoreError with the remedy.

    With `create` an empty one is filled, and an older SQLite file is copied and upgraded; an older
    PostgreSQL database is left to a person, since there is no copy of it.
    """
    parsed = parse(url)
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        if not create:
            raise StoreError(f"{words(parsed)}: there is no database; {UPGRADE}")
        upgrade(url)
        return
    database = Database(parsed)
    try:
        found = schema_of(database)
    finally:
        database.close()
    _refuse_newer(parsed, found)
    if found == HEAD:
        return
    if create and (found is None or path is not None):
        upgrade(url)
    elif found is None:
        raise StoreError(f"{words(parsed)}: the database is empty; {UPGRADE}")
    else:
        raise StoreError(
            f"{words(parsed)}: the schema is {found}, this version needs {HEAD}; "
            f"back it up and {UPGRADE}"
        )


def schema_of(database: Database) -> str | None:
    """The revision of the schema; None where there is no table; StoreError where the tables are
    somebody else's."""
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
        found = _current(connection)
    if tables and found is None and tables != [VERSIONS.name]:
        raise StoreError(
            f"{words(database.url)}: this database holds other tables; name one of its own"
        )
    return found


def _refuse_newer(url: URL, found: str | None) -> None:
    if found is not None and found > HEAD:
        raise StoreError(
            f"{words(url)}: the schema {found} is of a newer Driftkoll, this one knows {HEAD}; "
            "install that version, or restore a backup from before: driftkoll db restore FILE"
        )


def migrate(database: Database, revision: str) -> None:
    """Take the schema to a revision ("base" is an empty database), all of it or nothing."""
    with database.writing() as connection:
        migrate_on(connection, revision)


def migrate_on(connection: Connection, revision: str) -> None:
    """As `migrate`, within a transaction that the caller commits."""
    # Alembic is 10 MB of memory that an agent with an up-to-date schema does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if revision == "base" or revision < (_current(connection) or ""):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSIONS.name):
        return None
    return connection.scalar(select(VERSIONS.c.version_num))


def create_sqlite(path: Path) -> None:
    """Make a file, with its folder, that is an empty database laid out as the store needs it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            # Only an empty file can be told this, and only a table makes it stick.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
    except (OSError, sqlite3.OperationalError) as error:
        raise StoreError(f"{path}: cannot make the database: {error}; check the rights") from error


def words(url: URL) -> str:
    """A database's name in what is said of it: a file, or a URL without its password."""
    return str(sqlite_path(url) or url.render_as_string())

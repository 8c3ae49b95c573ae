"""Making, opening, upgrading and refusing databases."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, make_url, text
from sqlalchemy.sql.schema import SchemaItem
from support.stored import filled_store, registered

import collector.store
from collector.store import SqlStore, StoreError, open_store, upgrade
from collector.store.engine import Database, parse
from collector.store.migrating import migrate
from collector.store.schema import HEAD, metadata


def tables(url: str) -> set[str]:
    database = Database(parse(url))
    with database.reading() as connection:
        found = set(inspect(connection).get_table_names())
    database.close()
    return found


def set_version(url: str, version: str) -> None:
    database = Database(parse(url))
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    database.close()


def test_the_agent_makes_its_database(url: str) -> None:
    store = open_store(url, create=True)
    registered(store, "a")
    store.close()
    again = open_store(url)
    assert [record.name for record in again.targets()] == ["a"]
    again.close()


def test_a_command_makes_no_database(url: str) -> None:
    with pytest.raises(StoreError, match=r"run: driftkoll db upgrade$"):
        open_store(url)
    path = make_url(url).database
    assert not url.startswith("sqlite") or not Path(str(path)).exists()


def test_the_migrations_make_what_the_code_expects(store_url: str) -> None:
    database = Database(parse(store_url))
    with database.reading() as connection:
        dialect = connection.dialect.name

        def meant(thing: SchemaItem, *_: object) -> bool:
            return thing.info.get("only", dialect) == dialect

        context = MigrationContext.configure(connection, opts={"include_object": meant})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_file_is_laid_out_as_the_code_expects(file: Path, tmp_path: Path) -> None:
    # What Alembic does not compare: clustering, the order of keys, partial indexes.
    by_code = tmp_path / "by_code.db"
    by_code.touch()
    database = Database(parse(f"sqlite:///{by_code}"))
    metadata.create_all(database.engine)
    database.close()
    assert layout(file) == layout(by_code)


def layout(file: Path) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name != 'alembic_version'"
    with closing(sqlite3.connect(file)) as connection:
        return {name: " ".join(sql.split()) for name, sql in connection.execute(query)}


def migrations() -> ScriptDirectory:
    config = Config()
    folder = Path(collector.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert migrations().get_heads() == [HEAD]


def contents(database: Database) -> dict[str, dict[str, list[object]]]:
    """For each table that there is its columns, each with its values in the rows' order."""
    found = MetaData()
    with database.reading() as connection:
        found.reflect(connection)
        return {
            table.name: {it.name: [row[it.name] for row in rows] for it in table.columns}
            for table in found.sorted_tables
            for rows in [
                connection.execute(table.select().order_by(*table.primary_key)).mappings().all()
            ]
            if table.name != "alembic_version"
        }


def common(
    one: dict[str, dict[str, list[object]]], other: dict[str, dict[str, list[object]]]
) -> object:
    """Of the one what the other has a place for."""
    return {
        table: {column: values for column, values in columns.items() if column in other[table]}
        for table, columns in one.items()
        if table in other
    }


def test_a_store_with_data_goes_down_and_up_again(store: SqlStore, store_url: str) -> None:
    filled_store(store)
    full = contents(store)
    assert full.keys() == metadata.tables.keys()
    assert [table for table, columns in full.items() if not all(columns.values())] == []
    older = [script.revision for script in migrations().walk_revisions()][1:]
    for revision in [*older, "base"]:
        before = contents(store)
        migrate(store, revision)
        between = contents(store)
        upgrade(store_url)
        after = contents(store)
        kept = common(before, between)
        assert common(after, between) == common(between, after) == common(kept, after)
        assert store.check() == []
    assert between == {}  # what the first migration made is gone at its beginning
    (again,) = registered(store, "b")
    assert again == 1


def test_upgrading_twice_changes_nothing(store_url: str) -> None:
    store = open_store(store_url)
    registered(store, "a")
    upgrade(store_url)
    assert [record.name for record in store.targets()] == ["a"]
    store.close()


def test_a_schema_of_a_newer_version_is_refused(store_url: str) -> None:
    set_version(store_url, "9999")
    for use in (open_store, upgrade):
        with pytest.raises(StoreError, match="9999 is of a newer Driftkoll"):
            use(store_url)


def test_a_command_does_not_use_an_older_schema(store_url: str) -> None:
    set_version(store_url, "0000")
    with pytest.raises(StoreError, match=f"schema is 0000, this version needs {HEAD}"):
        open_store(store_url)


def test_other_peoples_tables_are_left_alone(url: str) -> None:
    database = Database(parse(url))
    if url.startswith("sqlite"):
        path = Path(str(make_url(url).database))
        path.parent.mkdir()
        path.touch()
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    database.close()
    with pytest.raises(StoreError, match="holds other tables"):
        open_store(url, create=True)
    assert tables(url) == {"invoices"}


def test_an_older_file_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "driftkoll.db"
    url = f"sqlite:///{file}"
    upgrade(url)
    database = Database(parse(url))
    migrate(database, "base")
    with database.writing() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
    database.close()
    with pytest.raises(Exception, match="0000"):
        open_store(url, create=True)  # no such revision to go on from; the copy comes first
    with closing(sqlite3.connect(tmp_path / f"driftkoll.db.before-{HEAD}")) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("0000",)]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("driftkoll.db", "not a database URL"),
        ("sqlite://", r"sqlite:// is not supported; write sqlite:///file.db or postgresql"),
        ("sqlite:///x.db?mode=ro", r"sqlite:///x.db\?mode=ro is not supported"),
        ("mysql://drift:hemligt@db/x", r"mysql://drift:\*\*\*@db/x is not supported"),
    ],
)
def test_what_is_no_supported_database_is_said_in_one_line(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as refused:
        open_store(url, create=True)
    assert "hemligt" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_place_that_cannot_be_written_to_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot make the database: .*; check the rights"):
        open_store(f"sqlite:///{tmp_path}/file/driftkoll.db", create=True)

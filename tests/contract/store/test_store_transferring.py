"""The whole store into another database, or nothing of it."""

from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from support.postgres import USER, Postgres
from support.stored import NOON, filled_store, registered, up

from collector.domain.batches import Batch
from collector.store import SqlStore, StoreError, open_store, upgrade
from collector.store.engine import Database, parse
from collector.store.holding import hold
from collector.store.schema import metadata
from collector.store.transferring import tallies, transfer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other/driftkoll.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


def silent(doing: str, done: int, total: int | None) -> None:
    """Nobody looks."""


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    database = Database(parse(url))
    with database.reading() as connection:
        found = {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
    database.close()
    return found


def refused(source: str, target: str) -> str:
    """Why nothing is copied."""
    with pytest.raises(StoreError) as error:
        transfer(source, target, silent)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_every_row_is_in_the_copy(store: SqlStore, store_url: str, empty_url: str) -> None:
    filled_store(store)
    told: list[tuple[str, int, int | None]] = []
    rows = transfer(store_url, empty_url, lambda *step: told.append(step))
    before = contents(store_url)
    assert contents(empty_url) == before
    assert rows == {name: len(found) for name, found in before.items()}
    assert {(name, count, count) for name, count in rows.items()} <= set(told)
    copied = open_store(empty_url)
    assert copied.check() == []
    copied.close()


def test_new_rows_get_ids_after_all_that_ever_were_given(
    store: SqlStore, store_url: str, empty_url: str
) -> None:
    *_, last = registered(store, "old", "new")
    store.rename("old", "new")  # the younger one of them goes, and its id with it
    assert [record.id for record in store.targets()] == [last - 1]
    transfer(store_url, empty_url, silent)
    copied = open_store(empty_url)
    assert registered(copied, "new", "third") == [last - 1, last + 1]
    filled_store(copied)
    assert copied.check() == []
    copied.close()


def test_more_rows_than_a_chunk_arrive(file: Path, empty_url: str) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    store.write(Batch(NOON, [up(a, NOON + n, n / 7) for n in range(25_001)]))
    store.close()
    transfer(f"sqlite:///{file}", empty_url, silent)
    assert contents(empty_url) == contents(f"sqlite:///{file}")


def test_a_database_that_holds_something_is_left_alone(
    file: Path, store: SqlStore, store_url: str
) -> None:
    registered(store, "precious")
    reason = refused(f"sqlite:///{file.with_name('other.db')}", store_url)
    assert "there is no database" in reason
    source = file.with_name("source.db")
    upgrade(f"sqlite:///{source}")
    reason = refused(f"sqlite:///{source}", store_url)
    assert reason.endswith(("exists already; name another file", "is not empty; name one that is"))
    assert [record.name for record in store.targets()] == ["precious"]


def test_a_database_is_not_copied_into_itself(store: SqlStore, store_url: str) -> None:
    assert refused(store_url, store_url).endswith("is the configured database itself; name another")


def test_nothing_is_copied_beside_an_agent(store: SqlStore, store_url: str, empty_url: str) -> None:
    with hold(store_url):
        assert "polls into it" in refused(store_url, empty_url)


def test_no_agent_starts_while_it_is_copied(
    store: SqlStore, store_url: str, empty_url: str
) -> None:
    def start(doing: str, done: int, total: int | None) -> None:
        for url in (store_url, empty_url):
            with pytest.raises(StoreError, match="or copies it"), hold(url):
                pass
        tried.append(doing)

    tried: list[str] = []
    transfer(store_url, empty_url, start)
    assert tried[0] == "counting"
    assert tried[-1] == "comparing"


def test_an_older_schema_is_not_copied(store: SqlStore, store_url: str, empty_url: str) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert "the schema is 0000" in refused(store_url, empty_url)


def test_a_copy_that_is_broken_off_leaves_nothing(
    store: SqlStore, store_url: str, empty_url: str
) -> None:
    filled_store(store)

    def break_off(doing: str, done: int, total: int | None) -> None:
        if doing == "comparing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(store_url, empty_url, break_off)
    if empty_url.startswith("sqlite"):
        path = Path(str(make_url(empty_url).database))
        assert [each.name for each in path.parent.iterdir()] == [f"{path.name}.lock"]
    transfer(store_url, empty_url, silent)
    assert contents(empty_url) == contents(store_url)


LOSES_ROWS = """
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.target = 2 THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE FUNCTION losing() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands()
             WHERE object_identity = 'public.samples') THEN
    CREATE TRIGGER lose BEFORE INSERT ON samples FOR EACH ROW EXECUTE FUNCTION lose();
  END IF;
END $$;
CREATE EVENT TRIGGER losing ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
  EXECUTE FUNCTION losing();
"""


def execute(url: str, statements: str) -> None:
    """Run statements as they are."""
    database = Database(parse(url))
    with database.writing() as connection:
        connection.exec_driver_sql(statements)
    database.close()


def test_a_copy_that_differs_is_told_and_not_kept(
    store: SqlStore, store_url: str, postgres: Postgres
) -> None:
    a, b = registered(store, "a", "b")
    store.write(Batch(NOON, [up(a, NOON), up(b, NOON)]))
    target = postgres.new_database()
    execute(target, LOSES_ROWS)
    reason = refused(store_url, target)
    assert "differs in samples (2 rows, 1 in the copy); nothing of it was kept" in reason
    with pytest.raises(StoreError, match="the database is empty"):
        open_store(target)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE samples SET result = result + 1 WHERE target = 2",
        "UPDATE samples SET duration = duration * 2 WHERE target = 2",
        "UPDATE intervals SET comment = 'x' WHERE target = 1 AND start = 100",
        "UPDATE intervals SET state = 'down' WHERE target = 1 AND start = 100",
        'UPDATE intervals SET "end" = "end" + 1 WHERE target = 1 AND start = 100',
        "DELETE FROM attributes WHERE target = 2",
    ],
)
def test_what_is_compared_tells_a_changed_value(store: SqlStore, statement: str) -> None:
    filled_store(store)
    with store.writing() as connection:
        before = tallies(connection)
        connection.execute(text(statement))
        assert tallies(connection) != before


def test_a_server_that_is_away_is_told(file: Path) -> None:
    target = f"postgresql+psycopg://{USER}:hemligt@/driftkoll?host={file.parent}"
    reason = refused(f"sqlite:///{file}", target)
    assert "the database cannot be used: " in reason
    assert "hemligt" not in reason


def test_a_server_that_stops_half_way_keeps_nothing(file: Path, postgres: Postgres) -> None:
    store = open_store(f"sqlite:///{file}")
    filled_store(store)
    target = postgres.new_database()

    def stop(doing: str, done: int, total: int | None) -> None:
        if doing == "samples" and done == total:
            postgres.stop()

    with pytest.raises(StoreError, match="the database cannot be used"):
        transfer(f"sqlite:///{file}", target, stop)
    postgres.start()
    transfer(f"sqlite:///{file}", target, silent)
    assert contents(target) == contents(f"sqlite:///{file}")
    store.close()


def test_a_user_who_may_make_no_tables_is_told(file: Path, postgres: Postgres) -> None:
    target = make_url(postgres.new_database())
    postgres.psql(f"CREATE ROLE guest_of_{target.database} LOGIN")
    guest = target.set(username=f"guest_of_{target.database}").render_as_string()
    assert "permission denied for schema public" in refused(f"sqlite:///{file}", guest)


def test_a_text_that_postgresql_cannot_hold_is_told(file: Path, postgres: Postgres) -> None:
    store = open_store(f"sqlite:///{file}")
    registered(store, "a\0b")
    store.close()
    reason = refused(f"sqlite:///{file}", postgres.new_database())
    assert reason.startswith("targets: PostgreSQL does not take what is stored: ")


def test_a_place_that_cannot_be_written_to_is_told(file: Path, tmp_path: Path) -> None:
    (tmp_path / "occupied").touch()
    reason = refused(f"sqlite:///{file}", f"sqlite:///{tmp_path}/occupied/driftkoll.db")
    assert "cannot be written" in reason

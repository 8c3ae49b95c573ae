"""Backup, restore and check."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from support.postgres import Postgres
from support.programs import program
from support.stored import NOON, case, change, changes, fill_cases, registered, up

from collector.domain.batches import Batch, CheckRecord
from collector.domain.events import Event, EventKind
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.sources import Covered
from collector.domain.states import State
from collector.store import SqlStore, StoreError, open_store, restore, upgrade


def test_a_backup_restored_elsewhere_is_the_same_store(
    store_url: str, store: SqlStore, tmp_path: Path
) -> None:
    if store_url.startswith("postgresql"):
        program("pg_dump")
    (a,) = registered(store, "a")
    store.write(Batch(NOON, [up(a, NOON)], [change(a, NOON, State.UP)]))
    fill_cases(store)
    copy = tmp_path / "copies" / "backup"
    copy.parent.mkdir()
    store.backup(copy)
    assert list(copy.parent.iterdir()) == [copy]
    registered(store, "b", now=NOON + 1)
    kept = store.cases()
    store.upsert_cases([case("later")])
    restore(store_url, copy, NOON + MINUTE)
    assert store.cases() == kept
    assert store.source_state("desk").watermark == NOON
    assert [record.name for record in store.targets()] == ["a"]
    assert store.samples(a, 0, 2**62) == [up(a, NOON)]
    assert store.resume().open == {a: (State.UP, NOON)}
    assert store.check() == []


def test_a_backup_never_replaces_a_file(store: SqlStore, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        store.backup(there)
    assert there.read_text() == "precious"


def test_a_backup_is_consistent_while_the_agent_writes(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    store.write(Batch(NOON, [up(a, NOON + n) for n in range(50_000)]))
    stop = threading.Event()

    def go_on_writing() -> None:
        number = 0
        while not stop.is_set():
            at = NOON + SECOND + number * 1000
            state = State.DOWN if number % 2 else State.UP
            store.write(Batch(at, [up(a, at + n) for n in range(100)], [change(a, at, state)]))
            number += 1

    writer = threading.Thread(target=go_on_writing)
    writer.start()
    copy = file.with_name("copy.db")
    store.backup(copy)
    stop.set()
    writer.join()
    store.close()
    copied = open_store(f"sqlite:///{copy}")
    assert copied.check() == []
    samples = len(copied.samples(a, NOON + SECOND, 2**62))
    assert samples % 100 == 0
    assert len(copied.intervals(0, 2**62).get(a, [])) == samples // 100
    copied.close()


def test_a_restore_waits_for_the_agent_to_stop(
    store_url: str, store: SqlStore, tmp_path: Path
) -> None:
    if store_url.startswith("postgresql"):
        program("pg_dump")
    store.write(Batch(NOON, events=[Event(NOON, EventKind.STARTED)]))
    store.backup(tmp_path / "copy")
    with pytest.raises(StoreError, match=r"an agent is using the database .* 29 s ago"):
        restore(store_url, tmp_path / "copy", NOON + 29 * SECOND)
    store.write(Batch(NOON + SECOND, events=[Event(NOON + SECOND, EventKind.STOPPED)]))
    restore(store_url, tmp_path / "copy", NOON + 2 * SECOND)


def test_a_restore_needs_a_whole_backup_of_a_version_it_knows(file: Path) -> None:
    url = f"sqlite:///{file}"
    copy = file.with_name("copy.db")
    with pytest.raises(StoreError, match="there is no such file"):
        restore(url, copy, NOON)
    copy.write_text("no backup")
    with pytest.raises(StoreError, match="is no backup of Driftkoll"):
        restore(url, copy, NOON)
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer Driftkoll"):
        restore(url, copy, NOON)


def test_a_damaged_database_is_replaced_by_a_backup_and_kept_beside_it(file: Path) -> None:
    url = f"sqlite:///{file}"
    store = open_store(url)
    registered(store, "a")
    store.backup(file.with_name("copy.db"))
    store.close()
    file.write_bytes(b"no database" * 1000)
    restore(url, file.with_name("copy.db"), NOON)
    again = open_store(url)
    assert [record.name for record in again.targets()] == ["a"]
    again.close()
    assert file.with_name("driftkoll.db.replaced").read_bytes().startswith(b"no database")


def found(store: SqlStore, *statements: str) -> list[str]:
    with store.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))
    findings = store.check()
    assert all(finding.remedy for finding in findings)
    return [finding.what for finding in findings]


def test_a_store_in_use_has_nothing_wrong(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    changes(store, change(a, NOON, State.UP), change(b, NOON, State.UP))
    changes(store, change(a, NOON + HOUR, State.DOWN), change(b, NOON + HOUR, None))
    store.save_checks([CheckRecord(a, "icmp", MINUTE, 0)])
    store.write(Batch(NOON + HOUR, [up(a, NOON)], events=[Event(NOON, EventKind.BLIND)]))
    assert store.check() == []


INTERVAL = 'INSERT INTO intervals (target, start, "end", state, origin) VALUES '


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (
            [f"{INTERVAL} (1, 10, 20, 'up', 'polled'), (1, 15, 30, 'down', 'polled')"],
            "a: 1 overlapping intervals, first at 1970-01-01 00:00:00.000015+00:00",
        ),
        (
            [
                f"{INTERVAL} (1, 10, 90, 'up', 'polled'), (1, 15, 20, 'down', 'polled')",
                f"{INTERVAL} (1, 80, NULL, 'up', 'polled')",
            ],
            "a: 2 overlapping intervals, first at 1970-01-01 00:00:00.000015+00:00",
        ),
        ([f"{INTERVAL} (1, 10, 10, 'up', 'polled')"], "a: 1 intervals end before they start"),
        (
            ["INSERT INTO samples (at, target, probe, result) VALUES (9999000000, 1, 'icmp', 1)"],
            "1 samples from the future, after 1970-01-01 00:00:00.000100+00:00",
        ),
        (
            [f"{INTERVAL} (1, 10, 9999000000, 'up', 'polled')"],
            "1 intervals from the future, after 1970-01-01 00:00:00.000100+00:00",
        ),
        (
            ["INSERT INTO samples (at, target, probe, result) VALUES (9, 99, 'icmp', 1)"],
            "1 rows of samples belong to no target",
        ),
        (["DELETE FROM attributes"], "a: neither kind nor site is known"),
    ],
    ids=["overlap", "within", "backward", "sample", "interval", "orphan", "bare"],
)
def test_what_is_wrong_is_found(store: SqlStore, statements: list[str], what: str) -> None:
    registered(store, "a")
    store.write(Batch(100))
    assert found(store, *statements) == [what]


def test_two_open_intervals_are_found_where_the_index_is_gone(store: SqlStore) -> None:
    registered(store, "a")
    twice = f"{INTERVAL} (1, 10, NULL, 'up', 'polled'), (1, 15, NULL, 'down', 'polled')"
    assert found(store, "DROP INDEX ix_intervals_open", twice) == [
        "a: 1 overlapping intervals, first at 1970-01-01 00:00:00.000015+00:00",
        "a: 2 open intervals",
    ]


def test_a_damaged_page_is_found(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    store.write(Batch(NOON, [up(a, at) for at in range(20_000)]))
    store.close()
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size - 40 * 4096 + 100)
        damaged.write(b"\xff" * 2000)
    again = open_store(f"sqlite:///{file}")
    assert any("damaged" in finding.what for finding in again.check())
    again.close()


def test_pg_dump_that_is_missing_is_said(
    postgres: Postgres, filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(postgres.new_database(filled))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="pg_dump is not installed"):
        store.backup(tmp_path / "copy")
    store.close()


def test_a_copy_that_has_no_place_is_said(file: Path) -> None:
    upgrade(f"sqlite:///{file}")
    store = open_store(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="cannot write the copy: Not a directory"):
        store.backup(file / "copy")
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET resolving_group = 'Servicedesk'",
        "UPDATE cases SET counted = counted + 1",
        "UPDATE cases SET type = 'felanmälan'",
        "UPDATE cases SET pauses = '[1'",
        "UPDATE cases SET groups = '7'",
        "UPDATE cases SET alike = alike + 1",
    ],
)
def test_a_case_that_was_written_by_hand_is_found(store: SqlStore, statement: str) -> None:
    store.upsert_cases([case("1", resolving_group="Nät"), case("2", resolving_group="Nät")])
    assert store.check() == []
    assert found(store, statement) == ["2 cases are not as they were stored, first desk:1"]


@pytest.mark.parametrize("row", ["('desk', 0, 11)", "('desk', NULL, 11)", "('other', 5, 5)"])
def test_what_is_covered_twice_is_found(store: SqlStore, row: str) -> None:
    store.cover(Covered("desk", 1, 10))
    store.cover(Covered("other", None, 4))
    assert store.check() == []
    statement = f'INSERT INTO covered (source, start, "end") VALUES {row}'
    assert found(store, statement) == ["what the sources of cases cover is no list of spans apart"]

"""Nothing that was stored is lost or doubled, whatever happens to process, disk or server."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.postgres import Postgres
from support.programs import program, root_only
from support.stored import NOON, change, changes, registered, up

from collector.domain.batches import Batch
from collector.domain.instants import SECOND
from collector.domain.states import State
from collector.ports import StoreUnavailable
from collector.store import SqlStore, open_store, upgrade

PER_BATCH = 50

WRITER = """
import sys
from support.stored import NOON, change, up
from collector.domain.batches import Batch
from collector.domain.states import State
from collector.store import open_store

store = open_store(sys.argv[1])
for number in range(10_000):
    at = NOON + number * 1000
    state = State.DOWN if number % 2 else State.UP
    samples = [up(1, at + n) for n in range(int(sys.argv[2]))]
    batch = Batch(at, samples=samples, changes=[change(1, at, state)])
    print(number, "begun", flush=True)
    store.write(batch)
    print(number, "done", flush=True)
"""


@pytest.mark.parametrize("batches", [1, 7, 40])
def test_after_kill_9_every_stored_batch_is_there_once(
    store_url: str, store: SqlStore, batches: int
) -> None:
    (a,) = registered(store, "a")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url, str(PER_BATCH)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    ) as writer:
        assert writer.stdout is not None
        begun = done = -1
        for line in writer.stdout:
            number, what = line.split()
            begun, done = (int(number), done) if what == "begun" else (begun, int(number))
            if done + 1 == batches:
                writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
    stored = store.samples(a, 0, 2**62)
    assert [sample.at for sample in stored] == [
        NOON + number * 1000 + n
        for number in range(len(stored) // PER_BATCH)
        for n in range(PER_BATCH)
    ]
    assert (done + 1) * PER_BATCH <= len(stored) <= (begun + 1) * PER_BATCH
    assert len(store.intervals(0, 2**62)[a]) == len(stored) // PER_BATCH
    assert store.resume().heartbeat == NOON + (len(stored) // PER_BATCH - 1) * 1000
    assert store.check() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    root_only()
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = [program("mount"), "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("tmpfs cannot be mounted")
    yield disk
    # Lazily: a test that failed may have it open still.
    subprocess.run([program("umount"), "-l", str(disk)], check=True)


def test_a_full_disk_is_waited_out_and_loses_nothing(small_disk: Path) -> None:
    store = open_store(f"sqlite:///{small_disk}/driftkoll.db", create=True)
    (a,) = registered(store, "a")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as taken, contextlib.suppress(OSError):
        while True:
            taken.write(bytes(4096))
    batches = [
        Batch(NOON + number, samples=[up(a, NOON + number * 1000 + n) for n in range(500)])
        for number in range(40)
    ]
    written = 0

    def write_all() -> None:
        nonlocal written
        for batch in batches[written:]:
            store.write(batch)
            written += 1

    with pytest.raises(StoreUnavailable, match="disk"):
        write_all()
    assert len(store.samples(a, 0, 2**62)) == written * 500
    filler.unlink()
    write_all()
    assert len(store.samples(a, 0, 2**62)) == len(batches) * 500
    assert store.check() == []
    store.close()


def test_a_locked_database_is_unavailable_and_then_fine(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.write(Batch(NOON))
        assert store.targets()[0].id == a
        other.execute("ROLLBACK")
    store.write(Batch(NOON))
    assert store.resume().heartbeat == NOON
    store.close()


def test_a_file_that_is_gone_is_unavailable_until_it_is_back(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    away = file.with_name("away")
    away.mkdir()
    parts = [part for part in file.parent.glob("driftkoll.db*") if part.is_file()]
    for part in parts:
        part.rename(away / part.name)
    with pytest.raises(StoreUnavailable, match="unable to open"):
        store.write(Batch(NOON, samples=[up(a, NOON)]))
    assert not file.exists()
    for part in parts:
        (away / part.name).rename(part)
    store.write(Batch(NOON, samples=[up(a, NOON)]))
    assert len(store.samples(a, 0, 2**62)) == 1
    store.close()


def test_a_file_in_the_others_place_is_written_to_not_the_old_one(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    registered(store, "a")
    other = file.with_name("other.db")
    upgrade(f"sqlite:///{other}")
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    other.rename(file)
    assert store.targets() == []
    registered(store, "b")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM targets").fetchall() == [("b",)]
    store.close()


def test_a_damaged_file_is_unavailable(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    store.close()
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        store.write(Batch(NOON))
    store.close()


def test_a_server_that_is_away_is_waited_out(postgres: Postgres, filled: str) -> None:
    store = open_store(postgres.new_database(filled))
    (a,) = registered(store, "a")
    store.write(Batch(NOON, samples=[up(a, NOON)]))
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                store.write(Batch(NOON + 1, samples=[up(a, NOON + 1)]))
    finally:
        postgres.start()
    # Each connection that the restart broke is found out once.
    with contextlib.suppress(StoreUnavailable):
        store.write(Batch(NOON + 1))
    store.write(Batch(NOON + 1, samples=[up(a, NOON + 1)]))
    assert len(store.samples(a, 0, 2**62)) == 2
    store.close()


def test_a_reader_sees_one_moment_and_holds_up_no_writer(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM samples").scalar() == 0
        store.write(Batch(NOON, samples=[up(a, NOON)]))
        assert connection.exec_driver_sql("SELECT count(*) FROM samples").scalar() == 0
    assert len(store.samples(a, 0, 2**62)) == 1


def test_threads_share_a_store(store: SqlStore) -> None:
    ids = registered(store, *(f"t{number}" for number in range(8)))
    failures: list[BaseException] = []

    def write(target: int) -> None:
        try:
            for number in range(10):
                at = NOON + number * SECOND
                store.write(Batch(at, [up(target, at)], [change(target, at, State.UP)]))
                assert len(store.samples(target, 0, 2**62)) == number + 1
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(target,)) for target in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.resume().open == dict.fromkeys(ids, (State.UP, NOON))


def test_a_mistake_of_the_caller_is_not_called_unavailable(store: SqlStore) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key") as mistake:
        changes(store, change(4711, NOON, State.UP))
    assert not isinstance(mistake.value, StoreUnavailable)

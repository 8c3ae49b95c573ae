"""Rolling up and deleting, in steps."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from support.stored import NOON, change, changes, down, registered, up

from collector.domain.batches import Batch
from collector.domain.events import Event, EventKind
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from collector.domain.samples import Sample
from collector.domain.states import State
from collector.ports import Aggregate, Retention
from collector.store import SqlStore, open_store

KEEP = Retention(raw=48 * HOUR, raw_bytes=2 * 10**9, hourly=90 * DAY, daily=None, intervals=None)
MIDNIGHT = NOON - 12 * HOUR


def retain(store: SqlStore, now: Instant, retention: Retention = KEEP) -> list[int]:
    return list(store.retain(retention, now))


def write(store: SqlStore, samples: Iterable[Sample]) -> None:
    kept = list(samples)
    store.write(Batch(max(sample.at for sample in kept), samples=kept))


def test_a_finished_hour_is_rolled_up_and_a_running_one_is_not(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    write(store, [up(a, NOON, 0.1), up(a, NOON + MINUTE, 0.4), down(a, NOON + 59 * MINUTE)])
    write(store, [up(a, NOON + MINUTE, 2.0, "http"), down(b, NOON), up(a, NOON + HOUR, 9.0)])
    retain(store, NOON + 2 * HOUR - 1)
    assert store.aggregates(a, NOON, NOON + DAY) == [
        Aggregate(a, "http", NOON, 1, 1, 2.0, 2.0, 2.0, 0.0),
        Aggregate(a, "icmp", NOON, 3, 2, 0.1, pytest.approx(0.25), 0.4, pytest.approx(1 / 3)),
    ]
    assert store.aggregates(b, NOON, NOON + DAY) == [
        Aggregate(b, "icmp", NOON, 1, 0, None, None, None, 1.0)
    ]
    retain(store, NOON + 2 * HOUR)
    assert [hour.start for hour in store.aggregates(a, NOON + 1, NOON + DAY)] == [NOON + HOUR]


def test_a_day_weighs_its_hours_by_their_polls(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, MIDNIGHT, 1.0), up(a, MIDNIGHT + 1, 2.0), up(a, MIDNIGHT + 2, 3.0)])
    write(store, [up(a, NOON, 10.0), down(a, NOON + 1), down(a, NOON + 2)])
    retain(store, MIDNIGHT + DAY)
    assert store.aggregates(a, MIDNIGHT, NOON, daily=True) == [
        Aggregate(a, "icmp", MIDNIGHT, 6, 4, 1.0, pytest.approx(4.0), 10.0, pytest.approx(1 / 3))
    ]


def test_broken_off_anywhere_it_ends_up_the_same(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, MIDNIGHT + hour * HOUR, hour) for hour in range(30)])
    now = MIDNIGHT + 31 * HOUR
    while next(iter(store.retain(KEEP, now)), None) is not None:
        pass
    assert [hour.polls for hour in store.aggregates(a, 0, now)] == [1] * 30
    assert [day.polls for day in store.aggregates(a, 0, now, daily=True)] == [24]
    assert retain(store, now) == []


def test_samples_that_come_late_are_rolled_up_again(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, MIDNIGHT)])
    retain(store, MIDNIGHT + DAY)
    write(store, [up(a, MIDNIGHT + 1)])
    retain(store, MIDNIGHT + DAY)
    assert [hour.polls for hour in store.aggregates(a, 0, NOON)] == [2]
    assert [day.polls for day in store.aggregates(a, 0, NOON, daily=True)] == [2]


def test_an_hour_whose_samples_are_partly_gone_is_not_rolled_up_again(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, NOON), up(a, NOON + MINUTE)])
    retain(store, NOON + 48 * HOUR + 1)
    write(store, [up(a, NOON + 2 * MINUTE)])
    retain(store, NOON + 48 * HOUR + 1)
    assert [hour.polls for hour in store.aggregates(a, 0, NOON + 1)] == [2]


def test_raw_samples_past_their_time_are_deleted_and_younger_ones_kept(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, NOON - 1), up(a, NOON), up(a, NOON + 1)])
    retain(store, NOON + 48 * HOUR)
    assert [sample.at for sample in store.samples(a, 0, 2**62)] == [NOON, NOON + 1]


def test_raw_samples_that_are_not_rolled_up_yet_stay(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, NOON)])
    retain(store, NOON + 59 * MINUTE, Retention(MINUTE, 10**9, DAY, None, None))
    assert len(store.samples(a, 0, 2**62)) == 1


def test_past_the_size_limit_the_oldest_samples_go_first(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, NOON + at) for at in range(30_000)])
    retain(store, NOON + HOUR, Retention(48 * HOUR, 400_000, DAY, None, None))
    left = [sample.at - NOON for sample in store.samples(a, 0, 2**62)]
    assert 2_000 < len(left) < 20_000
    assert left == list(range(30_000))[-len(left) :]
    assert [hour.polls for hour in store.aggregates(a, 0, 2**62)] == [30_000]


def test_each_step_touches_few_rows(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, NOON + at) for at in range(5_000)])
    steps = retain(store, NOON + 72 * HOUR)
    assert max(steps) <= 2_000
    assert sum(steps) >= 5_000
    assert store.samples(a, 0, 2**62) == []


def test_what_is_kept_for_a_time_goes_after_it(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, MIDNIGHT + day * DAY) for day in range(4)])
    changes(store, change(a, MIDNIGHT, State.UP), change(a, MIDNIGHT + DAY, State.DOWN))
    changes(store, change(a, MIDNIGHT + 2 * DAY, State.UP))
    blips = [Event(MIDNIGHT + day * DAY, EventKind.BLIP, a) for day in range(4)]
    store.write(Batch(MIDNIGHT + 4 * DAY, events=blips))
    now = MIDNIGHT + 4 * DAY
    retain(store, now, Retention(DAY, 10**9, hourly=2 * DAY, daily=3 * DAY, intervals=3 * DAY))
    assert [hour.start for hour in store.aggregates(a, 0, now)] == [now - 2 * DAY, now - DAY]
    days = [day.start for day in store.aggregates(a, 0, now, daily=True)]
    assert days == [now - 3 * DAY, now - 2 * DAY, now - DAY]
    assert [span.start for span in store.intervals(0, now)[a]] == [now - 3 * DAY, now - 2 * DAY]
    assert store.events(0, now) == blips[1:]


def test_intervals_and_days_stay_for_good_unless_told_otherwise(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    write(store, [up(a, MIDNIGHT)])
    changes(store, change(a, MIDNIGHT, State.UP), change(a, NOON, State.DOWN))
    retain(store, MIDNIGHT + 400 * DAY)
    assert len(store.intervals(0, 2**62)[a]) == 2
    assert store.aggregates(a, 0, 2**62) == []
    assert [day.polls for day in store.aggregates(a, 0, 2**62, daily=True)] == [1]


def test_the_file_shrinks_when_much_is_deleted(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    (a,) = registered(store, "a")
    write(store, [up(a, NOON + at) for at in range(50_000)])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = store.size()
        retain(store, NOON + 72 * HOUR)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert store.size() < before / 4
    store.close()


def test_the_estimate_of_the_raw_samples_size_is_near_the_truth(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    ids = registered(store, *(f"t{number}" for number in range(500)))
    for tick in range(60):
        at = NOON + tick * 10 * SECOND
        write(store, [up(one, at + one * 997 + n, n / 7, f"pro{n}") for one in ids for n in (1, 2)])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = store.size()
    limit = before // 2
    retain(store, NOON + HOUR, Retention(48 * HOUR, limit, DAY, None, None))
    rows = sum(len(store.samples(one, 0, 2**62)) for one in ids)
    assert rows * before / 60_000 == pytest.approx(limit, rel=0.2)
    store.close()

"""What polling writes and gets back."""

from collections.abc import Callable

import pytest
from support.stored import NOON, change, changes, down, registered, target, up

from collector.domain.batches import Batch, CheckRecord, DeviceRecord
from collector.domain.events import Event, EventKind
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.samples import Reason, Result, Sample
from collector.domain.states import Change, Interval, State
from collector.domain.targets import Attributes, DeviceFacts, Kind, Merge
from collector.store import SqlStore

Snapshot = Callable[[], tuple[object, ...]]


def everything(store: SqlStore) -> tuple[object, ...]:
    """All that can be read of a store."""
    return (
        store.targets(),
        store.intervals(0, 2**62),
        store.events(0, 2**62),
        store.resume(),
        [store.samples(record.id, 0, 2**62) for record in store.targets()],
    )


def full_batch(a: int, b: int) -> Batch:
    return Batch(
        heartbeat=NOON + MINUTE,
        samples=[
            up(a, NOON),
            Sample(a, "http", NOON, Result.DEGRADED, None, 2.5, None),
            Sample(b, "snmp", NOON + 5, Result.UNKNOWN, Reason.NO_ROUTE, None, None),
            down(b, NOON + 5),
        ],
        changes=[
            change(a, NOON, State.UP),
            change(b, NOON + 5, State.UNKNOWN),
            Change(b, NOON + 9, State.DOWN, NOON + 20, Reason.TIMEOUT),
        ],
        events=[
            Event(NOON, EventKind.STARTED),
            Event(NOON + 1, EventKind.RESTART, a, {"före": 12, "name": "a"}),
        ],
        first_polled={a: NOON, b: NOON + 5},
        answered={a: NOON},
        devices={a: DeviceRecord(NOON, DeviceFacts(4711, "sw-1", "1.3.6.1.4.1.9", 42), 3)},
    )


def test_what_was_written_comes_back_as_it_was(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    batch = full_batch(a, b)
    store.write(batch)
    assert store.samples(a, NOON, NOON + 1) == sorted(batch.samples[:2], key=lambda s: s.probe)
    assert store.samples(b, 0, 2**62) == sorted(batch.samples[2:], key=lambda s: s.probe)
    assert store.events(NOON, NOON + 2) == batch.events
    left = store.resume()
    assert left.heartbeat == NOON + MINUTE
    assert left.open == {a: (State.UP, NOON), b: (State.DOWN, NOON + 9)}
    assert left.devices == batch.devices
    assert left.answered == {a}
    assert left.polled == {a, b}
    assert left == store.tail()
    assert store.intervals(0, 2**62) == {
        a: [Interval(NOON, None, State.UP, NOON)],
        b: [
            Interval(NOON + 5, NOON + 9, State.UNKNOWN, NOON + 5),
            Interval(NOON + 9, None, State.DOWN, NOON + 20, reason="timeout"),
        ],
    }
    first, second = store.targets()
    assert (first.answered_at, second.answered_at) == (NOON, None)
    assert (first.first_seen, second.first_seen) == (NOON, NOON + 5)


def test_the_same_batch_again_changes_nothing(store: SqlStore) -> None:
    batch = full_batch(*registered(store, "a", "b"))
    store.write(batch)
    before = everything(store)
    store.write(batch)
    assert everything(store) == before


def test_a_batch_that_fails_leaves_nothing_behind(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    before = everything(store)
    batch = full_batch(a, b)
    batch.changes.append(change(4711, NOON, State.UP))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store.write(batch)
    assert everything(store) == before


def test_the_first_poll_and_the_first_answer_stay_the_first(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    for at in (NOON + 5, NOON + 9, NOON + 2):
        store.write(Batch(at, first_polled={a: at}, answered={a: at}))
    (record,) = store.targets()
    assert (record.first_seen, record.answered_at) == (NOON + 2, NOON + 2)


def test_a_store_that_never_was_written_has_no_heartbeat(store: SqlStore) -> None:
    registered(store, "a")
    left = store.resume()
    assert (left.heartbeat, left.open, left.tail) == (None, {}, [])


def test_the_heartbeat_is_that_of_the_last_batch_also_after_a_clock_was_set_back(
    store: SqlStore,
) -> None:
    store.write(Batch(NOON, events=[Event(NOON, EventKind.STARTED)]))
    store.write(Batch(NOON + HOUR))
    store.write(Batch(NOON + MINUTE))
    assert store.resume().heartbeat == NOON + MINUTE
    store.write(Batch(NOON - HOUR, events=[Event(NOON - HOUR, EventKind.STARTED)]))
    assert store.resume().heartbeat == NOON - HOUR


def test_the_tail_holds_what_may_hold_still_by_each_checks_own_pace(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    store.save_checks(
        [
            CheckRecord(a, "icmp", 10 * SECOND, 3),
            CheckRecord(b, "http", HOUR, 5, Merge.ALL),
        ]
    )
    early = [up(a, NOON), up(b, NOON + 1, probe="http")]
    late = [up(a, NOON + 2 * HOUR)]
    store.write(Batch(NOON + 2 * HOUR + 20 * SECOND, samples=[*late, *early]))
    assert store.resume().tail == [early[1], *late]


def test_checks_are_replaced_as_a_whole(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    store.save_checks([CheckRecord(a, "icmp", MINUTE, 1), CheckRecord(a, "snmp", MINUTE, 2)])
    kept = [CheckRecord(a, "snmp", MINUTE, 2, Merge.ALL), CheckRecord(b, "icmp", MINUTE, 3)]
    store.save_checks(kept)
    assert store.resume().checks == kept
    store.save_checks([])
    assert store.resume().checks == []


def test_a_change_takes_back_what_was_said_from_its_instant_on(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    changes(store, change(a, 100, State.UP), change(a, 160, State.UNKNOWN))
    changes(store, change(a, 200, State.DOWN))
    changes(store, change(a, 150, State.DOWN, 210))
    assert store.intervals(0, 2**62)[a] == [
        Interval(100, 150, State.UP, 100),
        Interval(150, None, State.DOWN, 210),
    ]


def test_a_target_that_is_back_begins_after_its_last_interval(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    changes(store, change(a, 100, State.UP), change(a, 300, None))
    changes(store, change(a, 250, State.UP, 310))
    assert store.intervals(0, 2**62)[a] == [
        Interval(100, 300, State.UP, 100),
        Interval(300, None, State.UP, 310),
    ]


def test_a_change_to_the_state_that_holds_keeps_the_interval_whole(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    changes(store, change(a, 100, State.UP))
    changes(store, change(a, 200, State.UP))
    assert store.intervals(0, 2**62)[a] == [Interval(100, None, State.UP, 100)]


def test_intervals_are_those_that_touch_the_span_of_the_targets_asked_for(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    for one in (a, b):
        changes(store, change(one, 100, State.UP), change(one, 200, State.DOWN))
    assert store.intervals(0, 100) == {}
    assert [span.start for span in store.intervals(199, 200)[a]] == [100]
    assert [span.start for span in store.intervals(200, 201)[a]] == [200]
    assert store.intervals(150, 250, [b]).keys() == {b}
    assert store.intervals(150, 250, []) == {}


def test_events_are_found_by_kind_and_target(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    made = [
        Event(1, EventKind.BLIND),
        Event(2, EventKind.BLIP, a),
        Event(2, EventKind.BLIP, b),
        Event(3, EventKind.RESTART, b, {"uptime_before": 5}),
    ]
    store.write(Batch(9, events=list(reversed(made))))
    assert store.events(0, 9) == made
    assert store.events(2, 3) == made[1:3]
    assert store.events(0, 9, [EventKind.BLIP], target=b) == [made[2]]
    assert store.events(0, 9, []) == []


def test_registering_again_touches_nothing(store: SqlStore) -> None:
    listed = [target("a", parent="b", tags=("core", "å")), target("b", kind=Kind.SWITCH)]
    ids = store.register(listed, NOON)
    before, revision = store.targets(), store.revision()
    assert store.register(listed, NOON + HOUR) == ids
    assert (store.targets(), store.revision()) == (before, revision)


def test_what_a_target_was_is_kept_with_the_time_from_which_it_holds(store: SqlStore) -> None:
    ids = store.register([target("a", tags=("old",)), target("gw", kind=Kind.SWITCH)], NOON)
    moved = target("a", site="askersund", parent="gw")
    store.register([moved, target("gw", kind=Kind.SWITCH)], NOON + HOUR)
    first, gateway = store.targets()
    assert first.attributes == (
        Attributes(NOON, Kind.SERVER, "laxa", None, ("old",)),
        Attributes(NOON + HOUR, Kind.SERVER, "askersund", ids["gw"], ()),
    )
    assert len(gateway.attributes) == 1


def test_a_new_address_or_lifetime_is_no_new_set_of_attributes(store: SqlStore) -> None:
    store.register([target("a")], NOON)
    store.register([target("a", address="192.0.2.9", in_service_from=5, retired_at=9)], NOON + 1)
    (record,) = store.targets()
    assert len(record.attributes) == 1
    assert (record.in_service_from, record.retired_at) == (5, 9)


def test_a_clock_set_back_does_not_put_new_attributes_before_old_ones(store: SqlStore) -> None:
    store.register([target("a")], NOON)
    store.register([target("a", site="askersund")], NOON - HOUR)
    assert [known.site for known in store.targets()[0].attributes] == ["askersund"]


def test_a_target_that_is_gone_is_dropped_and_one_that_is_back_resumes(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    changes(store, change(a, NOON, State.UP), change(b, NOON, State.UP))
    registered(store, "b", now=NOON + HOUR)
    registered(store, "b", now=NOON + 2 * HOUR)
    gone, there = store.targets()
    assert (gone.dropped_at, there.dropped_at) == (NOON + HOUR, None)
    assert store.intervals(0, 2**62)[a] == [Interval(NOON, NOON + HOUR, State.UP, NOON)]
    assert store.resume().open.keys() == {b}
    assert registered(store, "a", "b", now=NOON + 3 * HOUR) == [a, b]
    assert store.targets()[0].dropped_at is None


def test_polling_does_not_move_the_revision(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    before = store.revision()
    store.write(full_batch(a, b))
    store.save_checks([CheckRecord(a, "icmp", MINUTE, 1)])
    assert store.revision() == before

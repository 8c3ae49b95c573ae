"""Maintenance windows, corrections and what is said of outages."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from support.stored import NOON, registered, target

from collector.domain.corrections import Annotation, Cause, Correction
from collector.domain.instants import DAY, HOUR, SECOND
from collector.domain.maintenance import Cancellation, Extension, Recurrence, Scope, Window
from collector.domain.states import State
from collector.domain.targets import Kind
from collector.store import SqlStore

THIRD_TUESDAY = Recurrence(
    "FREQ=MONTHLY;BYDAY=3TU",
    time(18, 5, 7),
    2 * HOUR,
    date(2026, 10, 1),
    date(2027, 9, 30),
    ZoneInfo("Europe/Stockholm"),
)


def window(start: int = NOON, end: int = NOON + HOUR, **more: object) -> Window:
    scope = more.pop("scope", Scope(sites=frozenset({"laxa"})))
    return Window(0, scope, start, end, "Å. Öberg", "byte", NOON - DAY, **more)  # type: ignore[arg-type]  # as given


def entry(of: int, start: int, end: int, **more: object) -> Correction:
    return Correction(0, of, start, end, State.UP, "anna", "mätfel", NOON, **more)  # type: ignore[arg-type]  # as given


def test_a_window_comes_back_as_it_was_stored(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    scope = Scope(
        frozenset({a, b}),
        frozenset({b}),
        frozenset({Kind.UPS, Kind.SERVER}),
        frozenset({"laxa"}),
        frozenset({"ö", "core"}),
    )
    single = window(scope=scope, down=frozenset({b}))
    again = window(recurrence=THIRD_TUESDAY)
    openly = window(recurrence=replace(THIRD_TUESDAY, last=None))
    ids = [store.add_window(it) for it in (single, again, openly)]
    assert store.maintenance(NOON, NOON + 1) == [
        replace(it, id=id_) for it, id_ in zip((single, again, openly), ids, strict=True)
    ]


def test_windows_are_found_by_the_time_that_they_may_hold(store: SqlStore) -> None:
    early, late = store.add_window(window()), store.add_window(window(NOON + DAY, NOON + 2 * DAY))
    again = store.add_window(window(recurrence=THIRD_TUESDAY))

    def found(start: int, end: int) -> list[int]:
        return [it.id for it in store.maintenance(start, end)]

    assert found(NOON, NOON + 1) == [early, again]
    assert found(NOON + HOUR, NOON + DAY) == [again]
    assert found(NOON + HOUR, NOON + DAY + 1) == [late, again]
    assert found(NOON - DAY, NOON) == []
    longer = Extension(NOON, NOON + HOUR, NOON + 2 * HOUR, "bo", "drog ut", frozenset({1}))
    store.extend_window(early, longer)
    assert found(NOON + HOUR, NOON + DAY) == [early, again]
    assert store.maintenance(NOON, NOON + 1)[0].extensions == (longer,)


def test_a_window_is_cancelled_once(store: SqlStore) -> None:
    id_ = store.add_window(window())
    said = Cancellation(NOON, "bo", "klart")
    assert store.cancel_window(id_, said)
    before = store.revision()
    assert not store.cancel_window(id_, Cancellation(NOON + 1, "anna", ""))
    assert not store.cancel_window(id_ + 1, said)
    assert store.maintenance(NOON, NOON + 1)[0].cancelled == said
    assert store.revision() == before


def test_entries_come_back_in_order_by_what_they_touch(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    first = store.add_correction(entry(a, 100, 200))
    second = store.add_correction(entry(a, 200, 300))
    undo = store.add_correction(entry(a, 100, 200, undoes=first))
    assert store.corrections(150, 250) == [
        replace(entry(a, 100, 200), id=first),
        replace(entry(a, 200, 300), id=second),
        replace(entry(a, 100, 200, undoes=first), id=undo),
    ]
    assert [it.id for it in store.corrections(200, 250)] == [second]


def test_all_that_is_said_of_an_outage_is_kept(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    said = Annotation(
        0, a, 100, Cause.POWER, "bo", NOON, "Strömavbrott", "säkring", "Elbolaget", "4"
    )
    ids = [store.annotate(said), store.annotate(replace(said, cause=Cause.ATTACK))]
    assert [(it.id, it.cause) for it in store.annotations(100, 101)] == [
        (ids[0], Cause.POWER),
        (ids[1], Cause.ATTACK),
    ]
    assert store.annotations(100, 101)[0] == replace(said, id=ids[0])
    assert store.annotations(101, 200) == []


@pytest.mark.parametrize("what", ["add", "extend", "cancel", "correct", "annotate"])
def test_each_tells_a_running_agent(store: SqlStore, what: str) -> None:
    (a,) = registered(store, "a")
    id_ = store.add_window(window())
    before = store.revision()
    if what == "add":
        store.add_window(window())
    elif what == "extend":
        store.extend_window(id_, Extension(NOON, NOON + HOUR, NOON + DAY, "bo", ""))
    elif what == "cancel":
        store.cancel_window(id_, Cancellation(NOON, "bo", ""))
    elif what == "correct":
        store.add_correction(entry(a, 100, 200))
    else:
        store.annotate(Annotation(0, a, 100, Cause.OTHER, "bo", NOON))
    assert store.revision() > before


def test_what_was_said_of_a_target_that_makes_room_is_of_its_heir(store: SqlStore) -> None:
    ids = store.register([target("old"), target("new")], NOON)
    old, new = ids["old"], ids["new"]
    both = store.add_window(window(scope=Scope(frozenset({old, new}), frozenset({new}))))
    store.add_correction(entry(new, 100, 200))
    store.annotate(Annotation(0, new, 100, Cause.OTHER, "bo", NOON))
    store.rename("old", "new")
    (found,) = store.maintenance(NOON, NOON + SECOND)
    assert (found.id, found.scope) == (both, Scope(frozenset({old}), frozenset({old})))
    assert store.corrections(0, NOON)[0].target == old
    assert store.annotations(0, NOON)[0].target == old
    assert store.check() == []

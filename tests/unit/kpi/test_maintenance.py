"""KPI.md "Accounting": what is planned maintenance, what is urgent work, and when."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.figures import ZONE, at, record

from collector.domain.instants import DAY, HOUR, MINUTE, moment
from collector.domain.maintenance import Cancellation, Extension, Recurrence, Scope, Window
from collector.domain.targets import Attributes, Kind
from collector.kpi.maintenance import Work, coming, local, occurrences
from collector.kpi.spans import ALWAYS, union
from collector.kpi.timelines import Timelines

EVER = (at("2026-01-01"), at("2028-01-01"))
LONG_BEFORE = at("2025-12-01")


def window(start, end, registered=LONG_BEFORE, scope=None, **more):
    own = Scope(frozenset({1})) if scope is None else scope
    return Window(1, own, at(start), at(end), "anna", "byte", registered, **more)


def again(rule, clock, duration, first, last=None, **more):
    days = Recurrence(
        rule, time.fromisoformat(clock), duration, date.fromisoformat(first),
        None if last is None else date.fromisoformat(last), ZONE,
    )  # fmt: skip
    own = more.pop("scope", Scope(frozenset({1})))
    start = local_text(first, clock)
    registered = more.pop("registered", LONG_BEFORE)
    return Window(
        1, own, start, start + duration, "anna", "byte", registered, recurrence=days, **more
    )


def local_text(day, clock):
    return at(f"{day}T{clock}")


def clocks(found):
    """Local times of occurrences: start and end."""
    return [
        tuple(f"{moment(t).astimezone(ZONE):%Y-%m-%d %H:%M}" for t in (it.start, it.end))
        for it in found
    ]


ONE = (record(1),)


def planned(*windows, targets=ONE, target=1, min_notice=DAY):
    work = Work(windows, *EVER, Timelines(list(targets), {}, {}), min_notice)
    return list(work.planned(target))


def test_the_third_tuesday_is_at_the_same_local_time_across_the_changes_of_clocks():
    third = again("FREQ=MONTHLY;BYDAY=3TU", "18:00", 2 * HOUR, "2026-09-01", "2026-12-31")
    assert clocks(occurrences(third, *EVER)) == [
        ("2026-09-15 18:00", "2026-09-15 20:00"),
        ("2026-10-20 18:00", "2026-10-20 20:00"),
        ("2026-11-17 18:00", "2026-11-17 20:00"),
        ("2026-12-15 18:00", "2026-12-15 20:00"),
    ]
    starts = [it.start for it in occurrences(third, *EVER)]
    assert starts[2] - starts[1] == 28 * DAY + HOUR


def test_a_recurring_window_in_the_gap_starts_at_its_end():
    nightly = again("FREQ=DAILY", "02:30", HOUR, "2026-03-28", "2026-03-30")
    assert clocks(occurrences(nightly, *EVER)) == [
        ("2026-03-28 02:30", "2026-03-28 03:30"),
        ("2026-03-29 03:00", "2026-03-29 04:00"),
        ("2026-03-30 02:30", "2026-03-30 03:30"),
    ]


def test_of_a_local_time_that_occurs_twice_a_recurring_window_takes_the_earlier():
    nightly = again("FREQ=DAILY", "02:30", HOUR, "2026-10-25", "2026-10-25")
    (only,) = occurrences(nightly, *EVER)
    assert only.start == at("2026-10-25T00:00") + 2 * HOUR + 30 * MINUTE
    assert only.end - only.start == HOUR


@given(st.datetimes(min_value=moment(EVER[0]).replace(tzinfo=None),
                    max_value=moment(EVER[1]).replace(tzinfo=None)))  # fmt: skip
def test_a_local_time_is_itself_or_the_first_after_the_gap(naive):
    found = moment(local(naive, ZONE)).astimezone(ZONE).replace(tzinfo=None)
    assert found == naive or (found > naive and found.minute == 0 and (found.month, found.hour) == (
        3, 3))  # fmt: skip


def test_occurrences_of_a_stretch_are_those_that_touch_it():
    daily = again("FREQ=DAILY", "23:00", 2 * HOUR, "2026-10-01")
    found = occurrences(daily, at("2026-10-05"), at("2026-10-06"))
    assert clocks(found) == [
        ("2026-10-04 23:00", "2026-10-05 01:00"),
        ("2026-10-05 23:00", "2026-10-06 01:00"),
    ]


def test_the_last_day_is_included_and_count_ends_a_series():
    assert len(occurrences(again("FREQ=DAILY;COUNT=3", "18:00", HOUR, "2026-10-01"), *EVER)) == 3
    until = again("FREQ=DAILY", "18:00", HOUR, "2026-10-01", "2026-10-02")
    assert len(occurrences(until, *EVER)) == 2


@pytest.mark.parametrize(
    ("notice", "counts"), [(DAY, True), (DAY - 1, False), (0, False), (-HOUR, False)]
)
def test_work_is_planned_when_it_was_registered_a_day_before_it_begins(notice, counts):
    start = at("2026-10-07T02:00")
    own = window("2026-10-07T02:00", "2026-10-07T04:00", start - notice)
    assert planned(own) == ([(start, start + 2 * HOUR)] if counts else [])
    work = Work([own], *EVER, Timelines([record(1)], {}, {}))
    assert list(work.all(1)) == [(start, start + 2 * HOUR)]


def test_how_long_before_is_a_choice_of_the_definition():
    start = at("2026-10-07T02:00")
    own = window("2026-10-07T02:00", "2026-10-07T04:00", start - 2 * HOUR)
    assert planned(own, min_notice=2 * HOUR) == [(start, start + 2 * HOUR)]


def test_each_occurrence_is_judged_by_the_registration_of_the_series():
    daily = again("FREQ=DAILY", "18:00", HOUR, "2026-10-01", "2026-10-03",
                  registered=at("2026-10-01T12:00"))  # fmt: skip
    assert (
        planned(daily)
        == [
            (local_text(day, "18:00"), local_text(day, "19:00"))
            for day in ("2026-10-03", "2026-10-02")
        ][::-1]
    )


def test_for_a_target_that_was_down_when_it_was_registered_it_is_urgent():
    both = window("2026-10-07T02:00", "2026-10-07T04:00", down=frozenset({2}),
                  scope=Scope(frozenset({1, 2})))  # fmt: skip
    records = [record(1), record(2)]
    assert planned(both, targets=records, target=2) == []
    assert planned(both, targets=records, target=1) == [(both.start, both.end)]
    work = Work([both], *EVER, Timelines(records, {}, {}))
    assert work.all(1) == work.all(2)


def extended(registered, said, **more):
    start, end = at("2026-10-07T02:00"), at("2026-10-07T04:00")
    longer = Extension(said, end, end + HOUR, "anna", "", **more)
    return window("2026-10-07T02:00", "2026-10-07T04:00", registered, extensions=(longer,)), (
        start, end, end + HOUR,
    )  # fmt: skip


def test_what_is_added_after_it_began_is_urgent():
    own, (start, end, later) = extended(LONG_BEFORE, at("2026-10-07T03:00"))
    assert planned(own) == [(start, end)]
    assert list(Work([own], *EVER, Timelines([record(1)], {}, {})).all(1)) == [(start, later)]


def test_what_is_added_in_time_is_planned():
    own, (start, _, later) = extended(LONG_BEFORE, at("2026-10-05"))
    assert planned(own) == [(start, later)]
    own, (start, end, _) = extended(LONG_BEFORE, at("2026-10-05"), down=frozenset({1}))
    assert planned(own) == [(start, end)]


def test_one_occurrence_of_a_series_is_extended_and_the_others_are_not():
    end = local_text("2026-10-02", "19:00")
    longer = Extension(LONG_BEFORE, end, end + HOUR, "anna", "")
    more = Extension(LONG_BEFORE, end + HOUR, end + 3 * HOUR, "anna", "")
    daily = again("FREQ=DAILY", "18:00", HOUR, "2026-10-01", "2026-10-03",
                  extensions=(longer, more))  # fmt: skip
    assert [e - s for s, e in planned(daily)] == [HOUR, 4 * HOUR, HOUR]
    found = occurrences(daily, end + 2 * HOUR, end + 2 * HOUR + 1)
    assert [(it.start, it.end) for it in found] == [(end + HOUR, end + 3 * HOUR)]


def test_a_cancelled_window_keeps_its_past_and_loses_the_rest():
    stop = local_text("2026-10-02", "18:20")
    daily = again("FREQ=DAILY", "18:00", HOUR, "2026-10-01",
                  cancelled=Cancellation(stop, "bo", ""))  # fmt: skip
    assert planned(daily) == [
        (local_text("2026-10-01", "18:00"), local_text("2026-10-01", "19:00")),
        (local_text("2026-10-02", "18:00"), stop),
    ]
    assert coming(daily, stop) == []


def test_what_comes_is_what_is_under_way_and_then_the_next():
    daily = again("FREQ=DAILY", "18:00", HOUR, "2026-10-01", "2026-10-02")
    first, second = local_text("2026-10-01", "18:00"), local_text("2026-10-02", "18:00")
    assert [it.start for it in coming(daily, first + MINUTE)] == [first]
    assert [it.start for it in coming(daily, first + HOUR)] == [second]
    assert coming(daily, second + HOUR) == []


POINTS, LAXA = frozenset({Kind.ACCESS_POINT}), frozenset({"laxa"})


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        (Scope(kinds=POINTS), {3, 4}),
        (Scope(sites=LAXA), {1, 2, 3}),
        (Scope(kinds=POINTS, sites=LAXA), {3}),
        (Scope(tags=frozenset({"core", "x"})), {1}),
        (Scope(targets=frozenset({4}), kinds=frozenset({Kind.SWITCH})), {1, 4}),
        (Scope(behind=frozenset({1})), {1, 2, 3}),
        (Scope(behind=frozenset({2})), {2, 3}),
        (Scope(targets=frozenset({9})), set()),
    ],
)
def test_a_window_is_for_what_its_scope_describes(scope, ids):
    records = [
        record(1, attributes=(Attributes(0, Kind.SWITCH, "laxa", None, ("core",)),)),
        record(2, Kind.SERVER, parent=1),
        record(3, Kind.ACCESS_POINT, parent=2),
        record(4, Kind.ACCESS_POINT, site="hallsberg"),
    ]
    own = window("2026-10-07T02:00", "2026-10-07T04:00", scope=scope)
    work = Work([own], *EVER, Timelines(records, {}, {}))
    assert {it.id for it in records if work.planned(it.id)} == ids


def test_a_second_belongs_to_what_an_object_was_then():
    moved = at("2026-10-07T03:00")
    records = [
        record(1, Kind.SWITCH),
        record(2, attributes=(Attributes(0, Kind.SERVER, "laxa", 1),
                              Attributes(moved, Kind.SERVER, "hallsberg", None))),
        record(3, parent=2),
    ]  # fmt: skip
    span = ("2026-10-07T02:00", "2026-10-07T04:00")
    early = [(at(span[0]), moved)]
    for scope in (Scope(sites=LAXA, kinds=frozenset({Kind.SERVER})), Scope(behind=frozenset({1}))):
        assert planned(window(*span, scope=scope), targets=records, target=2) == early
    behind = window(*span, scope=Scope(behind=frozenset({1})))
    assert planned(behind, targets=records, target=3) == early


windows = st.lists(
    st.builds(
        lambda start, length, notice: Window(
            1, Scope(frozenset({1})), start, start + length, "", "", start - notice
        ),
        st.integers(EVER[0], EVER[1] - DAY), st.integers(1, DAY), st.integers(0, 2 * DAY),
    ),
    max_size=5,
)  # fmt: skip


@given(windows)
def test_windows_are_united_and_twice_is_once(some):
    assert planned(*some) == planned(*some, *some)
    assert planned(*some) == union(
        (it.start, it.end) for it in some if it.registered_at + DAY <= it.start
    )


def test_windows_of_all_time_are_found_from_the_beginning_on():
    daily = again("FREQ=DAILY;COUNT=2", "18:00", HOUR, "2026-10-01")
    assert len(occurrences(daily, -ALWAYS, ALWAYS)) == 2

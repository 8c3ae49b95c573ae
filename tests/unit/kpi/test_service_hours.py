"""KPI.md "Working days" and service hours: which time counts, right across daylight saving."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.figures import DOWN, UNKNOWN, UP, ZONE, at, imported, record

from collector.domain.instants import HOUR, MINUTE
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import Interval
from collector.domain.targets import Kind
from collector.indicators.availability import Definition, Facts, Scope, budget, compute, figure
from collector.kpi.books import rows
from collector.kpi.outages import outages_of
from collector.kpi.service_hours import (
    OFFICE,
    WORKING_DAYS,
    Calendar,
    Hours,
    OpenDay,
    Opening,
    ServiceHours,
    spans,
)
from collector.kpi.spans import overlap, total
from collector.kpi.timelines import Timelines

EVERY_DAY = frozenset(range(7))
NIGHT = Calendar((Opening(EVERY_DAY, 0, 6 * 60), Opening(EVERY_DAY, 22 * 60, 24 * 60)))


def hours(calendar, first, after):
    found = spans(calendar, ZONE, date.fromisoformat(first), date.fromisoformat(after))
    return total(found) / HOUR


def test_the_seventh_worked_example_has_two_hours_of_service():
    found = Hours(spans(OFFICE, ZONE, date(2026, 4, 1), date(2026, 6, 1)))
    within = found.between(at("2026-04-30T15:30"), at("2026-05-04T08:30"))
    assert within == 2 * HOUR


def test_the_eighth_worked_example_has_nine_hours_of_service():
    found = Hours(spans(OFFICE, ZONE, date(2026, 6, 1), date(2026, 7, 1)))
    within = found.between(at("2026-06-18T09:00"), at("2026-06-22T09:00"))
    assert within == 9 * HOUR


@pytest.mark.parametrize(
    "day", ["2026-01-01", "2026-01-06", "2026-06-19", "2026-12-24", "2026-12-25", "2026-12-31"]
)
def test_the_office_is_closed_on_public_and_de_facto_holidays(day):
    assert hours(OFFICE, day, str(date.fromisoformat(day) + timedelta(days=1))) == 0


@pytest.mark.parametrize("day", ["2026-01-05", "2026-04-02", "2026-04-30", "2026-12-23"])
def test_the_office_is_open_on_the_days_before_holidays(day):
    assert hours(OFFICE, day, str(date.fromisoformat(day) + timedelta(days=1))) == 9


def test_a_closed_day_is_closed_and_an_open_one_open_whatever_else_is_said():
    own = Calendar(
        (Opening(WORKING_DAYS, 8 * 60, 17 * 60),),
        "SE",
        frozenset({date(2026, 6, 5), date(2026, 6, 8)}),
        (OpenDay(date(2026, 6, 6), 10 * 60, 14 * 60), OpenDay(date(2026, 6, 8), 9 * 60, 10 * 60)),
    )
    # Friday closed, Saturday and the National Day open for four hours, Monday for one.
    assert hours(own, "2026-06-05", "2026-06-09") == 5
    assert hours(own, "2026-06-05", "2026-06-06") == 0


def test_hours_that_meet_at_midnight_are_one_span():
    found = spans(NIGHT, ZONE, date(2026, 6, 1), date(2026, 6, 3))
    assert found[1] == (at("2026-06-01T22:00"), at("2026-06-02T06:00"))


def test_a_night_is_as_long_as_the_clocks_make_it():
    assert hours(NIGHT, "2026-03-29", "2026-03-30") == 7
    assert hours(NIGHT, "2026-10-25", "2026-10-26") == 9
    assert hours(NIGHT, "2026-06-01", "2026-06-02") == 8


def test_an_edge_in_the_gap_of_the_clocks_is_its_end_and_a_double_hour_is_open_twice():
    early = Calendar((Opening(EVERY_DAY, 2 * 60 + 30, 4 * 60),))
    assert hours(early, "2026-03-29", "2026-03-30") == 1
    gone = Calendar((Opening(EVERY_DAY, 2 * 60, 2 * 60 + 30),))
    assert hours(gone, "2026-03-29", "2026-03-30") == 0
    double = Calendar((Opening(EVERY_DAY, 2 * 60, 3 * 60),))
    assert hours(double, "2026-10-25", "2026-10-26") == 2


def test_hours_are_the_same_on_either_side_of_a_change_of_clocks():
    found = spans(OFFICE, ZONE, date(2026, 10, 23), date(2026, 10, 27))
    assert found == [
        (at("2026-10-23T07:30"), at("2026-10-23T16:30")),
        (at("2026-10-26T07:30"), at("2026-10-26T16:30")),
    ]
    assert found[1][0] - found[0][0] == 73 * HOUR


BEGIN, END = at("2026-10-19"), at("2026-11-02")
instants = st.integers(BEGIN, END)


@given(instants, instants)
def test_hours_between_two_instants_are_what_the_spans_cover(one, other):
    start, end = sorted((one, other))
    found = Hours(spans(OFFICE, ZONE, date(2026, 10, 20), date(2026, 10, 30)))
    assert found.between(start, end) == overlap(found.spans, start, end)
    assert found.between(start, end) == total(found.within(start, end))


def test_an_object_has_its_own_calendar_else_its_kinds_else_the_default():
    service = ServiceHours(ZONE, NIGHT, {Kind.SERVER: OFFICE}, {"t1": None})
    assert service.calendar(Kind.SERVER, "t1") is None
    assert service.calendar(Kind.SERVER, "t2") is OFFICE
    assert service.calendar(Kind.SWITCH, "t2") is NIGHT
    assert service
    assert not ServiceHours(ZONE, None, {Kind.SERVER: None})


# In the figures

OFFICE_HOURS = ServiceHours(ZONE, kinds={Kind.SERVER: OFFICE})


def timelines(*history, **more):
    target = record(1, Kind.SERVER, first_seen=history[0].start, **more)
    return Timelines([target], {1: list(history)}, {1: END})


def account(found, start, end, service=OFFICE_HOURS):
    period = Period("p", start, end, min(end, END), 2026)
    return compute(Facts(found, service=service), period)


def seconds(books):
    return figure(books, Definition(), Scope(kind=Kind.SERVER)).seconds


def test_an_outage_outside_service_hours_counts_neither_seconds_nor_itself():
    found = timelines(
        imported(UP, "2026-10-19", "2026-10-20T22:00"),
        imported(DOWN, "2026-10-20T22:00", "2026-10-21T02:00"),
        imported(UP, "2026-10-21T02:00", "2026-11-02"),
    )
    books = account(found, BEGIN, END)
    assert seconds(books) == Seconds(up=90 * HOUR)
    assert figure(books, Definition(), Scope(kind=Kind.SERVER)).begun == 0


def test_an_outage_over_the_night_is_one_and_counts_what_lies_within_service_hours():
    found = timelines(
        imported(UP, "2026-10-19", "2026-10-20T16:00"),
        imported(DOWN, "2026-10-20T16:00", "2026-10-21T08:00"),
        imported(UP, "2026-10-21T08:00", "2026-11-02"),
    )
    books = account(found, BEGIN, END)
    assert seconds(books) == Seconds(up=89 * HOUR, down=HOUR)
    assert figure(books, Definition(), Scope(kind=Kind.SERVER)).begun == 1
    (outage,) = outages_of(found, 1, OFFICE_HOURS.hours(Kind.SERVER, BEGIN, END))
    assert (outage.start, outage.end, outage.length) == (
        at("2026-10-20T16:00"),
        at("2026-10-21T08:00"),
        HOUR,
    )


def test_up_in_the_night_ends_an_outage():
    found = timelines(
        imported(UP, "2026-10-19", "2026-10-20T16:00"),
        imported(DOWN, "2026-10-20T16:00", "2026-10-20T20:00"),
        imported(UP, "2026-10-20T20:00", "2026-10-21T08:00"),
        imported(DOWN, "2026-10-21T08:00", "2026-10-21T08:30"),
        imported(UP, "2026-10-21T08:30", "2026-11-02"),
    )
    books = account(found, BEGIN, END)
    assert figure(books, Definition(), Scope(kind=Kind.SERVER)).begun == 2


def test_budget_and_the_part_to_come_are_of_the_whole_periods_service_hours():
    found = timelines(imported(UP, "2026-10-01", "2026-11-02"))
    period = Period("2026-11", at("2026-11-01"), at("2026-12-01"), END, 2026)
    books = compute(Facts(found, service=OFFICE_HOURS), period)
    scope = Scope(kind=Kind.SERVER)
    assert seconds(books) == Seconds()
    allowed = budget(books, Definition(), scope, 0.992)
    assert allowed is not None
    assert allowed.allowed == pytest.approx(0.008 * 21 * 9 * HOUR)
    assert books.hours[Kind.SERVER] == 21 * 9 * HOUR
    assert books.hours[Kind.SWITCH] == 30 * 24 * HOUR


states = st.sampled_from([UP, DOWN, UNKNOWN])


@st.composite
def histories(draw):
    edges = sorted(set(draw(st.lists(instants, min_size=2, max_size=12))))
    return [Interval(start, end, draw(states)) for start, end in pairwise(edges)]


calendars = st.sampled_from([None, OFFICE, NIGHT, Calendar((Opening(EVERY_DAY, 90, 170),))])


@settings(deadline=None)
@given(histories(), calendars, calendars)
def test_the_sum_over_days_equals_the_period_with_any_calendars(history, of_kind, of_behind):
    if not history:
        return
    switch = record(2, Kind.SWITCH, first_seen=BEGIN)
    server = record(1, Kind.SERVER, first_seen=history[0].start, parent=2)
    failed = [imported(UP, "2026-10-19", "2026-10-21"), imported(DOWN, "2026-10-21", "2026-10-27")]
    found = Timelines([server, switch], {1: history, 2: failed}, {1: END, 2: END})
    service = ServiceHours(ZONE, None, {Kind.SERVER: of_kind}, {"t2": of_behind})
    edges = [at(f"{date(2026, 10, 19) + timedelta(days=n)}") for n in range(15)]
    since = dict.fromkeys(Kind, 0)

    def account(start, end):
        period = Period("p", start, end, end, 2026)
        sums, begun = {1: Seconds(), 2: Seconds()}, {1: 0, 2: 0}
        for row in rows(found, period, since, service):
            sums[row.target] += row.seconds
            begun[row.target] += row.begun
        return sums, begun

    whole, begun = account(edges[0], edges[-1])
    days = [account(start, end) for start, end in pairwise(edges)]
    for id_ in (1, 2):
        assert sum((day[id_] for day, _ in days), Seconds()) == whole[id_]
        assert sum(count[id_] for _, count in days) == begun[id_]


@settings(deadline=None)
@given(histories(), calendars)
def test_the_five_parts_are_the_service_time_exactly(history, calendar):
    if not history:
        return
    found = Timelines([record(1, in_service_from=BEGIN)], {1: history}, {1: END})
    service = ServiceHours(ZONE, calendar)
    (row,) = rows(found, Period("p", BEGIN, END, END, 2026), {Kind.SERVER: BEGIN}, service)
    of_calendar = service.hours(Kind.SERVER, BEGIN, END)
    expected = END - BEGIN if of_calendar is None else of_calendar.between(BEGIN, END)
    assert row.seconds.service == expected


@settings(deadline=None)
@given(histories())
def test_a_calendar_that_is_never_closed_counts_as_around_the_clock_does(history):
    if not history:
        return
    always = Calendar((Opening(EVERY_DAY, 0, 24 * 60),))
    found = Timelines([record(1, first_seen=history[0].start)], {1: history}, {1: END})
    period = Period("p", BEGIN + 90 * MINUTE, END, END, 2026)
    since = {Kind.SERVER: history[0].start}
    assert rows(found, period, since, ServiceHours(ZONE, always)) == rows(found, period, since)

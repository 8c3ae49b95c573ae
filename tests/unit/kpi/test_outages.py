"""KPI.md "Outages": runs of down, and what they were a consequence of."""

import pytest
from support.figures import (
    DOWN,
    MAINTENANCE,
    UNKNOWN,
    UNREACHABLE,
    UP,
    ZONE,
    at,
    imported,
    polled,
    record,
)

from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.states import Interval, State
from collector.domain.targets import Attributes, Kind
from collector.kpi.availability import Segment, account, seconds_of
from collector.kpi.outages import begun, outages, outages_of, time_between_failures, time_to_restore
from collector.kpi.periods import parse_period
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines

SWITCH, FIRST, OTHER = 1, 2, 3


def segments(*parts):
    found, now = [], 0
    for length, state in parts:
        found.append(Segment(now, now + length, state))
        now += length
    return found


def runs(*parts):
    return [(it.start, it.end, it.restored_at, it.length) for it in outages(7, segments(*parts))]


def test_up_alone_ends_an_outage():
    assert runs((10, UP), (5, DOWN), (3, UNREACHABLE), (9, UP), (4, DOWN)) == [
        (10, 18, 18, 8),
        (27, 31, None, 4),
    ]


@pytest.mark.parametrize("between", [UNKNOWN, MAINTENANCE])
def test_unknown_and_maintenance_neither_split_nor_lengthen_an_outage(between):
    assert runs((10, UP), (5, DOWN), (50, between), (5, DOWN), (9, UP)) == [(10, 70, 70, 10)]
    assert runs((10, UP), (5, DOWN), (50, between), (9, UP)) == [(10, 15, 65, 5)]
    assert runs((10, between), (5, DOWN), (50, between)) == [(10, 15, None, 5)]


def clock(text: str) -> str:
    return f"2026-10-14T{text}"


def behind_a_switch(child, switch, **more):
    """A switch and an access point behind it, as they were measured."""
    records = [
        record(SWITCH, Kind.SWITCH, first_seen=at("2026-10-01")),
        record(FIRST, Kind.ACCESS_POINT, parent=SWITCH, first_seen=at("2026-10-01"), **more),
    ]
    until = dict.fromkeys((SWITCH, FIRST), at("2026-10-20"))
    return Timelines(records, {SWITCH: switch, FIRST: child}, until)


def test_the_third_worked_example_of_a_switch_and_what_is_behind_it():
    switch = polled((clock("00:00"), UP), (clock("10:00"), DOWN), (clock("11:00"), UP))
    child = polled((clock("00:00"), UP), (clock("10:00:20"), DOWN), (clock("11:00:40"), UP))
    timelines = behind_a_switch(child, switch)
    day = [(at("2026-10-14"), at("2026-10-15"))]
    found = account(child, day, until=at("2026-10-20"), behind=timelines.behind(FIRST))
    assert [(it.start, it.end, it.state) for it in found[1:3]] == [
        (at(clock("10:00:20")), at(clock("11:00:00")), State.UNREACHABLE),
        (at(clock("11:00:00")), at(clock("11:00:40")), State.DOWN),
    ]
    assert seconds_of(found).unreachable == 59 * MINUTE + 40 * SECOND
    (outage,) = outages_of(timelines, FIRST)
    assert (outage.consequence, outage.cause) == (True, SWITCH)
    assert outage.length == HOUR + 20 * SECOND
    (own,) = outages_of(timelines, SWITCH)
    assert (own.consequence, own.cause) == (False, None)


def cause_of(child, switch):
    return outages_of(behind_a_switch(child, switch), FIRST)[-1].cause


def down_at(start, end, confirmed=None):
    return [
        Interval(at("2026-10-01"), at(clock(start)), UP),
        Interval(
            at(clock(start)),
            at(clock(end)),
            DOWN,
            None if confirmed is None else at(clock(confirmed)),
        ),
        Interval(at(clock(end)), None, UP),
    ]


def test_a_parent_found_down_by_the_time_of_confirmation_is_the_cause():
    child = down_at("09:59:40", "10:30", confirmed="10:00:00")
    assert cause_of(child, down_at("10:00:00", "10:20")) == SWITCH
    assert cause_of(child, down_at("10:00:01", "10:20")) is None


def test_a_parent_that_failed_after_a_short_outage_was_over_is_not_its_cause():
    child = down_at("09:59:40", "09:59:50", confirmed="10:00:10")
    assert cause_of(child, down_at("09:59:50", "10:20")) is None


def test_a_parent_that_was_up_again_is_not_the_cause():
    child = down_at("10:00:00", "10:30", confirmed="10:00:20")
    assert cause_of(child, down_at("09:50", "10:00:00")) is None


def test_an_imported_outage_is_a_consequence_strictly_where_it_begins():
    child = down_at("09:59:59", "10:30")
    assert cause_of(child, down_at("10:00:00", "10:20")) is None
    assert cause_of(child, down_at("09:59:59", "10:20")) == SWITCH


def test_maintenance_of_an_ancestor_changes_nothing_of_what_is_unreachable():
    switch = [
        imported(DOWN, clock("10:00"), clock("11:00")),
        imported(MAINTENANCE, clock("09:00"), clock("12:00")),
    ]
    child = [imported(DOWN, clock("10:00"), clock("11:00"))]
    timelines = behind_a_switch(child, switch)
    assert timelines.behind(FIRST) == [(at(clock("10:00")), at(clock("11:00")))]
    assert outages_of(timelines, FIRST)[0].cause == SWITCH


def test_an_imported_unreachable_is_a_consequence_without_a_known_cause():
    timelines = behind_a_switch([imported(UNREACHABLE, clock("10:00"), clock("11:00"))], [])
    (outage,) = outages_of(timelines, FIRST)
    assert (outage.consequence, outage.cause, outage.unreachable) == (True, None, HOUR)


def test_the_topmost_failed_ancestor_is_the_cause():
    core, access, point = 1, 2, 3
    records = [
        record(core, Kind.SWITCH, first_seen=0),
        record(access, Kind.SWITCH, parent=core, first_seen=0),
        record(point, Kind.ACCESS_POINT, parent=access, first_seen=0),
    ]
    down = [imported(DOWN, clock("10:00"), clock("11:00"))]
    timelines = Timelines(records, {core: down, access: down, point: down}, {})
    assert outages_of(timelines, point)[0].cause == core
    assert outages_of(timelines, access)[0].cause == core


def test_the_parent_that_held_then_is_what_counts():
    moved = (
        Attributes(0, Kind.ACCESS_POINT, "laxa", SWITCH),
        Attributes(at(clock("10:30")), Kind.ACCESS_POINT, "laxa", OTHER),
    )
    records = [
        record(SWITCH, Kind.SWITCH),
        record(OTHER, Kind.SWITCH),
        record(FIRST, attributes=moved),
    ]
    intervals = {
        SWITCH: [imported(DOWN, clock("10:00"), clock("11:00"))],
        OTHER: [imported(DOWN, clock("10:00"), clock("12:00"))],
    }
    timelines = Timelines(records, intervals, {})
    assert timelines.behind(FIRST) == [(at(clock("10:00")), at(clock("12:00")))]
    assert timelines.ancestors(FIRST, at(clock("10:29"))) == [SWITCH]
    assert timelines.ancestors(FIRST, at(clock("10:30"))) == [OTHER]
    intervals[OTHER] = []
    assert Timelines(records, intervals, {}).behind(FIRST) == [
        (at(clock("10:00")), at(clock("10:30")))
    ]


def test_a_circle_of_parents_ends_and_nobody_is_behind_oneself():
    records = [record(1, parent=2), record(2, parent=3), record(3, parent=2)]
    down = [imported(DOWN, clock("10:00"), clock("11:00"))]
    timelines = Timelines(records, {2: down}, {})
    assert timelines.behind(1) == [(at(clock("10:00")), at(clock("11:00")))]
    assert timelines.behind(2) == []
    assert timelines.behind(3) == [(at(clock("10:00")), at(clock("11:00")))]
    assert Timelines([record(1, parent=1)], {1: down}, {}).behind(1) == []


def test_a_parent_that_is_not_known_is_no_ancestor():
    timelines = Timelines([record(1, parent=99)], {}, {})
    assert timelines.ancestors(1, ALWAYS) == [99]
    assert timelines.behind(1) == []


OCTOBER = parse_period("2026-10", zone=ZONE, now=at("2027-01-01"))


def test_an_outage_counts_where_it_began_and_is_restored_where_it_ended():
    history = polled(
        ("2026-09-01", UP),
        ("2026-09-30T23:00", DOWN),
        ("2026-10-01T01:00", UP),
        ("2026-10-10T00:00", DOWN),
        ("2026-10-10T04:00", UP),
        ("2026-10-31T23:00", DOWN),
        ("2026-11-01T02:00", UP),
    )
    switch = record(SWITCH, Kind.SWITCH, first_seen=at("2026-09-01"))
    found = outages_of(Timelines([switch], {SWITCH: history}, {}), SWITCH)
    assert [it.start for it in begun(found, OCTOBER)] == [at("2026-10-10"), at("2026-10-31T23:00")]
    assert time_to_restore(found, OCTOBER) == 3 * HOUR
    assert time_to_restore([], OCTOBER) is None
    assert time_between_failures(730 * HOUR, 2) == 365 * HOUR
    assert time_between_failures(730 * HOUR, 0) is None

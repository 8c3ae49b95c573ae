"""What the outages of a group come to."""

from support.figures import ZONE, at

from collector.domain.instants import HOUR
from collector.kpi.outages import Outage
from collector.kpi.periods import parse_period
from collector.kpi.rollup import Rollup, roll_up

OCTOBER = parse_period("2026-10", zone=ZONE, now=at("2027-01-01"))


def outage(start, length, *, restored=True, consequence=False):
    began = at(start)
    end = began + length
    restored_at = end if restored else None
    return Outage(1, began, end, restored_at, length, 0, consequence=consequence)


def test_outages_are_counted_where_they_begin_and_restored_where_they_end():
    found = [
        outage("2026-09-30T20:00", 8 * HOUR),
        outage("2026-10-10T10:00", 2 * HOUR, consequence=True),
        outage("2026-10-31T22:00", 6 * HOUR),
    ]
    assert roll_up(found, 700 * HOUR, OCTOBER) == Rollup(2, 1, found[0], 5 * HOUR, 350 * HOUR)


def test_without_outages_there_is_nothing_to_take_the_mean_of():
    assert roll_up([], 700 * HOUR, OCTOBER) == Rollup(0, 0, None, None, None)
    before = [outage("2026-09-30T10:00", HOUR), outage("2026-11-01T00:00", HOUR)]
    assert roll_up(before, 700 * HOUR, OCTOBER) == Rollup(0, 0, None, None, None)

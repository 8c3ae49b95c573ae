"""What the database adds up comes to the same, second by second, as interval by interval."""

from zoneinfo import ZoneInfo

from hypothesis import given, note, settings
from hypothesis import strategies as st
from support.figures import DOWN, UNKNOWN, UP, FakeFigureStore, record

from collector.domain.corrections import CORRECTABLE, Correction
from collector.domain.maintenance import Scope, Window
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Attributes, Kind
from collector.kpi.books import rows
from collector.kpi.lifetimes import measured_from
from collector.kpi.service_hours import AROUND_THE_CLOCK, WORKING_DAYS, Calendar, Opening
from collector.kpi.service_hours import ServiceHours as Hours
from collector.kpi.timelines import Timelines
from collector.services.history import read_accounts, read_timelines

IDS = range(1, 5)
NOW = 200
instants = st.integers(-40, 140)
spans = st.tuples(instants, st.integers(1, 60)).map(lambda it: (it[0], it[0] + it[1]))


@st.composite
def histories(draw, now):
    """Intervals until now as polling and imports leave them: disjoint but for imported maintenance,
    and no two that were polled touch and are alike."""
    found = []
    at = draw(st.integers(-40, 30))
    usual = st.sampled_from([UP, DOWN])
    pieces = st.tuples(
        st.sampled_from([0, 0, 0, 0, 0, 3]),
        st.integers(1, 40),
        usual | usual | usual | st.sampled_from(list(State)),
        st.sampled_from([Origin.POLLED] * 5 + [Origin.IMPORTED]),
    )
    for gap, length, state, said in draw(st.lists(pieces, max_size=8)):
        at += gap
        measured = state in (UP, DOWN, UNKNOWN)
        origin = said if measured else Origin.IMPORTED
        before = found[-1] if found else None
        if before and (before.end, before.state, before.origin) == (at, state, Origin.POLLED):
            at += 1
        found.append(Interval(at, at + length, state, None, origin))
        at += length
    if found and found[-1].origin is Origin.POLLED and draw(st.booleans()):
        found[-1] = found[-1]._replace(end=None)
    if draw(st.integers(0, 5)) == 5:
        start, end = draw(spans)
        found.append(Interval(start, end, State.MAINTENANCE, None, Origin.IMPORTED))
    known = (it._replace(end=it.end and min(it.end, now)) for it in found if it.start < now)
    return sorted(known, key=lambda it: (it.start, it.end is None, it.end))


@st.composite
def targets(draw, id_, intervals):
    """An object with a lifetime and a parent, which may change."""
    seldom = st.sampled_from([False, False, False, True])
    polled = [it.start for it in intervals]
    first_seen = min(polled) - draw(st.integers(0, 5)) if polled else draw(st.none() | instants)
    holds = [
        Attributes(
            0,
            draw(st.sampled_from([Kind.SERVER, Kind.SWITCH])),
            draw(st.sampled_from(["laxa", "hallsberg"])),
            draw(st.sampled_from([None, *IDS])),
        )
    ]
    if draw(seldom):
        later = Attributes(draw(instants), Kind.SERVER, "laxa", draw(st.sampled_from([None, *IDS])))
        holds.append(later)
    return record(
        id_,
        attributes=tuple(holds),
        first_seen=first_seen,
        in_service_from=draw(instants) if draw(seldom) else None,
        retired_at=draw(instants) if draw(seldom) else None,
        dropped_at=draw(instants) if draw(seldom) else None,
    )


@st.composite
def stores(draw):
    """A store, how far its open intervals are known, and one or two periods until now."""
    now = draw(st.integers(40, 180))
    found = {}
    for id_ in IDS:
        intervals = draw(histories(now))
        found[draw(targets(id_, intervals))] = intervals
    few = st.integers(0, 6).map(lambda n: max(0, n - 4))
    some_ids = st.frozensets(st.sampled_from(IDS), max_size=2)
    windows = [
        Window(number, Scope(draw(some_ids), draw(some_ids)), *draw(spans), "anna", "byte", -999)
        for number in range(draw(few))
    ]
    corrections = [
        Correction(
            number + 1,
            draw(st.sampled_from(IDS)),
            *draw(spans),
            draw(st.sampled_from(CORRECTABLE)),
            "anna",
            "så var det",
            0,
        )
        for number in range(draw(few))
    ]
    until = {
        target.id: max(intervals[-1].start, draw(st.integers(20, now) | st.just(now)))
        for target, intervals in found.items()
        if intervals and draw(st.integers(0, 5))
    }
    asked = [
        Period("p", start, end, min(max(now, start), end), 2026)
        for start, end in draw(st.lists(spans, min_size=1, max_size=2))
    ]
    return FakeFigureStore(found, windows=windows, corrections=corrections), until, asked


open_now = Calendar((Opening(WORKING_DAYS | {5, 6}, 0, 1),))
services = st.sampled_from(
    [AROUND_THE_CLOCK] * 3 + [Hours(ZoneInfo("UTC"), targets={"t1": open_now})]
)


class Exactly(Timelines):
    """Timelines of which every object is accounted interval by interval."""

    def plain(self, target):
        return False


def both(store, until, asked, stated, service, wanted):
    """Rows by the sums, and by the intervals of all that is read of the store."""
    since = measured_from(store.targets(), stated)
    summed = read_accounts(
        store,
        [(each, since) for each in asked],
        now=NOW,
        min_notice=0,
        known_until=until,
        targets=wanted,
        service=service,
    )
    exact = read_timelines(
        store,
        min(it.start for it in asked),
        max(it.measured_end for it in asked),
        now=NOW,
        planned_until=max(it.end for it in asked),
        min_notice=0,
        known_until=until,
        targets=wanted,
    )
    exact.__class__ = Exactly
    for period in asked:
        yield (
            period,
            *(
                [
                    row._replace(uncorrected=row.uncorrected or row.seconds)
                    for row in rows(timelines, period, since, service)
                    if wanted is None or row.target in wanted
                ]
                for timelines in (summed, exact)
            ),
        )


@settings(max_examples=200)
@given(
    stores(),
    st.dictionaries(st.just(Kind.SERVER), instants),
    services,
    st.none() | st.sets(st.sampled_from(IDS), min_size=1),
)
def test_added_up_is_as_accounted_interval_by_interval(found, stated, service, wanted):
    store, until, asked = found
    for period, summed, exact in both(store, until, asked, stated, service, wanted):
        note(str(period))
        assert summed == exact


def test_objects_that_are_up_and_down_in_turn_are_not_read_interval_by_interval():
    plain = [Interval(0, 50, UP), Interval(50, 60, DOWN, 51), Interval(60, None, UP)]
    behind = [Interval(0, 58, UP), Interval(58, 70, DOWN, 59), Interval(70, None, UP)]
    unsure = [Interval(0, 20, DOWN, 1), Interval(20, 30, UNKNOWN), Interval(30, None, DOWN, 31)]
    histories = {
        record(1, first_seen=0): plain,
        record(2, first_seen=0, parent=1): behind,
        record(3, first_seen=0): unsure,
        **{record(id_, first_seen=0): plain for id_ in range(4, 9)},
    }
    store = FakeFigureStore(histories)
    until = dict.fromkeys(range(1, 9), NOW)
    period = Period("p", 10, 100, 100, 2026)
    (_, summed, exact), *_ = both(store, until, [period], {}, AROUND_THE_CLOCK, None)
    assert summed == exact
    assert {row.target: row.seconds for row in summed}[2] == Seconds(78, 10, 2)
    assert store.asked[0] == (10, 100, frozenset({1, 2, 3}))

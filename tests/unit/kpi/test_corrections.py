"""KPI.md "Accounting": corrections, of which the latest counts and none is rewritten."""

from hypothesis import given
from hypothesis import strategies as st
from support.figures import DOWN, MAINTENANCE, UNKNOWN, UP, record

from collector.domain.corrections import CORRECTABLE, Correction
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Attributes, Kind
from collector.kpi.availability import account, seconds_of
from collector.kpi.books import rows
from collector.kpi.corrections import corrected, in_force
from collector.kpi.lifetimes import measured_from
from collector.kpi.spans import union
from collector.kpi.timelines import Timelines


def entry(id_, start=0, end=10, state=UP, undoes=None, target=1):
    return Correction(id_, target, start, end, state, "anna", "så var det", 0, undoes)


def ids(*entries):
    return [it.id for it in in_force(entries).get(1, [])]


def test_an_undo_takes_one_back_and_an_undone_undo_does_not():
    assert ids(entry(1), entry(2)) == [1, 2]
    assert ids(entry(1), entry(2), entry(3, undoes=1)) == [2]
    assert ids(entry(1), entry(2, undoes=1), entry(3, undoes=2)) == [1]
    assert ids(entry(1), entry(2, undoes=1), entry(3, undoes=1)) == []


def states(intervals, *entries):
    return [(it.start, it.end, it.state.value) for it in corrected(intervals, entries)]


MEASURED = [Interval(0, 40, UP), Interval(40, 60, DOWN, 41), Interval(60, None, UP)]


def test_what_was_measured_gives_way_to_what_really_was():
    assert states(MEASURED, entry(1, 30, 50, UP)) == [
        (0, 30, "up"), (30, 50, "up"), (50, 60, "down"), (60, None, "up"),
    ]  # fmt: skip
    assert states(MEASURED, entry(1, 70, 80, DOWN)) == [
        (0, 40, "up"), (40, 60, "down"), (60, 70, "up"), (70, 80, "down"), (80, None, "up"),
    ]  # fmt: skip
    assert states([], entry(1, 70, 80, DOWN)) == [(70, 80, "down")]


def test_the_latest_of_those_that_overlap_counts():
    assert states(MEASURED, entry(1, 0, 100, DOWN), entry(2, 20, 30, UNKNOWN)) == [
        (0, 20, "down"), (20, 30, "unknown"), (30, 100, "down"), (100, None, "up"),
    ]  # fmt: skip


def test_maintenance_lies_over_what_was_measured():
    found = corrected(MEASURED, [entry(1, 45, 55, MAINTENANCE)])
    assert [it for it in found if it.state is not MAINTENANCE] == MEASURED
    assert [it.origin for it in found if it.state is MAINTENANCE] == [Origin.CORRECTED]


def test_imported_maintenance_is_an_earlier_correction():
    planned = Interval(40, 60, MAINTENANCE, None, Origin.IMPORTED)
    found = states([*MEASURED[:2], planned], entry(1, 50, 60, DOWN))
    assert (40, 50, "maintenance") in found
    assert (50, 60, "down") in found
    assert len([it for it in found if it[2] == "maintenance"]) == 1


PERIOD = Period("x", 0, 100, 100, 2026)


def accounts(intervals, entries=(), records=None, planned=None):
    targets = records or [record(id_, first_seen=0) for id_ in intervals]
    timelines = Timelines(
        targets, intervals, dict.fromkeys(intervals, 100),
        planned=planned or {}, corrections=in_force(entries),
    )  # fmt: skip
    return {
        row.target: row for row in rows(timelines, PERIOD, measured_from(timelines.targets, {}))
    }


def test_figures_before_corrections_keep_planned_maintenance():
    row = accounts({1: MEASURED}, [entry(1, 45, 55, UP)], planned={1: [(50, 52), (90, 95)]})[1]
    assert row.seconds == Seconds(up=83, down=10, maintenance=7)
    assert row.uncorrected == Seconds(up=75, down=18, maintenance=7)
    assert accounts({1: MEASURED}, planned={1: [(50, 52)]})[1].uncorrected is None


def test_a_correction_of_what_an_object_is_behind_tells_in_its_figures():
    child = Attributes(0, Kind.SERVER, "laxa", 1)
    records = [record(1, first_seen=0), record(2, first_seen=0, attributes=(child,))]
    row = accounts({1: MEASURED, 2: MEASURED}, [entry(1, 40, 60, UP)], records)[2]
    assert row.seconds == Seconds(up=80, down=20)
    assert row.uncorrected == Seconds(up=80, unreachable=20)


anything = st.lists(
    st.tuples(st.sampled_from(list(State)), st.integers(0, 90), st.integers(1, 40),
              st.sampled_from([Origin.POLLED, Origin.IMPORTED])).map(
        lambda it: Interval(it[1], it[1] + it[2], it[0], None, it[3])
    ),
    max_size=8,
).map(sorted)  # fmt: skip
entries = st.lists(
    st.tuples(st.sampled_from(CORRECTABLE), st.integers(0, 90), st.integers(1, 40)), max_size=5
).map(lambda some: [entry(n, s, s + length, state) for n, (state, s, length) in enumerate(some)])
spans = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 20)).map(lambda it: (it[0], it[0] + it[1])),
    max_size=4,
).map(union)


@given(anything, entries, spans, spans, spans)
def test_the_parts_add_up_with_windows_and_corrections(measured, some, planned, behind, service):
    own = corrected(measured, some)
    segments = account(own, service, until=100, behind=behind, planned=planned)
    assert union([(s, e) for s, e, _ in segments]) == service
    assert seconds_of(segments).service == sum(end - start for start, end in service)
    for segment in segments:
        if any(start <= segment.start < end for start, end in planned):
            assert segment.state is MAINTENANCE


@given(anything, entries)
def test_where_a_correction_is_the_last_word_it_holds(measured, some):
    own = corrected(measured, some)
    for at in range(100):
        latest = next((it for it in reversed(some) if it.start <= at < it.end), None)
        if latest is not None:
            (segment,) = account(own, [(at, at + 1)], until=100)
            assert segment.state is latest.state


@given(anything, entries, spans, st.integers(1, 99))
def test_the_rows_of_two_halves_are_those_of_the_whole(measured, some, planned, middle):
    def seconds(start, end):
        timelines = Timelines(
            [record(1, first_seen=0)], {1: measured}, {1: 100},
            planned={1: planned}, corrections=in_force(some),
        )  # fmt: skip
        period = Period("x", start, end, end, 2026)
        (row,) = rows(timelines, period, {Kind.SERVER: 0})
        return row.seconds, row.uncorrected or row.seconds

    first, second, whole = seconds(0, middle), seconds(middle, 100), seconds(0, 100)
    assert first[0] + second[0] == whole[0]
    assert first[1] + second[1] == whole[1]
    assert whole[0].service == 100


def test_planned_work_may_begin_with_what_is_still_open():
    measured = [Interval(0, 40, UP), Interval(40, None, DOWN, 41)]
    assert states(measured, entry(1, 40, 45, MAINTENANCE)) == [
        (0, 40, "up"),
        (40, 45, "maintenance"),
        (40, None, "down"),
    ]

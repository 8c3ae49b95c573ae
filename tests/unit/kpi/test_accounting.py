"""KPI.md "Accounting": five disjoint parts that are the service time, always, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.figures import DOWN, MAINTENANCE, UNKNOWN, UNREACHABLE, UP, at, imported

from collector.domain.instants import HOUR
from collector.domain.measurements import Seconds
from collector.domain.states import Interval, Origin, State
from collector.kpi.availability import account, clipped, is_plain, seconds_of, tally
from collector.kpi.outages import outages
from collector.kpi.spans import union

OCTOBER = [(at("2026-10-01"), at("2026-11-01"))]


def test_the_first_worked_example_of_october():
    history = [
        imported(UP, "2026-10-01", "2026-10-07T00:00"),
        imported(DOWN, "2026-10-07T00:00", "2026-10-07T03:00"),
        imported(MAINTENANCE, "2026-10-07T02:00", "2026-10-07T04:00"),
        imported(UP, "2026-10-07T03:00", "2026-10-20T10:00"),
        imported(UP, "2026-10-20T15:00", "2026-11-01"),
    ]
    seconds = seconds_of(account(history, OCTOBER, until=0))
    assert seconds == Seconds(736 * HOUR, 2 * HOUR, 0, 2 * HOUR, 5 * HOUR)
    assert seconds.availability == pytest.approx(0.997289972899729, abs=1e-15)
    assert seconds.coverage == pytest.approx(0.9932705248990579, abs=1e-15)


def span(state, start, end, origin=Origin.POLLED):
    return Interval(start, end, state, None, origin)


def parts(intervals, service=((0, 100),), behind=(), until=100, corrected=True):
    segments = account(intervals, service, until=until, behind=behind, corrected=corrected)
    return [(segment.start, segment.end, segment.state.value) for segment in segments]


def test_of_parts_that_overlap_the_first_in_order_counts():
    layers = [
        span(UP, 0, 100),
        span(DOWN, 10, 90),
        span(UNREACHABLE, 20, 80),
        span(UNKNOWN, 30, 70),
        span(MAINTENANCE, 40, 60),
    ]
    assert parts(layers) == [
        (0, 10, "up"), (10, 20, "down"), (20, 30, "unreachable"), (30, 40, "unknown"),
        (40, 60, "maintenance"),
        (60, 70, "unknown"), (70, 80, "unreachable"), (80, 90, "down"), (90, 100, "up"),
    ]  # fmt: skip


def test_where_nothing_was_measured_is_unknown():
    assert parts([span(UP, 20, 40)]) == [(0, 20, "unknown"), (20, 40, "up"), (40, 100, "unknown")]


def test_down_behind_a_failed_ancestor_is_unreachable_and_up_is_not():
    history = [span(UP, 0, 20), span(DOWN, 20, 60), span(UP, 60, 100)]
    assert parts(history, behind=[(10, 30), (50, 80)]) == [
        (0, 20, "up"), (20, 30, "unreachable"), (30, 50, "down"), (50, 60, "unreachable"),
        (60, 100, "up"),
    ]  # fmt: skip


def test_an_open_interval_holds_until_it_is_known():
    assert parts([span(UP, 0, None)], until=70) == [(0, 70, "up"), (70, 100, "unknown")]
    assert parts([span(UP, 50, None)], until=20) == [(0, 100, "unknown")]


def test_maintenance_counts_within_service_hours_alone():
    history = [span(UP, 0, 100), span(MAINTENANCE, 15, 45)]
    assert parts(history, service=[(10, 20), (40, 50)]) == [
        (10, 15, "up"), (15, 20, "maintenance"), (40, 45, "maintenance"), (45, 50, "up"),
    ]  # fmt: skip


def test_imported_maintenance_is_a_correction_and_what_was_before_it_can_be_told():
    history = [span(UP, 0, 50), span(DOWN, 50, 100), span(MAINTENANCE, 40, 60, Origin.IMPORTED)]
    assert parts(history, corrected=False) == [(0, 50, "up"), (50, 100, "down")]


states = st.sampled_from(list(State))
anything = st.lists(
    st.tuples(states, st.integers(-20, 110), st.integers(0, 50), st.sampled_from(list(Origin))).map(
        lambda it: span(it[0], it[1], it[1] + it[2], it[3])
    ),
    max_size=10,
)
some_spans = st.lists(
    st.tuples(st.integers(-10, 100), st.integers(1, 40)).map(lambda it: (it[0], it[0] + it[1])),
    max_size=5,
).map(union)


@given(anything, some_spans, some_spans)
def test_the_parts_add_up_to_the_service_time(intervals, service, behind):
    segments = account(intervals, service, until=60, behind=behind)
    assert union([(s, e) for s, e, _ in segments]) == service
    seconds = seconds_of(segments)
    assert seconds.service == sum(end - start for start, end in service)
    assert seconds.availability is None or 0 <= seconds.availability <= 1
    assert seconds.coverage is None or 0 <= seconds.coverage <= 1


@given(anything, some_spans, st.integers(0, 100))
def test_splitting_a_period_changes_no_sum(intervals, behind, middle):
    def seconds(start, end):
        service = [(start, end)] if start < end else []
        return seconds_of(account(intervals, service, until=60, behind=behind))

    assert seconds(0, middle) + seconds(middle, 100) == seconds(0, 100)


@given(anything, some_spans, st.randoms())
def test_the_order_of_rows_does_not_matter(intervals, behind, random):
    shuffled = random.sample(intervals, len(intervals))
    service = [(0, 100)]
    assert account(intervals, service, until=60, behind=behind) == account(
        shuffled, service, until=60, behind=behind
    )


def in_order(steps):
    """Intervals of measured states, one after another with gaps, the last one open."""
    intervals, now = [], 0
    for gap, length, state in steps:
        now += gap
        intervals.append(span(state, now, now + length))
        now += length
    if intervals:
        intervals[-1] = intervals[-1]._replace(end=None)
    return intervals


measured = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 15), st.sampled_from([UP, DOWN, UNKNOWN])),
    max_size=12,
).map(in_order)


@given(measured, some_spans, st.integers(0, 90), st.integers(1, 60), st.integers(0, 90))
def test_the_quick_sums_are_those_of_the_accounts(intervals, behind, start, length, born):
    start = max(start, born)
    end, until = start + length, 80
    assert is_plain(intervals)
    segments = account(intervals, [(born, end)], until=until, behind=behind)
    slow = seconds_of(clipped(segments, start, end))
    begun = [it for it in outages(1, segments) if start <= it.start < end]
    quick = tally(intervals, start, end, until=until, born=born, behind=behind)
    assert quick == (slow.up, slow.down, slow.unreachable, len(begun))


@pytest.mark.parametrize(
    "intervals",
    [
        [span(UP, 0, 10), span(MAINTENANCE, 2, 4)],
        [span(UNREACHABLE, 0, 10)],
        [span(UP, 0, 10), span(DOWN, 9, 12)],
        [span(UP, 0, None), span(DOWN, 9, 12)],
        [span(DOWN, 5, 5)],
    ],
)
def test_what_overlaps_or_is_not_measured_is_not_for_the_quick_sums(intervals):
    assert not is_plain(intervals)

"""Counting with planned work and service hours comes to the same as accounting each second."""

from hypothesis import event, given, settings
from hypothesis import strategies as st
from support.figures import DOWN, UNKNOWN, UP

from collector.domain.states import Interval
from collector.kpi.availability import account, clipped, seconds_of
from collector.kpi.counted import Counted, tally_counted
from collector.kpi.outages import outages
from collector.kpi.service_hours import Hours
from collector.kpi.spans import Lengths, union

spans = st.lists(
    st.tuples(st.integers(-30, 100), st.integers(1, 25)).map(lambda it: (it[0], it[0] + it[1])),
    max_size=5,
).map(union)


@st.composite
def measured(draw):
    """Plain intervals from up on, the last one perhaps open."""
    at, found = draw(st.integers(-30, 20)), []
    states = st.sampled_from([UP, UP, DOWN, DOWN, UNKNOWN])
    for state, gap, length in draw(
        st.lists(st.tuples(states, st.sampled_from([0, 0, 0, 2]), st.integers(1, 30)), max_size=8)
    ):
        at += gap
        found.append(Interval(at, at + length, state))
        at += length
    if found and draw(st.booleans()):
        found[-1] = found[-1]._replace(end=None)
    return found


@settings(max_examples=400)
@given(measured(), spans, st.none() | spans, spans, st.integers(-10, 30), st.integers(0, 100))
def test_what_counts_is_as_each_second_accounted(intervals, work, service, behind, born, until):
    start, end = max(0, born), 90
    hours = None if service is None else Hours(service)
    found = tally_counted(
        intervals,
        start,
        end,
        until=until,
        born=born,
        behind=behind,
        counted=Counted(hours, Lengths(work) if work else None),
    )
    event("counted" if found else "left to account")
    earliest = max(born, min(start, intervals[0].start if intervals else start))
    segments = account(intervals, [(earliest, end)], until=until, behind=behind, planned=work)
    within = clipped(segments, start, end)
    seconds = seconds_of(within) if hours is None else hours.seconds_of(within)
    begun = sum(start <= it.start < end for it in outages(1, segments, hours))
    if found:
        up, down, unreachable, maintenance, unknown, new = found
        assert (up, down, unreachable, maintenance, unknown) == (
            seconds.up,
            seconds.down,
            seconds.unreachable,
            seconds.maintenance,
            seconds.unknown,
        )
        assert new == begun


def test_an_outage_outlasts_planned_work_and_not_what_is_up_outside_service_hours():
    history = [Interval(0, 20, UP), Interval(20, 30, DOWN), Interval(30, 40, UP)]
    history += [Interval(40, 50, DOWN), Interval(50, 90, UP)]

    def begun(hours, work):
        counted = Counted(hours and Lengths(hours), work and Lengths(work))
        return tally_counted(
            history, 0, 90, until=90, born=0, behind=(), counted=counted
        ).begun  # fmt: skip

    assert begun(None, [(28, 42)]) == 1
    assert begun([(0, 30), (40, 90)], None) == 2
    assert begun(None, [(20, 30)]) == 1
    assert begun([(0, 45)], [(40, 45)]) == 1

"""Which of an object's time counts: its service hours less its planned work."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.domain.instants import Duration, Instant
from collector.domain.states import Interval, State
from collector.kpi.availability import touching
from collector.kpi.spans import Lengths, Span, Spans, overlap, subtract


class Counted:
    """Service and planned work over a stretch of time; None is around the clock, and no work.

    Asked in steps of the logarithm of their number, so that a window each night costs little.
    """

    def __init__(self, hours: Lengths | None, work: Lengths | None) -> None:
        self._hours = hours
        self._work = work
        self._both = None
        if hours is not None and work is not None:
            self._both = Lengths(subtract(hours.spans, work.spans))

    def service(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) is service, planned work or not."""
        return end - start if self._hours is None else self._hours.between(start, end)

    def free(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) is no planned work, service or not."""
        return end - start if self._work is None else end - start - self._work.between(start, end)

    def between(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) is service and no planned work."""
        if self._both is not None:
            return self._both.between(start, end)
        return self.free(start, end) if self._hours is None else self._hours.between(start, end)

    def within(self, start: Instant, end: Instant) -> list[Span]:
        """The service within [start, end) that is no planned work."""
        counted = self._both or self._hours
        if counted is not None:
            return counted.within(start, end)
        planned: Spans = () if self._work is None else self._work.within(start, end)
        return subtract([(start, end)], planned)


class CountedTally(NamedTuple):
    """The five parts, in µs, and how many outages began."""

    up: Duration
    down: Duration
    unreachable: Duration
    maintenance: Duration
    unknown: Duration
    begun: int


def tally_counted(
    intervals: list[Interval],
    start: Instant,
    end: Instant,
    *,
    until: Instant,
    born: Instant,
    behind: Spans,
    counted: Counted,
) -> CountedTally | None:
    """As `availability.tally`, of the time that counts.

    None where an outage may have been under way at the start, which only `account` tells: one does
    not end in planned work, but it does outside service hours.
    """
    first, within = touching(intervals, start, end, until)
    if within and not _up_at_first(intervals[first], within[0][1], born, counted):
        return None
    up = down = unreachable = begun = 0
    failed = False
    for began, ended, state, _, _, _ in within:
        if state is State.UP:
            up += counted.between(began, ended)
            failed = failed and not counted.free(began, ended)
        elif state is State.DOWN and (length := counted.between(began, ended)):
            down += length
            if behind:
                unreachable += _behind(behind, counted.within(began, ended))
            begun += not failed
            failed = True
    service = counted.service(start, end)
    maintenance = service - counted.between(start, end)
    unknown = service - maintenance - up - down
    return CountedTally(up, down - unreachable, unreachable, maintenance, unknown, begun)


def _up_at_first(first: Interval, ended: Instant, born: Instant, counted: Counted) -> bool:
    """Whether an object was up before anything else, and that not in planned work alone."""
    return first.state is State.UP and counted.free(max(first.start, born), ended) > 0


def _behind(behind: Spans, pieces: Sequence[Span]) -> Duration:
    return sum(overlap(behind, start, end) for start, end in pieces)

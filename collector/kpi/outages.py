"""Outages and what they were a consequence of (KPI.md "Outages")."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from collector.domain.instants import Duration, Instant
from collector.domain.periods import Period
from collector.domain.states import Interval, State
from collector.kpi.availability import Segment, account
from collector.kpi.service_hours import Hours
from collector.kpi.spans import ALWAYS, Spans
from collector.kpi.timelines import Timelines


@dataclass(frozen=True, slots=True)
class Outage:
    """A run of down and unreachable of one object, unbroken by up.

    `end` is the end of its last second of either; `restored_at` when the object was up again, None
    while that is not known. A `consequence` began behind a failed ancestor; `cause` is the topmost
    of those, None for one that was imported as unreachable and no failure is known of.
    """

    target: int
    start: Instant
    end: Instant
    restored_at: Instant | None
    down: Duration
    unreachable: Duration
    confirmed_at: Instant | None = None
    consequence: bool = False
    cause: int | None = None
    reason: str = ""

    @property
    def length(self) -> Duration:
        """D + X: maintenance and unknown inside it do not lengthen it."""
        return self.down + self.unreachable


def outages(target: int, segments: Iterable[Segment], hours: Hours | None = None) -> list[Outage]:
    """The outages in an object's accounted segments, in order; causes are not looked for.

    `segments` are of all of its time. Of an outage counts what lies within service `hours`, around
    the clock where they are not given; one that lies outside them is none, and up outside them
    ends one all the same.
    """
    found: list[Outage] = []
    run: list[Segment] = []
    for segment in segments:
        if segment.state is State.UP:
            if run:
                found.append(_outage(target, run, segment.start))
            run = []
        elif segment.state in (State.DOWN, State.UNREACHABLE):
            run += [segment] if hours is None else _served(segment, hours)
    if run:
        found.append(_outage(target, run, None))
    return found


def outages_of(timelines: Timelines, target: int, hours: Hours | None = None) -> list[Outage]:
    """An object's outages as far as its intervals reach, with their causes.

    `hours` are its service hours, around the clock where they are not given.
    """
    intervals = timelines.of(target)
    lived = lifetime(timelines, target)
    if hours is None and _told_by_intervals(timelines, target, lived):
        return list(_plain_outages(target, intervals, timelines.until(target)))
    segments = account(
        intervals,
        lived,
        until=timelines.until(target),
        behind=timelines.behind(target),
        planned=timelines.planned(target),
    )
    return [_explained(timelines, outage, intervals) for outage in outages(target, segments, hours)]


def lifetime(timelines: Timelines, target: int) -> Spans:
    """An object's lifetime as one span, or none (KPI.md "Lifetime")."""
    record = timelines.target(target)
    start = record.first_seen if record.in_service_from is None else record.in_service_from
    end = record.dropped_at if record.retired_at is None else record.retired_at
    if start is None or (end is not None and end <= start):
        return ()
    return ((start, ALWAYS if end is None else end),)


def begun(outages: Iterable[Outage], period: Period) -> list[Outage]:
    """Those that count in a period: where they began."""
    return [it for it in outages if period.start <= it.start < period.measured_end]


def time_to_restore(outages: Iterable[Outage], period: Period) -> float | None:
    """The mean D + X, in µs, of those that ended in a period; None where none did."""
    lengths = [
        it.length
        for it in outages
        if it.restored_at is not None and period.start <= it.restored_at < period.measured_end
    ]
    return sum(lengths) / len(lengths) if lengths else None


def time_between_failures(up: Duration, outages_begun: int) -> float | None:
    """ΣU / outages begun, in µs; None where none began."""
    return up / outages_begun if outages_begun else None


def failed_at(intervals: Sequence[Interval], at: Instant) -> Interval:
    """The interval in which an object was down or unreachable at an instant."""
    number = bisect_right(intervals, at, key=_START) - 1
    while True:
        found = intervals[number]
        failed = found.state is State.DOWN or found.state is State.UNREACHABLE
        if failed and (found.end is None or found.end > at):
            return found
        number -= 1


_START = attrgetter("start")


def _told_by_intervals(timelines: Timelines, target: int, lived: Spans) -> bool:
    """Whether an object's outages are its intervals that are down: nothing was planned, corrected
    or behind another, and all of it lies within its lifetime."""
    intervals = timelines.of(target)
    if not lived or not intervals or not timelines.plain(target) or timelines.planned(target):
        return False
    start, end = lived[0]
    ended = intervals[-1].end
    last = timelines.until(target) if ended is None else ended
    return intervals[0].start >= start and last <= end and not timelines.behind(target)


def _plain_outages(target: int, intervals: Iterable[Interval], until: Instant) -> Iterator[Outage]:
    """Those of plain intervals, of which an open one is known until an instant."""
    first: Interval | None = None
    length = end = 0
    for interval in intervals:
        ended = until if interval.end is None else interval.end
        if ended <= interval.start:
            continue
        if interval.state is State.DOWN:
            if first is None:
                first, length = interval, 0
            length += ended - interval.start
            end = ended
        elif interval.state is State.UP and first is not None:
            at, known, reason = first.start, first.confirmed_at, first.reason
            yield Outage(target, at, end, interval.start, length, 0, known, reason=reason)
            first = None
    if first is not None:
        known, reason = first.confirmed_at, first.reason
        yield Outage(target, first.start, end, None, length, 0, known, reason=reason)


def _served(segment: Segment, hours: Hours) -> list[Segment]:
    """The part of a segment within service hours."""
    within = hours.within(segment.start, segment.end)
    return [Segment(start, end, segment.state) for start, end in within]


def _outage(target: int, run: Sequence[Segment], restored_at: Instant | None) -> Outage:
    lengths = {State.DOWN: 0, State.UNREACHABLE: 0}
    for start, end, state in run:
        lengths[state] += end - start
    return Outage(
        target,
        run[0].start,
        run[-1].end,
        restored_at,
        lengths[State.DOWN],
        lengths[State.UNREACHABLE],
        consequence=run[0].state is State.UNREACHABLE,
    )


def _explained(timelines: Timelines, outage: Outage, intervals: Sequence[Interval]) -> Outage:
    """The outage with what is known of its beginning."""
    first = failed_at(intervals, outage.start)
    cause = _cause(timelines, outage, first.confirmed_at)
    return replace(
        outage,
        confirmed_at=first.confirmed_at,
        consequence=outage.consequence or cause is not None,
        cause=cause,
        reason=first.reason,
    )


def _cause(timelines: Timelines, outage: Outage, confirmed_at: Instant | None) -> int | None:
    """The topmost ancestor whose failure the outage began behind.

    Polling sees child and parent seconds apart, so that a failure of the parent that was found by
    the time the child's was confirmed, and began while it lasted, is its cause as well.
    """
    found_by = outage.start if confirmed_at is None else min(confirmed_at, outage.end - 1)
    latest = max(outage.start, found_by)
    cause = None
    for ancestor in timelines.ancestors(outage.target, outage.start):
        down = timelines.down(ancestor)
        if any(start <= latest and end > outage.start for start, end in down):
            cause = ancestor
    return cause

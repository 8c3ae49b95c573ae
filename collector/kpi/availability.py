"""One object's time, split into the five disjoint parts of KPI.md "Accounting"."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from collector.domain.instants import Duration, Instant
from collector.domain.measurements import Seconds
from collector.domain.states import Interval, Origin, State
from collector.kpi.spans import ALWAYS, Span, Spans, clip, intersect, overlap, subtract, union

_UP, _DOWN, _UNKNOWN = State.UP, State.DOWN, State.UNKNOWN


class Segment(NamedTuple):
    """An accounted stretch [start, end): exactly one of the five parts applies."""

    start: Instant
    end: Instant
    state: State


def account(
    intervals: Iterable[Interval],
    service: Spans,
    *,
    until: Instant,
    behind: Spans = (),
    planned: Spans = (),
    corrected: bool = True,
) -> list[Segment]:
    """Split an object's service time: maintenance before unknown, unreachable, down and up.

    `service` is what counts of its lifetime; the segments cover it exactly, in time order, and no
    two that touch are alike. An open interval is known up to `until`. `behind` is when an ancestor
    was measured down, `planned` when maintenance was, in time. Without `corrected` maintenance
    among the intervals, which is a later correction, does not apply (KPI.md "Accounting").
    """
    if not service:
        return []
    of = _by_state(intervals, until, corrected)
    # A year has very many windows, a month of it has few.
    work = clip(planned, service[0][0], service[-1][1])
    parts = (
        (State.MAINTENANCE, union(of[State.MAINTENANCE], work)),
        (_UNKNOWN, of[_UNKNOWN]),
        (State.UNREACHABLE, union(of[State.UNREACHABLE], intersect(of[_DOWN], behind))),
        (_DOWN, of[_DOWN]),
        (_UP, of[_UP]),
        (_UNKNOWN, list(service)),
    )
    left: Spans = service
    segments: list[Segment] = []
    for state, spans in parts:
        segments += [Segment(start, end, state) for start, end in intersect(left, spans)]
        left = subtract(left, spans)
    return _joined(sorted(segments))


def measured_down(intervals: Iterable[Interval], until: Instant) -> list[Span]:
    """When an object was measured down, whatever maintenance says."""
    of = _by_state(intervals, until, corrected=True)
    return subtract(union(of[_DOWN], of[State.UNREACHABLE]), of[_UNKNOWN])


def seconds_of(segments: Iterable[Segment]) -> Seconds:
    """The five parts, in µs."""
    parts = dict.fromkeys(State, 0)
    for start, end, state in segments:
        parts[state] += end - start
    return Seconds(**{state.value: length for state, length in parts.items()})


def clipped(segments: Iterable[Segment], start: Instant, end: Instant) -> list[Segment]:
    """The part within [start, end)."""
    return [
        Segment(max(s, start), min(e, end), state)
        for s, e, state in segments
        if s < end and e > start
    ]


def is_plain(intervals: Iterable[Interval]) -> bool:
    """Whether `tally` may count them: as measured, in order, none empty or over another."""
    last = -ALWAYS
    for start, end, state, _, _, _ in intervals:
        if state is not _UP and state is not _DOWN and state is not _UNKNOWN:
            return False
        if start < last or (end is not None and end <= start):
            return False
        last = ALWAYS if end is None else end
    return True


Tally = tuple[Duration, Duration, Duration, int]
"""What was up, down and unreachable, in µs, and how many outages began."""


def tally(
    intervals: list[Interval],
    start: Instant,
    end: Instant,
    *,
    until: Instant,
    born: Instant,
    behind: Spans = (),
) -> Tally:
    """The sums that `account` leads to over [start, end), in one pass over plain intervals.

    This is what the speed of all figures hangs on: nearly every object is plain. An outage that
    was under way before `start` is not counted, but for one that was so before the object's
    lifetime began (`born`): that one begins there.
    """
    if not intervals:
        return 0, 0, 0, 0
    began, ended, state, _, _, _ = intervals[-1]
    if state is _UP and began <= start:
        # Nothing has happened since: so it is for most objects and short periods.
        known = min(end, until if ended is None else ended)
        return max(0, known - start), 0, 0, 0
    first, within = touching(intervals, start, end, until)
    if not within:
        return 0, 0, 0, 0
    up = down = unreachable = begun = 0
    failed = within[0][2] is not _UP and _under_way(intervals, first, start, born)
    for began, ended, state, _, _, _ in within:
        if state is _UP:
            up += ended - began
            failed = False
        elif state is _DOWN:
            down += ended - began
            if behind:
                unreachable += overlap(behind, began, ended)
            if not failed:
                failed = True
                begun += 1
    return up, down - unreachable, unreachable, begun


def touching(
    intervals: list[Interval], start: Instant, end: Instant, until: Instant
) -> tuple[int, list["_Closed"]]:
    """The plain intervals that touch [start, end), cut to it, and the number of the first."""
    first = bisect_left(intervals, (start,))
    if first:
        before = intervals[first - 1].end
        if before is None or before > start:
            first -= 1
    return first, _cut(intervals, first, start, end, until)


_Closed = tuple[Instant, Instant, State, object, object, object]


def _cut(
    intervals: list[Interval], first: int, start: Instant, end: Instant, until: Instant
) -> list[_Closed]:
    """Plain intervals from `first` on, as far as they touch [start, end), cut to it."""
    cut = cast("list[_Closed]", intervals[first : bisect_left(intervals, (end,), first)])
    if cut:
        began, ended, state, _, _, _ = cut[-1]
        # Only the last of all may be open.
        known = until if ended is None else ended
        if known > end:  # noqa: PLR1730 - a call of min() costs thrice as much
            known = end
        if known <= began or known <= start:
            del cut[-1]
        elif known != ended:
            cut[-1] = (began, known, state, None, None, None)
    if cut and cut[0][0] < start:
        _, ended, state, _, _, _ = cut[0]
        cut[0] = (start, ended, state, None, None, None)
    return cut


def _under_way(intervals: Sequence[Interval], first: int, start: Instant, born: Instant) -> bool:
    """Whether an outage that began earlier lasted at `start`, where plain interval `first` is the
    first that reaches it and is not up."""
    reaching = intervals[first]
    if reaching.state is _DOWN and max(reaching.start, born) < start:
        return True
    for i in range(first - 1, -1, -1):
        ended = intervals[i].end
        if ended is None or ended <= born:
            return False
        if intervals[i].state is not _UNKNOWN:
            return intervals[i].state is _DOWN
    return False


def _by_state(
    intervals: Iterable[Interval], until: Instant, corrected: bool
) -> dict[State, list[Span]]:
    """The stretches of each state, united; open ones end at `until`."""
    spans: dict[State, list[Span]] = {state: [] for state in State}
    for start, end, state, _, origin, _ in intervals:
        if corrected or state is not State.MAINTENANCE or origin is Origin.POLLED:
            spans[state].append((start, until if end is None else end))
    return {state: union(found) for state, found in spans.items()}


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Neighbours of one state become one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].end == segment.start and joined[-1].state is segment.state:
            joined[-1] = joined[-1]._replace(end=segment.end)
        else:
            joined.append(segment)
    return joined

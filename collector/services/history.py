"""Reading what the figures need of the store, and no more."""

from collections.abc import Collection, Mapping, Sequence

from collector.domain.instants import Duration, Instant
from collector.domain.states import Interval, State
from collector.domain.targets import TargetRecord
from collector.kpi.corrections import in_force
from collector.kpi.maintenance import MIN_NOTICE, Work
from collector.kpi.spans import Span, Spans, clip
from collector.kpi.tail import known_until as replayed
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore

_BEGINNING: Instant = 0


def read_timelines(
    store: FigureStore,
    start: Instant,
    end: Instant,
    *,
    now: Instant,
    planned_until: Instant | None = None,
    min_notice: Duration = MIN_NOTICE,
    known_until: Mapping[int, Instant] | None = None,
    targets: Collection[int] | None = None,
    records: Sequence[TargetRecord] | None = None,
) -> Timelines:
    """What was measured in [start, end) of all objects, or of some with all that were above them,
    with people's corrections and what was planned until `planned_until` (`end` where not given).

    Of an object that was down after unknown time at the start, as far back as there is anything: an
    outage that began earlier is not to be taken for a new one. Open intervals are known until
    `known_until`, those of objects that are not in it as far as the last samples say. `records` are
    the store's targets, where the caller has read them already.
    """
    records = store.targets() if records is None else records
    everyone = Timelines(records, {}, {})
    wanted = None
    if targets is not None:
        wanted = {above for target in targets for above in everyone.reached(target)}
    corrections = {
        id_: found
        for id_, found in in_force(store.corrections(_BEGINNING, end)).items()
        if wanted is None or id_ in wanted
    }
    intervals = dict(store.intervals(start, end, wanted))
    doubtful = {id_ for id_, found in intervals.items() if _in_doubt(found, start)}
    doubtful |= corrections.keys()
    if doubtful:
        for id_, earlier in store.intervals(_BEGINNING, start, doubtful).items():
            before = [it for it in earlier if it.end is not None and it.end <= start]
            intervals[id_] = [*before, *intervals.get(id_, ())]
    until = known_until or {}
    if any(_open(found) and id_ not in until for id_, found in intervals.items()):
        until = {**replayed(store.tail(), now), **until}
    stretch = (start, end if planned_until is None else max(end, planned_until))
    planned = _planned(store, stretch, everyone, intervals, wanted, min_notice)
    return Timelines(records, intervals, until, planned=planned, corrections=corrections)


def _planned(
    store: FigureStore,
    stretch: Span,
    everyone: Timelines,
    intervals: Mapping[int, Sequence[Interval]],
    wanted: Collection[int] | None,
    min_notice: Duration,
) -> dict[int, Spans]:
    """The planned maintenance of each object that has any: from the stretch's start on, and as far
    back as the failure reaches that it may have begun within."""
    start, end = stretch
    back = {id_: found[0].start for id_, found in intervals.items() if _reaches_back(found, start)}
    first = min(back.values(), default=start)
    windows = store.maintenance(first, end)
    if not windows:
        return {}
    work = Work(windows, first, end, everyone, min_notice)
    planned: dict[int, Spans] = {}
    shared: dict[int, tuple[Spans, Spans]] = {}
    for target in everyone.targets:
        if wanted is not None and target.id not in wanted:
            continue
        if not (spans := work.planned(target.id)):
            continue
        if target.id in back:
            planned[target.id] = clip(spans, back[target.id], end)
            continue
        # Very many objects have one and the same list of spans.
        if id(spans) not in shared:
            shared[id(spans)] = spans, clip(spans, start, end)
        planned[target.id] = shared[id(spans)][1]
    return planned


def _reaches_back(intervals: Sequence[Interval], start: Instant) -> bool:
    """Whether what is known of an object begins before the start, with anything but up at it."""
    first = intervals[0]
    reaches = first.end is None or first.end > start
    return first.start < start and not (first.state is State.UP and reaches)


def _open(intervals: Sequence[Interval]) -> bool:
    return any(it.end is None for it in reversed(intervals))


def _in_doubt(intervals: Sequence[Interval], start: Instant) -> bool:
    """Whether the first that is known of an object is a failure that may have begun earlier."""
    for interval in intervals:
        if interval.state in (State.UP, State.DOWN, State.UNREACHABLE):
            return interval.state is not State.UP and interval.start >= start
    return False

"""Reading what the figures need of the store, and no more."""

from collections.abc import Collection, Mapping, Sequence

from collector.domain.instants import Instant
from collector.domain.states import Interval, State
from collector.domain.targets import TargetRecord
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
    known_until: Mapping[int, Instant] | None = None,
    targets: Collection[int] | None = None,
    records: Sequence[TargetRecord] | None = None,
) -> Timelines:
    """What was measured in [start, end) of all objects, or of some with all that were above them.

    Of an object that was down after unknown time at the start, as far back as there is anything: an
    outage that began earlier is not to be taken for a new one. Open intervals are known until
    `known_until`, those of objects that are not in it as far as the last samples say. `records` are
    the store's targets, where the caller has read them already.
    """
    records = store.targets() if records is None else records
    wanted = None
    if targets is not None:
        everyone = Timelines(records, {}, {})
        wanted = {above for target in targets for above in everyone.reached(target)}
    intervals = dict(store.intervals(start, end, wanted))
    if doubtful := [id_ for id_, found in intervals.items() if _in_doubt(found, start)]:
        for id_, earlier in store.intervals(_BEGINNING, start, doubtful).items():
            before = [it for it in earlier if it.end is not None and it.end <= start]
            intervals[id_] = [*before, *intervals[id_]]
    until = known_until or {}
    if any(_open(found) and id_ not in until for id_, found in intervals.items()):
        until = {**replayed(store.tail(), now), **until}
    return Timelines(records, intervals, until)


def _open(intervals: Sequence[Interval]) -> bool:
    return any(it.end is None for it in reversed(intervals))


def _in_doubt(intervals: Sequence[Interval], start: Instant) -> bool:
    """Whether the first that is known of an object is a failure that may have begun earlier."""
    for interval in intervals:
        if interval.state in (State.UP, State.DOWN, State.UNREACHABLE):
            return interval.state is not State.UP and interval.start >= start
    return False

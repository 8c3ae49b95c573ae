"""Reading what the figures need of the store, and no more."""

from collections.abc import Collection, Mapping, Sequence

from collector.domain.instants import Duration, Instant
from collector.domain.periods import Period
from collector.domain.states import Interval, State
from collector.domain.targets import TargetRecord
from collector.kpi.availability import Tally
from collector.kpi.corrections import in_force
from collector.kpi.lifetimes import MeasuredFrom
from collector.kpi.maintenance import MIN_NOTICE, Work
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.spans import Span, Spans, clip
from collector.kpi.sums import tallied
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
    whole_outages: bool = False,
) -> Timelines:
    """What was measured in [start, end) of all objects, or of some with all that were above them,
    with people's corrections and what was planned until `planned_until` (`end` where not given).

    Of an object that was down after unknown time at the start, as far back as there is anything: an
    outage that began earlier is not to be taken for a new one. With `whole_outages` so of all that
    may have been down at the start, and of what they were behind. Open intervals are known until
    `known_until`, those of objects that are not in it as far as the last samples say. `records` are
    the store's targets, where the caller has read them already.
    """
    reading = _Reading(store, start, end, targets, records)
    intervals = reading.intervals(reading.wanted, whole_outages=whole_outages)
    until = known_until or {}
    if any(_open(found) and id_ not in until for id_, found in intervals.items()):
        until = {**replayed(store.tail(), now), **until}
    planned = reading.planned(planned_until, min_notice)
    planned |= reading.planned_further(intervals, planned_until, min_notice)
    return Timelines(
        reading.records, intervals, until, planned=planned, corrections=reading.corrections
    )


def read_accounts(
    store: FigureStore,
    periods: Sequence[tuple[Period, MeasuredFrom]],
    *,
    now: Instant,
    min_notice: Duration = MIN_NOTICE,
    known_until: Mapping[int, Instant] | None = None,
    targets: Collection[int] | None = None,
    records: Sequence[TargetRecord] | None = None,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> Timelines:
    """As `read_timelines`, for `books.rows` of these periods alone, of which each is given with its
    `measured_from`: the intervals of most objects are added up by the database and not read."""
    start = min(period.start for period, _ in periods)
    end = max(period.measured_end for period, _ in periods)
    planned_until = max(period.end for period, _ in periods)
    reading = _Reading(store, start, end, targets, records)
    planned = reading.planned(planned_until, min_notice)
    chosen = [it for it in reading.records if reading.wanted is None or it.id in reading.wanted]
    apart = {it.id for it in chosen if reading.is_corrected(it.id) or _has_calendar(it, service)}
    apart |= planned.keys()
    tallies: dict[Span, Mapping[int, Tally]] = {}
    exact = {it.id for it in chosen}
    until = known_until or {}
    # Where few are left, adding them up is no gain beside reading the others.
    if len(apart) * 2 < len(chosen):
        sums = [
            store.sums(it.start, max(it.start, it.measured_end), reading.wanted)
            for it, _ in periods
        ]
        opened = {id_ for found in sums for id_, it in found.items() if it.opened}
        until = _known(store, opened, until, end, now)
        for (period, since), found in zip(periods, sums, strict=True):
            tallies[period.start, period.measured_end] = tallied(
                chosen, found, period, since, until, reading.everyone, apart
            )
        exact = {id_ for id_ in exact if any(id_ not in it for it in tallies.values())}
    read = {above for id_ in exact for above in reading.reached(id_)}
    most = reading.wanted is None and len(read) * 2 > len(reading.records)
    intervals = reading.intervals(None if most else read)
    until = _known(store, {id_ for id_, it in intervals.items() if _open(it)}, until, end, now)
    planned |= reading.planned_further(intervals, planned_until, min_notice)
    return Timelines(
        reading.records,
        intervals,
        until,
        planned=planned,
        corrections=reading.corrections,
        asked=chosen,
        tallies=tallies,
        unread=frozenset() if most else {it.id for it in chosen} - read,
    )


class _Reading:
    """One reading of the store, of [start, end)."""

    def __init__(
        self,
        store: FigureStore,
        start: Instant,
        end: Instant,
        targets: Collection[int] | None,
        records: Sequence[TargetRecord] | None,
    ) -> None:
        self._store = store
        self._start = start
        self._end = end
        self.records = store.targets() if records is None else records
        self.everyone = Timelines(self.records, {}, {})
        self.reached = self.everyone.reached
        self.wanted: set[int] | None = None
        if targets is not None:
            self.wanted = {above for target in targets for above in self.reached(target)}
        self.corrections = {
            id_: found
            for id_, found in in_force(store.corrections(_BEGINNING, end)).items()
            if self.wanted is None or id_ in self.wanted
        }

    def is_corrected(self, target: int) -> bool:
        """Whether an object or anything that ever was above it has a correction."""
        return bool(self.corrections) and not self.corrections.keys().isdisjoint(
            self.reached(target)
        )

    def intervals(
        self, targets: Collection[int] | None, *, whole_outages: bool = False
    ) -> dict[int, Sequence[Interval]]:
        """The intervals of some objects or all, of the doubtful from the beginning on."""
        if targets is not None and not targets:
            return {}
        start, end = self._start, self._end
        intervals = dict(self._store.intervals(start, end, targets))
        if whole_outages:
            early = [id_ for id_, found in intervals.items() if _first_failed(found)]
            doubtful = {above for id_ in early for above in self.reached(id_)}
        else:
            doubtful = {id_ for id_, found in intervals.items() if _in_doubt(found, start)}
        doubtful |= self.corrections.keys()
        if targets is not None:
            doubtful &= set(targets)
        if doubtful:
            for id_, earlier in self._store.intervals(_BEGINNING, start, doubtful).items():
                before = [it for it in earlier if it.end is not None and it.end <= start]
                intervals[id_] = [*before, *intervals.get(id_, ())]
        return intervals

    def planned(self, until: Instant | None, min_notice: Duration) -> dict[int, Spans]:
        """The planned maintenance of each object that has any, from the start on."""
        end = self._end if until is None else max(self._end, until)
        return self._planned(self._start, end, min_notice, self.wanted)

    def planned_further(
        self,
        intervals: Mapping[int, Sequence[Interval]],
        until: Instant | None,
        min_notice: Duration,
    ) -> dict[int, Spans]:
        """The planned maintenance of objects that were not up at the start, as far back as the
        failure reaches that it may have begun within."""
        back = {
            id_: found[0].start
            for id_, found in intervals.items()
            if _reaches_back(found, self._start)
        }
        if not back:
            return {}
        end = self._end if until is None else max(self._end, until)
        planned = self._planned(min(back.values()), end, min_notice, back)
        return {id_: clip(spans, back[id_], end) for id_, spans in planned.items()}

    def _planned(
        self, start: Instant, end: Instant, min_notice: Duration, targets: Collection[int] | None
    ) -> dict[int, Spans]:
        windows = self._store.maintenance(start, end)
        if not windows:
            return {}
        work = Work(windows, start, end, self.everyone, min_notice)
        planned: dict[int, Spans] = {}
        shared: dict[int, tuple[Spans, Spans]] = {}
        for target in self.records:
            if targets is not None and target.id not in targets:
                continue
            if not (spans := work.planned(target.id)):
                continue
            # Very many objects have one and the same list of spans.
            if id(spans) not in shared:
                shared[id(spans)] = spans, clip(spans, start, end)
            planned[target.id] = shared[id(spans)][1]
        return planned


def _known(
    store: FigureStore,
    opened: Collection[int],
    known_until: Mapping[int, Instant],
    end: Instant,
    now: Instant,
) -> Mapping[int, Instant]:
    """How far the open intervals of some objects are known, as far as it matters until `end`."""
    if all(id_ in known_until for id_ in opened):
        return known_until
    surely = store.known_at_least()
    if surely is not None and surely >= end:
        return {**dict.fromkeys(opened, surely), **known_until}
    return {**replayed(store.tail(), now), **known_until}


def _has_calendar(target: TargetRecord, service: ServiceHours) -> bool:
    return bool(service) and any(
        service.calendar(held.kind, target.name) for held in target.attributes
    )


def _reaches_back(intervals: Sequence[Interval], start: Instant) -> bool:
    """Whether what is known of an object begins before the start, with anything but up at it."""
    first = intervals[0]
    reaches = first.end is None or first.end > start
    return first.start < start and not (first.state is State.UP and reaches)


def _open(intervals: Sequence[Interval]) -> bool:
    return any(it.end is None for it in reversed(intervals))


def _in_doubt(intervals: Sequence[Interval], start: Instant) -> bool:
    """Whether the first that is known of an object is a failure that may have begun earlier."""
    first = _first_failed(intervals)
    return first is not None and first.start >= start


def _first_failed(intervals: Sequence[Interval]) -> Interval | None:
    """The first that is known of an object, where it is a failure."""
    for interval in intervals:
        if interval.state in (State.UP, State.DOWN, State.UNREACHABLE):
            return None if interval.state is State.UP else interval
    return None

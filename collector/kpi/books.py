"""The accounts of all objects over a period: a row for each object, class and site it was in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from collector.domain.instants import Duration, Instant
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import State
from collector.domain.targets import Attributes, Kind, TargetRecord
from collector.kpi.availability import (
    Segment,
    account,
    clipped,
    seconds_of,
    tally,
)
from collector.kpi.counted import tally_counted
from collector.kpi.outages import outages
from collector.kpi.service_hours import AROUND_THE_CLOCK, Hours, ServiceHours
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines


class Row(NamedTuple):
    """What an object was while it was of one class and at one site; durations in µs.

    The five parts are the object's own, over its lifetime. `before` is time that counts as unknown
    for its class alone: before the class was measured, and the object not yet in its lifetime.
    `counted` is False where the row itself lies before that. `rest` is its service in the part of
    the period that is still to come, known maintenance left out. `uncorrected` are the five parts
    before corrections, where they differ.
    """

    target: int
    kind: Kind
    site: str
    up: Duration
    down: Duration
    unreachable: Duration
    maintenance: Duration
    unknown: Duration
    begun: int
    rest: Duration
    before: Duration = 0
    counted: bool = True
    uncorrected: Seconds | None = None

    @property
    def seconds(self) -> Seconds:
        """The five parts."""
        return Seconds(self.up, self.down, self.unreachable, self.maintenance, self.unknown)


MeasuredFrom = Mapping[Kind, Instant]
"""Since when a class is measured; one that is not in it never was."""


def measured_from(targets: Iterable[TargetRecord], stated: MeasuredFrom) -> dict[Kind, Instant]:
    """Since when each class is measured: as stated, else its first poll or imported interval."""
    first: dict[Kind, Instant] = {}
    for target in targets:
        seen = target.first_seen
        if seen is None:
            continue
        for held in target.attributes:
            since = seen if held is target.attributes[0] or held.since < seen else held.since
            if since < first.get(held.kind, ALWAYS):
                first[held.kind] = since
    return {**first, **stated}


def rows(
    timelines: Timelines,
    period: Period,
    since: MeasuredFrom,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> list[Row]:
    """The accounts over a period of the objects that are asked for; `since` is `measured_from`."""
    books = _Books(timelines, period, since, service)
    return [row for target in timelines.asked for row in books.of(target)]


class _Books:
    """The accounting of one period."""

    def __init__(
        self, timelines: Timelines, period: Period, since: MeasuredFrom, service: ServiceHours
    ) -> None:
        self.timelines = timelines
        self.period = period
        self.since = since
        self.service = service
        self.rest = max(0, period.end - period.measured_end)
        self.clock = not service
        self.tallies = timelines.tallies(period)

    def of(self, target: TargetRecord) -> Iterable[Row]:
        """An object's rows: one, but where class or site changed or the class was not measured."""
        period = self.period
        stated, gone = target.in_service_from, gone_at(target)
        born = stated if stated is not None else target.first_seen
        if born is None:
            born = ALWAYS
        listed = period.start if stated is None or stated < period.start else stated
        if listed >= gone or listed >= period.end:
            return ()
        if target.id in self.tallies:
            simple, account = True, self._summed
        else:
            plain = self.timelines.plain(target.id)
            around = self.clock or self._around(target)
            simple = plain and around and not self.timelines.planned(target.id)
            account = self._plain if simple else self._counted if plain else self._full
        held = target.attributes[0]
        measured = self.since.get(held.kind, ALWAYS)
        start = born if born > listed else listed
        if simple and start >= measured and gone >= period.end and len(target.attributes) == 1:
            # As below, for nearly every object: nothing about it changes in the period.
            before = 0
            if measured > listed:
                before = max(0, min(measured, period.measured_end) - listed)
            rest = self.rest if listed <= period.measured_end else period.end - listed
            if start >= period.measured_end and not before and not rest:
                return ()
            return (account(target, held, start, period.measured_end, born, rest, before),)
        return self._stretch_by_stretch(target, account, listed, born, gone)

    def _stretch_by_stretch(
        self,
        target: TargetRecord,
        account: Callable[..., Row],
        listed: Instant,
        born: Instant,
        gone: Instant,
    ) -> Iterator[Row]:
        for held, start, end in _stretches(target, listed, min(gone, self.period.measured_end)):
            measured = min(self.since.get(held.kind, ALWAYS), end)
            alive = max(start, born)
            if alive < measured:
                yield account(target, held, alive, measured, born)._replace(counted=False)
            before = self._hours(target, held, start, min(measured, born))
            rest = self._rest(target, listed, gone) if held is target.attributes[-1] else 0
            counted_from = max(alive, measured)
            if counted_from < end or before or rest:
                yield account(target, held, counted_from, end, born, rest, before)

    def _summed(
        self,
        target: TargetRecord,
        held: Attributes,
        start: Instant,
        end: Instant,
        born: Instant,
        rest: Duration = 0,
        before: Duration = 0,
    ) -> Row:
        id_, kind, site = target.id, held.kind, held.site
        if start >= end:
            return Row(id_, kind, site, 0, 0, 0, 0, 0, 0, rest, before)
        up, down, unreachable, begun = self.tallies[id_]
        unknown = end - start - up - down - unreachable
        return Row(id_, kind, site, up, down, unreachable, 0, unknown, begun, rest, before)

    def _plain(
        self,
        target: TargetRecord,
        held: Attributes,
        start: Instant,
        end: Instant,
        born: Instant,
        rest: Duration = 0,
        before: Duration = 0,
    ) -> Row:
        id_, kind, site = target.id, held.kind, held.site
        if start >= end:
            return Row(id_, kind, site, 0, 0, 0, 0, 0, 0, rest, before)
        timelines = self.timelines
        up, down, unreachable, begun = tally(
            timelines.of(id_),
            start,
            end,
            until=timelines.until(id_),
            born=born,
            behind=timelines.behind(id_),
        )
        unknown = end - start - up - down - unreachable
        return Row(id_, kind, site, up, down, unreachable, 0, unknown, begun, rest, before)

    def _counted(
        self,
        target: TargetRecord,
        held: Attributes,
        start: Instant,
        end: Instant,
        born: Instant,
        rest: Duration = 0,
        before: Duration = 0,
    ) -> Row:
        id_, kind, site = target.id, held.kind, held.site
        if start >= end:
            return Row(id_, kind, site, 0, 0, 0, 0, 0, 0, rest, before)
        timelines = self.timelines
        found = tally_counted(
            timelines.of(id_),
            start,
            end,
            until=timelines.until(id_),
            born=born,
            behind=timelines.behind(id_),
            counted=timelines.counted(id_, self._served(target, held, start, end)),
        )
        if found is None:
            return self._full(target, held, start, end, born, rest, before)
        return Row(id_, kind, site, *found, rest, before)

    def _full(
        self,
        target: TargetRecord,
        held: Attributes,
        start: Instant,
        end: Instant,
        born: Instant,
        rest: Duration = 0,
        before: Duration = 0,
    ) -> Row:
        if start >= end:
            return Row(target.id, held.kind, held.site, 0, 0, 0, 0, 0, 0, rest, before)
        segments = self._segments(target, start, end, born, corrected=True)
        hours = self._served(target, held, segments[0].start if segments else start, end)
        within = clipped(segments, start, end)
        seconds = seconds_of(within) if hours is None else hours.seconds_of(within)
        uncorrected = None
        if self.timelines.is_corrected(target.id):
            without = self._segments(target, start, end, born, corrected=False)
            within = clipped(without, start, end)
            uncorrected = seconds_of(within) if hours is None else hours.seconds_of(within)
        return Row(
            target.id,
            held.kind,
            held.site,
            seconds.up,
            seconds.down,
            seconds.unreachable,
            seconds.maintenance,
            seconds.unknown,
            sum(start <= it.start < end for it in outages(target.id, segments, hours)),
            rest,
            before,
            uncorrected=uncorrected,
        )

    def _segments(
        self,
        target: TargetRecord,
        start: Instant,
        end: Instant,
        born: Instant,
        *,
        corrected: bool,
    ) -> list[Segment]:
        """What was accounted until `end`, from far enough back to see which outages lasted."""
        timelines = self.timelines if corrected else self.timelines.before_corrections
        intervals = timelines.of(target.id)
        earliest = max(born, min(start, intervals[0].start if intervals else start))
        return account(
            intervals,
            [(earliest, end)],
            until=timelines.until(target.id),
            behind=timelines.behind(target.id),
            planned=timelines.planned(target.id),
            corrected=corrected,
        )

    def _rest(self, target: TargetRecord, listed: Instant, gone: Instant) -> Duration:
        """An object's service in the part of the period that is still to come."""
        start = max(listed, self.period.measured_end)
        end = min(gone, self.period.end)
        if start >= end:
            return 0
        held = target.attributes[-1]
        if target.id in self.tallies:
            return end - start
        if self.timelines.plain(target.id):
            hours = self._served(target, held, start, end)
            return self.timelines.counted(target.id, hours).between(start, end)
        segments = account(
            self.timelines.of(target.id),
            [(start, end)],
            until=start,
            planned=self.timelines.planned(target.id),
        )
        planned = [(s, e) for s, e, state in segments if state is State.MAINTENANCE]
        maintenance = sum(self._hours(target, held, s, e) for s, e in planned)
        return self._hours(target, held, start, end) - maintenance

    def _around(self, target: TargetRecord) -> bool:
        """Whether an object was served around the clock, whatever it was."""
        calendar, name = self.service.calendar, target.name
        return not any(calendar(held.kind, name) for held in target.attributes)

    def _served(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant
    ) -> Hours | None:
        return None if self.clock else self.service.hours(held.kind, start, end, target.name)

    def _hours(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant
    ) -> Duration:
        """The service time of an object within [start, end), while it was as held."""
        if start >= end:
            return 0
        hours = self._served(target, held, start, end)
        return end - start if hours is None else hours.between(start, end)


def gone_at(target: TargetRecord) -> Instant:
    """The end of an object's lifetime (KPI.md "Lifetime")."""
    end = target.dropped_at if target.retired_at is None else target.retired_at
    return ALWAYS if end is None else end


def _stretches(
    target: TargetRecord, start: Instant, end: Instant
) -> Iterator[tuple[Attributes, Instant, Instant]]:
    """What an object was when within [start, end); the last of its attributes always comes."""
    attributes = target.attributes
    if len(attributes) == 1:
        yield attributes[0], start, end
        return
    for i, held in enumerate(attributes):
        first = max(start, held.since) if i else start
        last = i + 1 == len(attributes)
        until = end if last else min(end, attributes[i + 1].since)
        if first < until or last:
            yield held, first, until


def most_listed(timelines: Timelines, period: Period, kind: Kind) -> int:
    """How many objects of a class were in service at one time in a period, at most."""
    edges: list[tuple[Instant, int]] = []
    for target in timelines.targets:
        born = target.first_seen if target.in_service_from is None else target.in_service_from
        if born is None:
            continue
        start, end = max(born, period.start), min(gone_at(target), period.measured_end)
        for held, first, until in _stretches(target, start, end):
            if held.kind is kind and first < until:
                edges += [(first, 1), (until, -1)]
    most = listed = 0
    for _, change in sorted(edges):
        listed += change
        most = max(most, listed)
    return most


def period_hours(
    period: Period, kind: Kind, service: ServiceHours = AROUND_THE_CLOCK
) -> tuple[Duration, Duration]:
    """The service time of one object of a class in the measured part of a period, and in the part
    to come."""
    now = max(period.start, period.measured_end)
    hours = service.hours(kind, period.start, period.end)
    if hours is None:
        return now - period.start, period.end - now
    return hours.between(period.start, now), hours.between(now, period.end)

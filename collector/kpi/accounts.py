"""The account of one object while it was of one class and at one site, by the way that is enough.

Each way leads to the same where several will do: from sums, by counting, or interval by interval.
"""

from collections.abc import Callable

from collector.domain.instants import Duration, Instant
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import State
from collector.domain.targets import Attributes, TargetRecord
from collector.kpi.availability import (
    Segment,
    account,
    clipped,
    seconds_of,
    tally,
)
from collector.kpi.counted import tally_counted
from collector.kpi.outages import outages
from collector.kpi.service_hours import Hours, ServiceHours
from collector.kpi.timelines import Timelines

Found = tuple[Duration, Duration, Duration, Duration, Duration, int, Seconds | None]
"""Up, down, unreachable, maintenance and unknown in µs, the outages that began, and the five parts
before corrections where they differ."""

Way = Callable[[TargetRecord, Attributes, Instant, Instant, Instant], Found]
"""The account of an object, while it was as held, over [start, end) and since it was born."""


class Accounts:
    """The accounts of a period's objects, of stretches that are not empty."""

    def __init__(self, timelines: Timelines, period: Period, service: ServiceHours) -> None:
        self._timelines = timelines
        self._service = service
        self._clock = not service
        self._tallies = timelines.tallies(period)

    def way(self, target: TargetRecord) -> tuple[Way, bool]:
        """How an object is accounted, and whether neither hours nor planned work touch it."""
        id_, timelines = target.id, self._timelines
        if id_ in self._tallies:
            return self._summed, True
        if not timelines.plain(id_):
            return self._full, False
        if self._around(target) and not timelines.planned(id_):
            return self._plain, True
        return self._counted, False

    def to_come(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant
    ) -> Duration:
        """An object's service in a stretch to come, known maintenance left out."""
        timelines = self._timelines
        if start >= end:
            return 0
        if target.id in self._tallies:
            return end - start
        if timelines.plain(target.id):
            hours = self._served(target, held, start, end)
            return timelines.counted(target.id, hours).between(start, end)
        segments = account(
            timelines.of(target.id),
            [(start, end)],
            until=start,
            planned=timelines.planned(target.id),
        )
        planned = [(s, e) for s, e, state in segments if state is State.MAINTENANCE]
        maintenance = sum(self.service_time(target, held, s, e) for s, e in planned)
        return self.service_time(target, held, start, end) - maintenance

    def service_time(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant
    ) -> Duration:
        """The service time of an object within [start, end), while it was as held."""
        if start >= end:
            return 0
        hours = self._served(target, held, start, end)
        return end - start if hours is None else hours.between(start, end)

    def _summed(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant, born: Instant
    ) -> Found:
        up, down, unreachable, begun = self._tallies[target.id]
        return up, down, unreachable, 0, end - start - up - down - unreachable, begun, None

    def _plain(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant, born: Instant
    ) -> Found:
        id_, timelines = target.id, self._timelines
        up, down, unreachable, begun = tally(
            timelines.of(id_),
            start,
            end,
            until=timelines.until(id_),
            born=born,
            behind=timelines.behind(id_),
        )
        return up, down, unreachable, 0, end - start - up - down - unreachable, begun, None

    def _counted(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant, born: Instant
    ) -> Found:
        id_, timelines = target.id, self._timelines
        found = tally_counted(
            timelines.of(id_),
            start,
            end,
            until=timelines.until(id_),
            born=born,
            behind=timelines.behind(id_),
            counted=timelines.counted(id_, self._served(target, held, start, end)),
        )
        return self._full(target, held, start, end, born) if found is None else (*found, None)

    def _full(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant, born: Instant
    ) -> Found:
        segments = self._segments(target, start, end, born, corrected=True)
        hours = self._served(target, held, segments[0].start if segments else start, end)
        seconds = _seconds(clipped(segments, start, end), hours)
        begun = sum(start <= it.start < end for it in outages(target.id, segments, hours))
        uncorrected = None
        if self._timelines.is_corrected(target.id):
            without = self._segments(target, start, end, born, corrected=False)
            uncorrected = _seconds(clipped(without, start, end), hours)
        return (
            seconds.up,
            seconds.down,
            seconds.unreachable,
            seconds.maintenance,
            seconds.unknown,
            begun,
            uncorrected,
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
        timelines = self._timelines if corrected else self._timelines.before_corrections
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

    def _around(self, target: TargetRecord) -> bool:
        """Whether an object was served around the clock, whatever it was."""
        if self._clock:
            return True
        calendar, name = self._service.calendar, target.name
        return not any(calendar(held.kind, name) for held in target.attributes)

    def _served(
        self, target: TargetRecord, held: Attributes, start: Instant, end: Instant
    ) -> Hours | None:
        if self._clock:
            return None
        return self._service.hours(held.kind, start, end, target.name)


def _seconds(segments: list[Segment], hours: Hours | None) -> Seconds:
    return seconds_of(segments) if hours is None else hours.seconds_of(segments)

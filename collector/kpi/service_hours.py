"""Service hours: which time of an object counts (KPI.md "Accounting", "Working days").

Opening hours are local times of day, in minutes after midnight, up to 24:00. Where the clocks go
back a time that occurs twice opens at the earlier and closes at the later; one that they go over
is the end of the gap. So each local hour that is open counts as long as it lasted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous

from collector.domain.instants import Duration, Instant, instant, moment
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.states import State
from collector.domain.targets import Kind
from collector.kpi.availability import Segment
from collector.kpi.maintenance import local
from collector.kpi.spans import Lengths, Span, union

WHOLE_DAY = 24 * 60
"""Minutes."""


class Opening(NamedTuple):
    """From when until when it is open on some days of the week, Monday being 0."""

    days: frozenset[int]
    start: int
    end: int


class OpenDay(NamedTuple):
    """From when until when it is open on one day, whatever else is said of that day."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When there is service: `rules`, but not on public `holidays` (of SE, with the de facto ones)
    nor on days that are `closed`, and in any case when `open` says so."""

    rules: tuple[Opening, ...]
    holidays: str = ""
    closed: frozenset[date] = frozenset()
    open: tuple[OpenDay, ...] = ()


WORKING_DAYS = frozenset(range(5))

OFFICE = Calendar((Opening(WORKING_DAYS, 7 * 60 + 30, 16 * 60 + 30),), "SE")
"""KPI.md "Working days"."""


def spans(calendar: Calendar, zone: ZoneInfo, first: date, after: date) -> list[Span]:
    """When a calendar has service on the local days from `first` up to, not including, `after`."""
    closed = calendar.closed | _holidays(calendar.holidays, first.year, after.year)
    return union(
        (_edge(day, start, zone), _edge(day, end, zone, closes=True))
        for day, start, end in _open(calendar, closed, first, after)
    )


def _open(
    calendar: Calendar, closed: Collection[date], first: date, after: date
) -> Iterator[OpenDay]:
    for number in range(first.toordinal(), after.toordinal()):
        day = date.fromordinal(number)
        if day not in closed:
            yield from (
                OpenDay(day, rule.start, rule.end)
                for rule in calendar.rules
                if day.weekday() in rule.days
            )
    yield from (it for it in calendar.open if first <= it.day < after)


def _edge(day: date, minute: int, zone: ZoneInfo, *, closes: bool = False) -> Instant:
    naive = datetime.combine(day, time()) + timedelta(minutes=minute)
    if closes and datetime_ambiguous(naive, zone):
        return instant(naive.replace(tzinfo=zone, fold=1))
    return local(naive, zone)


@lru_cache(maxsize=16)
def _holidays(country: str, first: int, last: int) -> frozenset[date]:
    if not country:
        return frozenset()
    from holidays import DE_FACTO, PUBLIC, country_holidays  # noqa: PLC0415 - slow, seldom needed

    years = range(first, last + 1)
    return frozenset(country_holidays(country, years=years, categories=(PUBLIC, DE_FACTO)))


class Hours(Lengths):
    """A calendar's service over a stretch of time."""

    def seconds_of(self, segments: Iterable[Segment]) -> Seconds:
        """The five parts of the service time that segments cover, in µs."""
        parts = dict.fromkeys(State, 0)
        for start, end, state in segments:
            parts[state] += self.between(start, end)
        return Seconds(**{state.value: length for state, length in parts.items()})


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Which calendar holds for which object: its own, else its kind's, else the default.

    None is around the clock. Objects go by name: this is configuration, which no store keeps.
    `office` has the hours that working days are made of (KPI.md "Working days").
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    default: Calendar | None = None
    kinds: Mapping[Kind, Calendar | None] = field(default_factory=dict)
    targets: Mapping[str, Calendar | None] = field(default_factory=dict)
    office: Calendar = OFFICE

    def __bool__(self) -> bool:
        """Whether anything is not around the clock."""
        return any((self.default, *self.kinds.values(), *self.targets.values()))

    def calendar(self, kind: Kind, name: str | None = None) -> Calendar | None:
        """The calendar of an object, or without a name of a kind."""
        if name is not None and name in self.targets:
            return self.targets[name]
        return self.kinds.get(kind, self.default)

    def hours(
        self, kind: Kind, start: Instant, end: Instant, name: str | None = None
    ) -> Hours | None:
        """An object's or a kind's service within [start, end) and some way around it."""
        calendar = self.calendar(kind, name)
        if calendar is None:
            return None
        return hours_of(calendar, self.zone, start, end)

    def stated(self, objects: Iterable[tuple[str, Kind]]) -> dict[str, Sequence[object]]:
        """The calendars of objects that are not served around the clock, by name."""
        found = ((name, self.calendar(kind, name)) for name, kind in objects)
        return {
            name: [it.rules, it.holidays, sorted(it.closed), sorted(it.open)]
            for name, it in found
            if it is not None
        }


AROUND_THE_CLOCK = ServiceHours()


def hours_of(calendar: Calendar, zone: ZoneInfo, start: Instant, end: Instant) -> Hours:
    """A calendar's service within [start, end) and some way around it."""
    return _hours(calendar, zone, moment(start).year, moment(end).year)


@lru_cache(maxsize=64)
def _hours(calendar: Calendar, zone: ZoneInfo, first: int, last: int) -> Hours:
    """All of some years, which the many objects of a calendar share."""
    # A local year begins and ends up to a day from UTC's.
    start, after = date(first, 1, 1) - timedelta(days=1), date(last + 1, 1, 1) + timedelta(days=1)
    return Hours(spans(calendar, zone, start, after))


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

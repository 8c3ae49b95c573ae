"""Availability of servers, access points and integration platform (KPI.md "Availability").

Needs the intervals of all objects, with their ancestors', from the start of the period on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import nsmallest
from typing import Any

from collector.domain.instants import Duration
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.kpi.books import Row, rows
from collector.kpi.budget import Budget, after_outage, combined_budget, group_budget
from collector.kpi.forecast import Prospect, forecast, ratio
from collector.kpi.groups import (
    ALL,
    Account,
    Combine,
    by_scope,
    classes,
    combined,
    missing,
    of_objects,
)
from collector.kpi.lifetimes import MeasuredFrom, measured_from
from collector.kpi.maintenance import MIN_NOTICE
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours, period_hours
from collector.kpi.timelines import Timelines

ID = "availability"


@dataclass(frozen=True, slots=True)
class Definition:
    """The choices in force; the defaults are KPI.md's. A day of `measured_from` is a local one."""

    classes: tuple[Kind, ...] = (Kind.SERVER, Kind.ACCESS_POINT, Kind.INTEGRATION_PLATFORM)
    combine: Combine = Combine.MEAN
    unreachable_included: bool = True
    min_coverage: float = 0.90
    partial: Mapping[str, float] | None = field(default_factory=lambda: {"half_way": 0.5})
    measured_from: Mapping[Kind, date] = field(default_factory=dict)
    min_notice: Duration = MIN_NOTICE

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> "Definition":
        """The definition that a register's entry states."""
        stated = dict(choices)
        if "unreachable" in stated:
            stated["unreachable_included"] = stated.pop("unreachable") == "included"
        return cls(**stated)


@dataclass(frozen=True, slots=True)
class Facts:
    """What availability is worked out from.

    `population` is how many objects of a class there should be, `since` a stated `measured_from`,
    `service` the service hours.
    """

    timelines: Timelines
    population: Mapping[Kind, int] = field(default_factory=dict)
    since: MeasuredFrom = field(default_factory=dict)
    service: ServiceHours = AROUND_THE_CLOCK


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure is of: all or one site, and there the indicator, one class or one object."""

    site: str = ALL
    kind: Kind | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """A period's accounts, from which the figure of any scope follows."""

    period: Period
    rows: Sequence[Row]
    scopes: Mapping[tuple[Kind, str], Account]
    lacking: Mapping[Kind, Account]
    hours: Mapping[Kind, Duration]
    """The service time of one object of each class in the whole period."""

    def classes(self, scope: Scope) -> dict[Kind, Account]:
        """The classes of a scope; those of an object hold the object alone."""
        if scope.target is None:
            of_site = classes(self.scopes, scope.site, self.lacking)
            return {k: a for k, a in of_site.items() if scope.kind in (None, k)}
        own = self.objects(scope)
        return {
            kind: of_objects(row for row in own if row.kind is kind)
            for kind in dict.fromkeys(row.kind for row in own)
        }

    def objects(self, scope: Scope) -> list[Row]:
        """The rows of the objects in a scope."""
        return [
            row
            for row in self.rows
            if (scope.target is None or row.target == scope.target)
            and (scope.kind is None or row.kind is scope.kind)
            and scope.site in (ALL, row.site)
        ]


@dataclass(frozen=True, slots=True)
class Figure:
    """Availability of a scope.

    `measurable` is False where a class that should be in the value is not, or too little was
    measured. `seconds` are object-seconds, in µs.
    """

    value: float | None
    coverage: float | None
    measurable: bool
    seconds: Seconds
    classes: Mapping[Kind, Account]
    left_out: tuple[Kind, ...]
    begun: int
    with_planned_work: float | None
    before_corrections: float | None


def compute(facts: Facts, period: Period) -> Books:
    """The accounts of all objects over a period."""
    since = measured_from(facts.timelines.targets, facts.since)
    found = rows(facts.timelines, period, since, facts.service)
    return Books(
        period,
        found,
        by_scope(found),
        missing(facts.timelines, period, facts.population, facts.service),
        {kind: sum(period_hours(period, kind, facts.service)) for kind in Kind},
    )


def figure(books: Books, definition: Definition, scope: Scope) -> Figure:
    """Availability of a scope, from the accounts of a period."""
    of_scope, left_out, complete = _chosen(books, definition, scope)
    accounts = list(of_scope.values())
    included = definition.unreachable_included
    value = combined((ratio(it, unreachable=included) for it in accounts), definition.combine)
    coverage = _coverage(accounts)
    seconds = sum((it.seconds for it in accounts), Seconds())
    return Figure(
        value,
        coverage,
        complete and coverage is not None and coverage >= definition.min_coverage,
        seconds,
        of_scope,
        left_out,
        sum(it.begun for it in accounts),
        combined((_with_planned_work(it, definition) for it in accounts), definition.combine),
        combined((_before_corrections(it, definition) for it in accounts), definition.combine),
    )


def value_of(account: Account, definition: Definition) -> float | None:
    """Availability of one class or object: A, or A' where unreachable is excluded."""
    up, measured = ratio(account, unreachable=definition.unreachable_included)
    return up / measured if measured else None


def budget(books: Books, definition: Definition, scope: Scope, target: float) -> Budget | None:
    """The downtime that a decided target allows a scope in the whole period."""
    of_scope, _, _ = _chosen(books, definition, scope)
    downtimes = [(_downtime(it.seconds, definition), it.expected) for it in of_scope.values()]
    if scope.kind is None and scope.target is None:
        hours = [books.hours[kind] for kind in of_scope]
        service = sum(hours) / len(hours) if hours else 0
        return combined_budget(target, downtimes, definition.combine, service)
    expected = sum(whole for _, whole in downtimes)
    return group_budget(target, expected, sum(down for down, _ in downtimes))


def with_outage(books: Books, scope: Scope, length: Duration) -> tuple[Books, int]:
    """The accounts if everything in a scope were down for so much more, and how many objects that
    is: those with service left in a period that is not over, else all."""
    last = {row.target: row for row in books.objects(scope) if row.counted}
    hit = {id_: row for id_, row in last.items() if row.rest or books.period.final}
    after = [after_outage(row, length) if hit.get(row.target) is row else row for row in books.rows]
    return replace(books, rows=after, scopes=by_scope(after)), len(hit)


def prospect(year: Books, recent: Books, definition: Definition, scope: Scope) -> Prospect:
    """How a scope's year will end, at the rate of `recent`: the last 90 days."""
    of_year, _, complete = _chosen(year, definition, scope)
    of_recent = recent.classes(scope)
    nothing = of_objects(())
    included = definition.unreachable_included
    forecasts = [
        forecast(account, of_recent.get(kind, nothing), unreachable=included)
        for kind, account in of_year.items()
    ]
    covered = [measured / whole for measured, whole in (it.coverage for it in forecasts) if whole]
    expected = [it.expected for it in forecasts if it.expected is not None]
    known = bool(expected) and len(expected) == len(forecasts)
    return Prospect(
        combined(expected, definition.combine) if known else None,
        combined((it.best for it in forecasts), definition.combine),
        complete and bool(covered) and min(covered) >= definition.min_coverage,
    )


def worst(
    books: Books, definition: Definition, scope: Scope, number: int = 10
) -> list[tuple[int, Account]]:
    """The objects of a scope with the lowest availability, of those that were not up throughout."""
    of_scope, _, _ = _chosen(books, definition, scope)
    rows = [row for row in books.objects(scope) if row.kind in of_scope]
    included = definition.unreachable_included
    sums: dict[int, tuple[Duration, Duration]] = {}
    for row in rows:
        up, down = sums.get(row.target, (0, 0))
        sums[row.target] = up + row.up, down + row.down + (row.unreachable if included else 0)
    failed = ((up / (up + down), -down, id_) for id_, (up, down) in sums.items() if down)
    return [
        (id_, of_objects(row for row in rows if row.target == id_))
        for _, _, id_ in nsmallest(number, failed)
    ]


def _chosen(
    books: Books, definition: Definition, scope: Scope
) -> tuple[dict[Kind, Account], tuple[Kind, ...], bool]:
    """The classes that make a scope's figure, those that are left out of it, and whether the
    figure stands without them: a class that a site does not have is nothing it lacks."""
    present = books.classes(scope)
    if scope.kind is not None or scope.target is not None:
        return present, (), True
    of_scope = {kind: present[kind] for kind in definition.classes if kind in present}
    included = definition.unreachable_included
    empty = {k for k, a in of_scope.items() if not ratio(a, unreachable=included)[1]}
    left_out = tuple(k for k in definition.classes if k not in of_scope or k in empty)
    lacks = bool(empty) or (scope.site == ALL and bool(left_out))
    return of_scope, left_out, bool(of_scope) and not lacks


def _coverage(accounts: Iterable[Account]) -> float | None:
    """The lowest of the classes'."""
    known = [it.seconds.coverage for it in accounts]
    return min((it for it in known if it is not None), default=None)


def _downtime(seconds: Seconds, definition: Definition) -> Duration:
    return seconds.down + (seconds.unreachable if definition.unreachable_included else 0)


def _with_planned_work(account: Account, definition: Definition) -> tuple[float, float]:
    up, measured = ratio(account, unreachable=definition.unreachable_included)
    return up, measured + account.seconds.maintenance


def _before_corrections(account: Account, definition: Definition) -> tuple[float, float]:
    seconds = account.uncorrected
    return seconds.up, seconds.up + _downtime(seconds, definition)

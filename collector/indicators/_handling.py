"""Handling time of cases of one type (KPI.md "Handling time", "Working days")."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import add, sub
from typing import Any, Literal

from collector.domain.cases import CaseStatus, CaseType, Facets, ResolvedFrom
from collector.domain.instants import DAY, Duration, Instant
from collector.domain.measurements import DecidedTarget, Op
from collector.indicators._cases import (
    Asked,
    CaseFigure,
    Definition,
    Facts,
    Need,
    Pick,
    coverage,
    judged,
    serve,
)
from collector.kpi.case_table import CaseTable
from collector.kpi.handling_time import full_day, quantile, worked
from collector.kpi.service_hours import Hours


@dataclass(frozen=True, slots=True)
class HandlingDefinition(Definition):
    """Which average is judged, of which clock, and whether the customer's time is in it."""

    statistic: Literal["mean", "median"] = "mean"
    clock: Literal["calendar", "working"] = "calendar"
    waiting: Literal["excluded", "included"] = "excluded"


def needs(type_: CaseType) -> tuple[Need, ...]:
    """The cases that handling time is worked out from."""
    types = frozenset({type_})
    return (
        Need(Pick.COUNTED, ("waiting", "scheduled", "pauses"), types),
        Need(Pick.OPEN, ("changed",), types),
    )


def figure(
    facts: Facts,
    asked: Asked,
    definition: HandlingDefinition,
    type_: CaseType,
    pausing: frozenset[CaseStatus],
) -> CaseFigure:
    """Handling time of the cases resolved in a period, less their time in the classes `pausing`."""
    part = facts.part(asked)
    served = serve(part, frozenset({type_}))
    times = _Times(served.cases, pausing)
    hours = facts.hours(min(times.created, default=0), asked.period.measured_end)
    working_day = full_day(facts.calendar)
    day = working_day if definition.clock == "working" else DAY
    durations = times.judged(definition, hours)
    value = _mean(durations) if definition.statistic == "mean" else quantile(durations, 0.5)
    n = len(served.cases)
    detail = {
        "mean_days": _days(_mean(times.handled)),
        "median_days": _days(quantile(times.handled, 0.5)),
        "p90_days": _days(quantile(times.handled, 0.9)),
        "mean_working_days": times.worked(hours) / (n * working_day) if n else None,
        "mean_days_with_waiting": _days(_mean(times.elapsed)),
        "n": n,
        "within_target": _within(durations, day, asked.target),
        "excluded": served.excluded,
        "open": _open(part.open, type_, asked.period.measured_end),
        "flags": {
            "closed_used": served.cases.tally(_closed_used)[True],
            "waiting_not_clipped": times.not_clipped,
        },
    }
    covered = coverage(facts.covers(asked.period), n, served.of)
    return judged(_days(value, day), covered, detail, definition, cases=served.cases)


def _closed_used(facets: Facets) -> bool:
    return facets.resolved_from == ResolvedFrom.CLOSED


class _Times:
    """How long cases took, in µs; sorted where it is of them all together."""

    def __init__(self, cases: CaseTable, pausing: frozenset[CaseStatus]) -> None:
        self.created: Sequence[Instant] = cases["created"]
        self.resolved: Sequence[Instant] = cases["counted"]
        self._totals: Sequence[Duration] = cases["waiting"]
        if CaseStatus.SCHEDULED in pausing:
            self._totals = list(map(add, cases["waiting"], cases["scheduled"]))
        self.elapsed = list(map(sub, self.resolved, self.created))
        self.handled = sorted(map(sub, self.elapsed, self._totals))
        self._pauses: Sequence[Any] = cases["pauses"]
        self._pausing = pausing

    @property
    def not_clipped(self) -> int:
        """Of how many cases the waiting is a bare total, which cannot be clipped to service."""
        return len(self._unknown)

    @cached_property
    def _unknown(self) -> Sequence[tuple[Instant, Instant, Duration]]:
        """When these were made and resolved, and how long they waited."""
        if None not in self._pauses:
            return ()
        columns = (self.created, self.resolved, self._totals, self._pauses)
        return [
            (start, end, length)
            for start, end, length, pauses in zip(*columns, strict=True)
            if pauses is None and length
        ]

    def worked(self, hours: Hours) -> Duration:
        """The service that all of them took."""
        pauses = list(self._own(chain.from_iterable(filter(None, self._pauses))))
        paused, resumed = (start for start, _, _ in pauses), (end for _, end, _ in pauses)
        return worked(hours, self.created, self.resolved, paused, resumed, self._unknown)

    def judged(self, definition: HandlingDefinition, hours: Hours) -> Sequence[Duration]:
        """What a definition judges, sorted."""
        included = definition.waiting == "included"
        if definition.clock == "calendar":
            return sorted(self.elapsed) if included else self.handled
        each = [hours.between(*span) for span in zip(self.created, self.resolved, strict=True)]
        if included:
            return sorted(each)
        return sorted(
            max(0, whole - taken) for whole, taken in zip(each, self._taken(hours), strict=True)
        )

    def _taken(self, hours: Hours) -> Iterator[Duration]:
        """The service of each case's pauses; all of a bare total."""
        for pauses, length in zip(self._pauses, self._totals, strict=True):
            if pauses is None:
                yield length
            else:
                yield sum(hours.between(start, end) for start, end, _ in self._own(pauses))

    def _own(self, pauses: Iterable[Any]) -> Iterator[Any]:
        return (pause for pause in pauses if pause[2] in self._pausing)


def _mean(durations: Sequence[Duration]) -> float | None:
    return sum(durations) / len(durations) if durations else None


def _days(duration: float | None, day: Duration = DAY) -> float | None:
    return None if duration is None else duration / day


def _within(
    durations: Sequence[Duration], day: Duration, target: DecidedTarget | None
) -> float | None:
    """The share of cases, sorted by how long they took, that took no longer than the target."""
    if target is None or not durations:
        return None
    first = bisect_left(durations, target.value, key=lambda it: it / day)
    past = bisect_right(durations, target.value, key=lambda it: it / day)
    count = {Op.AT_LEAST: len(durations) - first, Op.AT_MOST: past, Op.EQUAL: past - first}
    return count[target.op] / len(durations)


def _open(cases: CaseTable, type_: CaseType, at: Instant) -> dict[str, Any]:
    """How many cases are left, and how old they are."""
    left = cases.having(lambda it: it.type == type_)
    ages = sorted(at - created for created in left["created"])
    return {
        "n": len(ages),
        "median_days": _days(quantile(ages, 0.5)),
        "oldest_days": _days(ages[-1]) if ages else None,
    }

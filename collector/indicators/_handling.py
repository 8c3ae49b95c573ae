"""Handling time of cases of one type (KPI.md "Handling time", "Working days")."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add, sub
from typing import Any, Literal

from collector.domain.cases import CaseStatus, CaseType, ResolvedFrom
from collector.domain.instants import DAY, Duration, Instant
from collector.domain.measurements import DecidedTarget
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
from collector.kpi.handling_time import full_day, quantile, worked, worked_each
from collector.kpi.service_hours import Hours
from collector.kpi.verdict import satisfies


@dataclass(frozen=True, slots=True)
class HandlingDefinition(Definition):
    """Which average is judged, of which clock, and whether the customer's time is in it."""

    statistic: Literal["mean", "median"] = "mean"
    clock: Literal["calendar", "working"] = "calendar"
    waiting: Literal["excluded", "included"] = "excluded"


def needs(type_: CaseType) -> tuple[Need, ...]:
    """The cases that handling time is worked out from."""
    types = frozenset({type_})
    columns = ("resolved_from", "waiting", "scheduled", "pauses")
    return Need(Pick.COUNTED, columns, types), Need(Pick.OPEN, (), types)


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
    hours = facts.hours(min(times.created, default=0), max(times.resolved, default=0))
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
            "closed_used": served.cases["resolved_from"].count(ResolvedFrom.CLOSED.value),
            "waiting_not_clipped": times.not_clipped,
        },
    }
    covered = coverage(facts.covers(asked.period), n, served.of)
    return judged(_days(value, day), covered, detail, definition, cases=served.cases)


class _Times:
    """How long cases took, in µs; sorted where it is of them all together."""

    def __init__(self, cases: CaseTable, pausing: frozenset[CaseStatus]) -> None:
        self.created: Sequence[Instant] = cases["created"]
        self.resolved: Sequence[Instant] = cases["resolved"]
        self._totals: Sequence[Duration] = cases["waiting"]
        if CaseStatus.SCHEDULED in pausing:
            self._totals = list(map(add, cases["waiting"], cases["scheduled"]))
        elapsed = list(map(sub, self.resolved, self.created))
        self.elapsed = sorted(elapsed)
        self.handled = sorted(map(sub, elapsed, self._totals))
        self._paused = [
            pauses and [(start, end) for start, end, status in pauses if status in pausing]
            for pauses in cases["pauses"]
        ]

    @property
    def not_clipped(self) -> int:
        """Of how many cases the waiting is a bare total, which cannot be clipped to service."""
        return sum(
            spans is None and length > 0
            for spans, length in zip(self._paused, self._totals, strict=True)
        )

    def worked(self, hours: Hours) -> Duration:
        """The service that all of them took."""
        return worked(hours, self.created, self.resolved, self._paused, self._totals)

    def judged(self, definition: HandlingDefinition, hours: Hours) -> Sequence[Duration]:
        """What a definition judges, sorted."""
        included = definition.waiting == "included"
        if definition.clock == "calendar":
            return self.elapsed if included else self.handled
        nothing = [()] * len(self.created)
        paused = nothing if included else self._paused
        return sorted(worked_each(hours, self.created, self.resolved, paused, self._totals))


def _mean(durations: Sequence[Duration]) -> float | None:
    return sum(durations) / len(durations) if durations else None


def _days(duration: float | None, day: Duration = DAY) -> float | None:
    return None if duration is None else duration / day


def _within(
    durations: Sequence[Duration], day: Duration, target: DecidedTarget | None
) -> float | None:
    """The share of cases that took no longer than the target."""
    if target is None or not durations:
        return None
    return sum(satisfies(duration / day, target) for duration in durations) / len(durations)


def _open(cases: CaseTable, type_: CaseType, at: Instant) -> dict[str, Any]:
    """How many cases are left, and how old they are."""
    left = cases.where(each == type_ for each in cases["type"])
    ages = sorted(at - created for created in left["created"])
    return {
        "n": len(ages),
        "median_days": _days(quantile(ages, 0.5)),
        "oldest_days": _days(ages[-1]) if ages else None,
    }

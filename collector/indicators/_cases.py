"""What the indicators of cases share: which cases they need, and what a figure of them is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import ge
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from collector.domain.cases import CaseType
from collector.domain.desks import NO_DESK, Desk
from collector.domain.instants import Instant
from collector.domain.measurements import DecidedTarget
from collector.domain.periods import Period
from collector.domain.registers import Attestation, DisruptionReport, SecurityIncident
from collector.domain.sources import Covered
from collector.kpi.case_coverage import complete, known_share, share
from collector.kpi.case_history import STATUS_HISTORY
from collector.kpi.case_table import CaseTable
from collector.kpi.groups import ALL
from collector.kpi.service_hours import OFFICE, Calendar, Hours, hours_of
from collector.kpi.teams import Teams


class Pick(StrEnum):
    """Which cases: those that count in a period, were rated in it, are open at its measured end,
    or have a disruption report."""

    COUNTED = "counted"
    ANSWERED = "answered"
    OPEN = "open"
    REPORTED = "reported"


class Register(StrEnum):
    """The registers that are kept beside cases, by what RegisterStore has them as."""

    DISRUPTION_REPORTS = "disruption_reports"
    SECURITY_INCIDENTS = "security_incidents"


@dataclass(frozen=True, slots=True)
class Need:
    """Cases that an indicator is worked out from, and what of them; without types of all types."""

    pick: Pick
    columns: tuple[str, ...]
    types: frozenset[CaseType] = frozenset()


ALWAYS_READ = ("type", "site", "excluded", "unmapped", "resolved", "closed", "changed", "created")
"""The columns by which cases are picked and served."""

IDENTITY = ("source", "id")
"""What the cases behind a figure are named by, where they are asked for."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The choices that all of them have; each adds its own."""

    min_coverage: float = 0.90
    partial: Mapping[str, float] | None = field(default_factory=lambda: {"half_way": 0.5})

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> Self:
        """The definition that a register's entry states."""
        return cls(**choices)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a figure is of: a period, all sites or one; and the target of the period's year."""

    period: Period
    site: str = ALL
    target: DecidedTarget | None = None

    def holds(self, at: Instant, site: str) -> bool:
        """Whether something at an instant and a site is within it."""
        inside = self.period.start <= at < self.period.measured_end
        return inside and self.site in (ALL, site)


@dataclass(frozen=True, slots=True)
class CaseFigure:
    """A figure of cases; `cases` are those behind it as source:id, where they were asked for."""

    value: float | None
    coverage: float | None
    measurable: bool
    detail: Mapping[str, Any]
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What figures of cases are worked out from.

    `open` has the open cases at each measured end that is asked for; `changes` the date and site
    of each change by its id, as far as they are known.
    """

    zone: ZoneInfo
    desk: Desk = NO_DESK
    covered: Sequence[Covered] = ()
    counted: CaseTable = field(default_factory=lambda: CaseTable({}))
    answered: CaseTable = field(default_factory=lambda: CaseTable({}))
    reported: CaseTable = field(default_factory=lambda: CaseTable({}))
    open: Mapping[Instant, CaseTable] = field(default_factory=dict)
    changes: Mapping[str, tuple[Instant, str]] = field(default_factory=dict)
    reports: Sequence[DisruptionReport] = ()
    incidents: Sequence[SecurityIncident] = ()
    attestations: Mapping[str, Sequence[Attestation]] = field(default_factory=dict)
    calendar: Calendar = OFFICE

    def hours(self, start: Instant, end: Instant) -> Hours:
        """The hours of working days."""
        return hours_of(self.calendar, self.zone, start, end)

    @cached_property
    def teams(self) -> Teams:
        """Which groups are the servicedesk's."""
        return Teams(self.desk.memberships)

    def covers(self, period: Period) -> float | None:
        """The share of a period that all sources are complete for."""
        sources = [feed.source for feed in self.desk.feeds]
        return share(complete(self.covered, sources), period)

    @cached_property
    def _parts(self) -> dict[tuple[Instant, Instant, str], "Part"]:
        return {}

    def part(self, asked: Asked) -> "Part":
        """The cases of a period and site, which several indicators share."""
        key = (asked.period.start, asked.period.measured_end, asked.site)
        if key not in self._parts:
            self._parts[key] = _part(self, asked)
        return self._parts[key]


@dataclass(frozen=True, slots=True)
class Part:
    """The cases that count in what is asked for, those that are excluded apart, and those that are
    open at its measured end.

    `present` are all of both, whatever is known of when they were resolved. `limbo` has the types
    of those that may have been resolved in it, which nobody can tell: their status is not mapped,
    or their time is not known.
    """

    asked: Asked
    counted: CaseTable
    excluded: CaseTable
    open: CaseTable
    present: tuple[CaseTable, CaseTable]
    limbo: Sequence[str | None]


def _part(facts: Facts, asked: Asked) -> Part:
    start, end = asked.period.start, asked.period.measured_end
    inside = facts.counted.where(_within(facts.counted, start, end))
    mine = at_site(inside, asked.site)
    excluded = mine.where(each is not None for each in mine["excluded"])
    kept = mine.where(each is None for each in mine["excluded"])
    known = kept.where(at is not None for at in kept["resolved"])
    untimed = kept.where(at is None for at in kept["resolved"])
    left = at_site(facts.open.get(end, _NONE), asked.site)
    left = left.where(each is None for each in left["excluded"])
    doubted = [
        at is None and "status" in unmapped
        for at, unmapped in zip(left["resolved"], left["unmapped"], strict=True)
    ]
    maybe = left.where(
        doubt and changed >= start for doubt, changed in zip(doubted, left["changed"], strict=True)
    )
    return Part(
        asked,
        known,
        excluded,
        left.where(not doubt for doubt in doubted),
        (kept, left),
        [*untimed["type"], *maybe["type"]],
    )


_NONE = CaseTable({})


def _within(cases: CaseTable, start: Instant, end: Instant) -> list[bool]:
    """Whether each counts in [start, end): resolved, else closed, else changed."""
    return [
        start <= (resolved or closed or changed) < end
        for resolved, closed, changed in zip(
            cases["resolved"], cases["closed"], cases["changed"], strict=True
        )
    ]


def at_site(cases: CaseTable, site: str) -> CaseTable:
    """The cases of a site, and those whose site is not mapped: they may be its."""
    if site == ALL:
        return cases
    return cases.where(
        own == site or "site" in unmapped
        for own, unmapped in zip(cases["site"], cases["unmapped"], strict=True)
    )


@dataclass(frozen=True, slots=True)
class Served:
    """The cases of a period that a figure can be worked out from, how many there should be, and how
    many were left out and why."""

    cases: CaseTable
    of: int
    excluded: Mapping[str, int]


def serve(part: Part, types: frozenset[CaseType]) -> Served:
    """The cases of some types whose type, statuses and site are known, and whose times make
    sense; those without a known type may be of these types."""
    wanted = types | {None}
    mine = part.counted.where(map(wanted.__contains__, part.counted["type"]))
    sensible = mine.where(map(ge, mine["resolved"], mine["created"]))
    served = sensible.where(
        type_ is not None and not (unmapped and lacks(unmapped, part.asked))
        for type_, unmapped in zip(sensible["type"], sensible["unmapped"], strict=True)
    )
    counts = Counter(
        why
        for why, type_ in zip(part.excluded["excluded"], part.excluded["type"], strict=True)
        if type_ in wanted
    )
    if backwards := len(mine) - len(sensible):
        counts["resolved_before_created"] = backwards
    in_limbo = sum(map(wanted.__contains__, part.limbo))
    return Served(served, len(sensible) + in_limbo, dict(sorted(counts.items())))


def lacks(unmapped: Mapping[str, str], asked: Asked) -> bool:
    """Whether something that every figure needs of a case is not mapped."""
    return "status" in unmapped or STATUS_HISTORY in unmapped or lacks_site(unmapped, asked)


def lacks_site(unmapped: Mapping[str, str], asked: Asked) -> bool:
    """Whether nobody can tell if a case is of the site that is asked for."""
    return asked.site != ALL and "site" in unmapped


def coverage(covers: float | None, known: int, of: int) -> float | None:
    """KPI.md "Coverage of cases": of the time, and of the cases in it."""
    return None if covers is None else covers * known_share(known, of)


def judged(
    value: float | None,
    covered: float | None,
    detail: Mapping[str, Any],
    definition: Definition,
    *,
    enough: bool = True,
    cases: CaseTable | None = None,
) -> CaseFigure:
    """A figure, measurable where enough of it is covered."""
    measurable = enough and covered is not None and covered >= definition.min_coverage
    behind = () if cases is None else sorted(filter(None, names(cases)))
    return CaseFigure(value, covered, measurable, detail, tuple(behind))


def names(cases: CaseTable) -> list[str]:
    """Each case as source:id; "" where these were not asked for."""
    if "id" not in cases:
        return [""] * len(cases)
    return [f"{source}:{id_}" for source, id_ in zip(cases["source"], cases["id"], strict=True)]


class CaseIndicator(Protocol):
    """A module beside this one: an indicator of cases.

    One that has a register is a count: a part of a year is judged on the year to its end (KPI.md
    "Targets and verdicts"), and what is registered or attested is enough for a value.
    """

    ID: str
    NEEDS: Sequence[Need]
    REGISTER: Register | None
    Definition: type[Definition]

    def compute(self, facts: Facts, asked: Asked, definition: Any) -> CaseFigure:
        """Its figure for a period."""
        ...

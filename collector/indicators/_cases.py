"""What the indicators of cases share: which cases they need, and what a figure of them is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import ge, not_
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from collector.domain.cases import CaseType, Facets
from collector.domain.desks import NO_DESK, Desk
from collector.domain.instants import Instant
from collector.domain.measurements import DecidedTarget
from collector.domain.periods import Period
from collector.domain.registers import Attestation, DisruptionReport, Register, SecurityIncident
from collector.domain.sources import Covered
from collector.kpi.case_coverage import complete, known_share, share
from collector.kpi.case_history import STATUS_HISTORY
from collector.kpi.case_table import CaseTable
from collector.kpi.groups import ALL
from collector.kpi.service_hours import OFFICE, Calendar, Hours, hours_of
from collector.kpi.teams import Teams


class Pick(StrEnum):
    """Which cases: those that count in a period, were rated in it, are open at its measured end,
    were made in it, or have a disruption report."""

    COUNTED = "counted"
    ANSWERED = "answered"
    OPEN = "open"
    MADE = "made"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Need:
    """Cases that an indicator is worked out from, and what of them; without types of all types.

    `if_teams_change` are columns that matter only where a group was in a team for some of the time.
    """

    pick: Pick
    columns: tuple[str, ...]
    types: frozenset[CaseType] = frozenset()
    if_teams_change: tuple[str, ...] = ()


ALWAYS_READ = ("facets", "created", "counted")
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

    Cases were picked within `span`; `open` has those at each measured end that is asked for.
    `changes` are the date and site of each change by its id, as far as they are known.
    """

    zone: ZoneInfo
    span: tuple[Instant, Instant]
    desk: Desk = NO_DESK
    covered: Sequence[Covered] = ()
    counted: CaseTable = field(default_factory=lambda: CaseTable({}))
    answered: CaseTable = field(default_factory=lambda: CaseTable({}))
    made: CaseTable = field(default_factory=lambda: CaseTable({}))
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
    """The cases that count in what is asked for, those that are excluded apart, those whose times
    make no sense (`backwards`), and those that are open at its measured end.

    `limbo` has the facets of those that may have been resolved in it, which nobody can tell: their
    status is not mapped, or their time is not known. `present` are all that were read of it.
    """

    asked: Asked
    counted: CaseTable
    excluded: Sequence[Facets]
    backwards: Sequence[Facets]
    open: CaseTable
    limbo: Sequence[Facets]
    present: tuple[CaseTable, CaseTable]


def _part(facts: Facts, asked: Asked) -> Part:
    start, end = asked.period.start, asked.period.measured_end
    inside = facts.counted
    if facts.span != (start, end):
        inside = inside.where([start <= at < end for at in inside["counted"]])
    mine = at_site(inside, asked.site)
    kept = mine.having(lambda it: it.excluded is None)
    left = at_site(facts.open.get(end, _NONE), asked.site).having(lambda it: it.excluded is None)
    timed = kept.having(lambda it: it.resolved_from is not None)
    sound = list(map(ge, timed["counted"], timed["created"]))
    return Part(
        asked,
        timed.where(sound),
        mine.having(lambda it: it.excluded is not None)["facets"],
        () if all(sound) else timed.where(map(not_, sound))["facets"],
        left.having(lambda it: not _in_doubt(it)),
        _limbo(kept, left, start),
        (kept, left),
    )


_NONE = CaseTable({})


def _in_doubt(facets: Facets) -> bool:
    """Whether nobody can tell if a case without a resolved time is open."""
    return facets.resolved_from is None and "status" in facets.unmapped


def _limbo(kept: CaseTable, left: CaseTable, start: Instant) -> Sequence[Facets]:
    untimed = kept.having(lambda it: it.resolved_from is None)
    doubted = left.having(_in_doubt)
    # What was not touched since was not resolved since.
    maybe = doubted.where([changed >= start for changed in doubted["changed"]])
    return [*untimed["facets"], *maybe["facets"]]


def at_site(cases: CaseTable, site: str) -> CaseTable:
    """The cases of a site, and those whose site is not mapped: they may be its."""
    if site == ALL:
        return cases
    return cases.having(lambda it: it.site == site or "site" in it.unmapped)


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
    served = part.counted.having(lambda it: it.type in types and not lacks(it, part.asked))
    counts = Counter(it.excluded or "" for it in part.excluded if it.type in wanted)
    if backwards := sum(it.type in wanted for it in part.backwards):
        counts["resolved_before_created"] = backwards
    known = part.counted.tally(lambda it: it.type in wanted)[True]
    in_limbo = sum(it.type in wanted for it in part.limbo)
    return Served(served, known + in_limbo, dict(sorted(counts.items())))


def lacks(facets: Facets, asked: Asked) -> bool:
    """Whether something that every figure needs of a case is not mapped."""
    unmapped = facets.unmapped
    return "status" in unmapped or STATUS_HISTORY in unmapped or lacks_site(facets, asked)


def lacks_site(facets: Facets, asked: Asked) -> bool:
    """Whether nobody can tell if a case is of the site that is asked for."""
    return asked.site != ALL and "site" in facets.unmapped


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

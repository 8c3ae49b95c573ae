"""Confirmed security incidents (KPI.md "Security incidents")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from collector.domain.cases import CaseType
from collector.domain.instants import Instant
from collector.domain.registers import Register
from collector.indicators import _cases
from collector.indicators._cases import (
    IDENTITY,
    Asked,
    CaseFigure,
    Facts,
    Need,
    Pick,
    names,
)
from collector.indicators._counts import Entry, counted
from collector.kpi.case_coverage import known_share

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "security_incidents"
REGISTER = Register.SECURITY_INCIDENTS
NEEDS = (
    Need(Pick.MADE, (*IDENTITY, "severity"), frozenset({CaseType.SECURITY_INCIDENT})),
    Need(Pick.COUNTED, ()),
    Need(Pick.OPEN, ()),
)


@dataclass(frozen=True, slots=True)
class Definition(_cases.Definition):
    """From which severity on they count, of `severities` from the lowest to the highest; without
    one all do."""

    severity: str = ""
    severities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """ValueError for a severity that is none of those."""
        known = [each.casefold() for each in self.severities]
        if self.severity and self.severity.casefold() not in known:
            raise ValueError(
                f"severity {self.severity!r} must be one of severities, which go from the lowest "
                f"to the highest: {', '.join(self.severities) or 'none are given'}"
            )

    def counts(self, severity: str) -> bool | None:
        """Whether one of a severity counts; None where nobody can tell."""
        if not self.severity:
            return True
        known = [each.casefold() for each in self.severities]
        if severity.casefold() not in known:
            return None
        return known.index(severity.casefold()) >= known.index(self.severity.casefold())


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """Those of the register, and cases of the type, by the day of detection: when a case was made.

    One whose severity is not among those that are given is not counted and lowers coverage; where a
    source vouches, so does a case whose type is not known.
    """
    found = [_Incident(it.number, it.detected, it.severity, it.site) for it in facts.incidents]
    found += _of_cases(facts)
    inside = [it for it in found if asked.holds(it.at, it.site)]
    counts = [(it, definition.counts(it.severity)) for it in found]
    graded = sum(definition.counts(it.severity) is not None for it in inside)
    return counted(
        facts,
        ID,
        asked,
        [Entry(it.name, it.at, it.site, it.case) for it, does in counts if does],
        definition,
        {"unknown_severity": len(inside) - graded},
        known=known_share(graded, len(inside)) * _typed(facts, asked),
    )


class _Incident(NamedTuple):
    name: str
    at: Instant
    severity: str
    site: str
    case: str = ""


def _of_cases(facts: Facts) -> Iterator[_Incident]:
    """The cases of the type, whatever became of them."""
    mine = facts.made.having(
        lambda it: it.type == CaseType.SECURITY_INCIDENT and it.excluded is None
    )
    columns = (mine[name] for name in ("created", "severity", "facets"))
    for name, at, severity, facets in zip(names(mine), *columns, strict=True):
        yield _Incident(name, at, severity, facets.site, name)


def _typed(facts: Facts, asked: Asked) -> float:
    """The share of a period's cases whose type is known, where cases are what is relied on."""
    if not any(ID in feed.vouches for feed in facts.desk.feeds):
        return 1.0
    start, end = asked.period.start, asked.period.measured_end
    made = [
        cases.where([start <= at < end for at in cases["created"]])
        for cases in facts.part(asked).present
    ]
    typed = sum(cases.tally(lambda it: it.type is not None)[True] for cases in made)
    return known_share(typed, sum(map(len, made)))

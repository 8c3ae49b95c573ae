"""User satisfaction (KPI.md "User satisfaction")."""

from dataclasses import dataclass

from collector.domain.cases import CaseType
from collector.indicators import _cases
from collector.indicators._cases import (
    Asked,
    CaseFigure,
    Facts,
    Need,
    Pick,
    at_site,
    coverage,
    judged,
    lacks_site,
    serve,
)

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "user_satisfaction"
REGISTER = None
_TYPES = frozenset({CaseType.INCIDENT, CaseType.REQUEST})
NEEDS = (
    Need(Pick.ANSWERED, ("satisfaction", "satisfaction_at"), _TYPES),
    Need(Pick.COUNTED, ("satisfaction",), _TYPES),
)


@dataclass(frozen=True, slots=True)
class Definition(_cases.Definition):
    """With fewer answers than so the value is shown and not judged."""

    min_answers: int = 5

    def __post_init__(self) -> None:
        """ValueError for a choice that means nothing."""
        if self.min_answers < 1:
            raise ValueError("min_answers must be 1 or more")


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """The mean of the answers given in a period, 1-5; one without a time is of when the case was
    closed, else resolved."""
    start, end = asked.period.start, asked.period.measured_end
    answers = at_site(facts.answered, asked.site)
    times = zip(answers["satisfaction_at"], answers["closed"], answers["resolved"], strict=True)
    given = [at or closed or resolved for at, closed, resolved in times]
    answers = answers.where(
        start <= at < end and why is None
        for at, why in zip(given, answers["excluded"], strict=True)
    )
    answers = answers.where(map({*_TYPES, None}.__contains__, answers["type"]))
    known = answers.where(
        type_ is not None and not lacks_site(unmapped, asked)
        for type_, unmapped in zip(answers["type"], answers["unmapped"], strict=True)
    )
    n = len(known)
    value = sum(known["satisfaction"]) / n if n else None
    resolved = serve(facts.part(asked), _TYPES)
    answered = sum(each is not None for each in resolved.cases["satisfaction"])
    detail = {
        "n": n,
        "response_rate": answered / len(resolved.cases) if len(resolved.cases) else None,
        "resolved": len(resolved.cases),
        "excluded": resolved.excluded,
        "flags": {"closed_used": known["satisfaction_at"].count(None)},
    }
    covered = coverage(facts.covers(asked.period), n, len(answers))
    enough = n >= definition.min_answers
    return judged(value, covered, detail, definition, enough=enough, cases=known)

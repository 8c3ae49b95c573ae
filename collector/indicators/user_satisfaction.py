"""User satisfaction (KPI.md "User satisfaction")."""

from dataclasses import dataclass
from math import fsum

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
from collector.kpi.case_table import CaseTable

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "user_satisfaction"
REGISTER = None
_TYPES = frozenset({CaseType.INCIDENT, CaseType.REQUEST})
NEEDS = (
    Need(Pick.ANSWERED, ("answered", "satisfaction", "satisfaction_at"), _TYPES),
    Need(Pick.COUNTED, (), _TYPES),
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
    answers = _answers(facts, asked)
    known = answers.having(lambda it: it.type is not None and not lacks_site(it, asked))
    n = len(known)
    # A plain sum of fractions differs by their order, and answers come in none.
    value = fsum(known["satisfaction"]) / n if n else None
    resolved = serve(facts.part(asked), _TYPES)
    rated = resolved.cases.tally(lambda it: it.rated)[True]
    detail = {
        "n": n,
        "response_rate": rated / len(resolved.cases) if len(resolved.cases) else None,
        "resolved": len(resolved.cases),
        "excluded": resolved.excluded,
        "flags": {"closed_used": known["satisfaction_at"].count(None)},
    }
    covered = coverage(facts.covers(asked.period), n, len(answers))
    enough = n >= definition.min_answers
    return judged(value, covered, detail, definition, enough=enough, cases=known)


def _answers(facts: Facts, asked: Asked) -> CaseTable:
    """The rated cases of a period and site, of the types and of none that is known."""
    start, end = asked.period.start, asked.period.measured_end
    answers = facts.answered
    if facts.span != (start, end):
        answers = answers.where([start <= at < end for at in answers["answered"]])
    wanted = _TYPES | {None}
    return at_site(answers, asked.site).having(lambda it: it.excluded is None and it.type in wanted)

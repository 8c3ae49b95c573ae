"""Counts of what people register, where nothing is a zero only if somebody vouches for it (KPI.md
"Changes that caused a disruption", "Security incidents")."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from collector.domain.instants import Instant
from collector.indicators._cases import Asked, CaseFigure, Definition, Facts
from collector.kpi.case_coverage import complete, share, with_months_of
from collector.kpi.groups import ALL
from collector.kpi.spans import union


class Entry(NamedTuple):
    """Something that is counted: what it is called, when and where it was, and the case that it
    is, as source:id, if it is one."""

    name: str
    at: Instant
    site: str = ""
    case: str = ""


def counted(
    facts: Facts,
    indicator: str,
    asked: Asked,
    entries: Iterable[Entry],
    definition: Definition,
    detail: Mapping[str, Any],
    *,
    known: float = 1.0,
) -> CaseFigure:
    """How many there are in a period; `known` is the share of what was looked at that could be told
    to be one or not.

    Without any there is no value but where the whole period, as far as coverage asks for, was
    attested or is covered by a source that vouches; with some, their months are taken as known, and
    what the sources cover that told of them.
    At a site there is a value only where each is at one.
    """
    period = asked.period
    inside = [it for it in entries if period.start <= it.at < period.measured_end]
    attested = [(it.start, it.end) for it in facts.attestations.get(indicator, ())]
    vouching = [feed.source for feed in facts.desk.feeds if indicator in feed.vouches]
    telling = {it.case.partition(":")[0] for it in inside if it.case}
    told = (complete(facts.covered, [source]) for source in sorted(telling))
    spans = union(attested, complete(facts.covered, vouching), *told)
    covers = share(with_months_of(spans, (it.at for it in inside), period, facts.zone), period)
    coverage = None if covers is None else covers * known
    placed = asked.site == ALL or all(it.site for it in inside)
    own = [it for it in inside if asked.holds(it.at, it.site)]
    measurable = coverage is not None and coverage >= definition.min_coverage
    value = float(len(own)) if placed and (measurable or own) else None
    whole = share(union(attested), period)
    return CaseFigure(
        value,
        coverage,
        measurable,
        {"n": len(own), **detail, "attested": whole is not None and whole >= 1},
        _cases(own),
    )


def _cases(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(sorted(it.case for it in entries if it.case))

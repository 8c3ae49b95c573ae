"""Freeze cases: what a closed month's figures of cases were, and what they rested on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.desks import Desk
from collector.domain.instants import Instant
from collector.domain.measurements import FrozenFigure, Indicator
from collector.domain.periods import Period
from collector.indicators._cases import Facts
from collector.kpi.case_table import CaseTable
from collector.kpi.groups import ALL
from collector.kpi.service_hours import ServiceHours
from collector.ports import CaseFigureStore
from collector.services.case_facts import read_facts
from collector.services.measure_cases import Gauge, gauges

_CHANGES_LATER = frozenset({"changed", "facets"})
"""A case is touched long after it counted; where that matters the figures tell."""


@dataclass(frozen=True, slots=True)
class FrozenCases:
    """The figures that have a value, the definitions in force by indicator, and all that the
    figures rest on; nothing where no figure of cases can be known."""

    figures: Sequence[FrozenFigure]
    definitions: Mapping[str, Mapping[str, Any]]
    inputs: Sequence[Any]


def freeze_cases(
    store: CaseFigureStore,
    register: Sequence[Indicator],
    periods: Sequence[Period],
    *,
    zone: ZoneInfo,
    service: ServiceHours,
    desk: Desk,
) -> FrozenCases:
    """The figures of some periods that are over, of all sites and of each that cases are of."""
    found = gauges(store, register, desk)
    if not found:
        return FrozenCases((), {}, ())
    facts = read_facts(
        store,
        [gauge.module for gauge in found.values()],
        periods,
        desk=desk,
        zone=zone,
        calendar=service.office,
        ids=True,
    )
    now = max(period.end for period in periods)
    figures, behind = [], []
    for gauge in found.values():
        for period in periods:
            for site in (ALL, *_sites(facts)):
                figure, cases = _figure(gauge, facts, period, site, now)
                behind.append([figure, cases])
                figures.append(figure)
    definitions = {id_: _stated(gauge, periods[0]) for id_, gauge in found.items()}
    rows = [list(_rows(table)) for table in (facts.counted, facts.answered, facts.reported)]
    return FrozenCases(
        [figure for figure in figures if figure is not None],
        definitions,
        [definitions, desk, service.office, rows, behind],
    )


def _figure(
    gauge: Gauge, facts: Facts, period: Period, site: str, now: Instant
) -> tuple[FrozenFigure | None, Sequence[str]]:
    measured, figure = gauge.measured(facts, period, site, outlook=None, now=now)
    if measured.value is None:
        return None, figure.cases
    return FrozenFigure(
        gauge.indicator.id,
        period.text,
        site,
        None,
        None,
        measured.value,
        measured.coverage,
        measured.target,
        measured.verdict,
        measured.detail,
    ), figure.cases


def _sites(facts: Facts) -> list[str]:
    """Every site that a case or an entry of a register is of."""
    seen = {it.site for it in facts.reports} | {it.site for it in facts.incidents}
    for table in (facts.counted, facts.answered, facts.reported, *facts.open.values()):
        seen |= set(table.tally(lambda it: it.site))
    return sorted(seen - {""})


def _rows(table: CaseTable) -> Iterator[Sequence[Any]]:
    """What was read of each case that was resolved, by source and id; a case that is closed later
    has another status then."""
    cases = table.having(lambda it: it.resolved_from is not None)
    names = ("source", "id", *sorted(set(cases.names) - _CHANGES_LATER))
    rows = zip(
        *(cases[name] for name in names),
        cases.each(lambda it: it._replace(status=None)),
        strict=True,
    )
    yield from sorted(rows, key=lambda row: row[:2])


def _stated(gauge: Gauge, period: Period) -> dict[str, Any]:
    """The definition in force, with all that is stated and not measured."""
    target = gauge.indicator.target_for(period.year)
    choices = {each.name: getattr(gauge.definition, each.name) for each in fields(gauge.definition)}
    return {
        **{name: list(its) if isinstance(its, tuple) else its for name, its in choices.items()},
        "baseline": gauge.indicator.baseline,
        "target": target and {"op": target.op.value, "value": target.value},
    }

"""Freeze availability: what a closed month's availability was, and what it rested on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Instant
from collector.domain.measurements import FrozenFigure, Indicator
from collector.domain.periods import Period
from collector.domain.quantities import format_duration
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.availability import Books, Definition, Facts, Scope
from collector.kpi.fingerprint import canonical, fingerprint
from collector.kpi.groups import ALL
from collector.kpi.lifetimes import measured_from
from collector.kpi.service_hours import ServiceHours
from collector.ports import FigureStore
from collector.services.history import read_timelines
from collector.services.measure_availability import decided_for, facts_of, of_scope
from collector.services.roll_up import Outages, read_outages


@dataclass(frozen=True, slots=True)
class FrozenAvailability:
    """The figures of availability, its definition in force, and what they rest on; empty where it
    is not followed."""

    figures: Sequence[FrozenFigure] = ()
    definitions: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""


def freeze_availability(
    store: FigureStore,
    register: Sequence[Indicator],
    period: Period,
    year: Period,
    *,
    zone: ZoneInfo,
    population: Mapping[Kind, int],
    service: ServiceHours,
    now: Instant,
) -> FrozenAvailability:
    """The figures of a month that is over and of the year to its end, in all scopes."""
    indicator = next((it for it in register if it.id == availability.ID), None)
    if indicator is None:
        return FrozenAvailability()
    definition = Definition.of(indicator.definition)
    timelines = read_timelines(
        store, year.start, period.end, now=now, min_notice=definition.min_notice
    )
    facts = facts_of(timelines, definition, population, zone, service)
    books = [availability.compute(facts, each) for each in (period, year)]
    figures = [
        figure
        for each in books
        for figure in _figures(
            indicator,
            definition,
            facts,
            each,
            read_outages(store, definition, each.period, zone=zone, service=service, now=now),
        )
    ]
    since = measured_from(timelines.targets, facts.since)
    counted = {row.target for each in books for row in each.rows}
    stated = _stated(indicator, definition, facts, period)
    mark = fingerprint(
        timelines,
        year.start,
        period.end,
        counted,
        stated,
        {kind: at for kind, at in since.items() if at < period.end},
        facts.service.stated(
            (timelines.target(id_).name, held.kind)
            for id_ in counted
            for held in timelines.target(id_).attributes
        ),
    )
    return FrozenAvailability(figures, {indicator.id: stated}, mark)


def _figures(
    indicator: Indicator,
    definition: Definition,
    facts: Facts,
    books: Books,
    outages: Outages,
) -> Iterator[FrozenFigure]:
    """All figures of a period that have a value."""
    sites = sorted({site for _, site in books.scopes})
    kinds = sorted({kind for kind, _ in books.scopes})
    for scope in (Scope(site, kind) for site in (ALL, *sites) for kind in (None, *kinds)):
        yield from _figure(indicator, definition, facts, books, outages, scope)
    for target, rows in groupby(books.rows, key=lambda row: row.target):
        # Otherwise each object would be looked for among all of them.
        own = replace(books, rows=list(rows), scopes={}, lacking={})
        yield from _figure(indicator, definition, facts, own, outages, Scope(target=target))


def _figure(
    indicator: Indicator,
    definition: Definition,
    facts: Facts,
    books: Books,
    outages: Outages,
    scope: Scope,
) -> Iterator[FrozenFigure]:
    timelines, period = facts.timelines, books.period
    found = of_scope(
        indicator,
        definition,
        timelines,
        books,
        scope,
        decided=decided_for(indicator, definition, period, scope, timelines),
        outlook=None,
        now=period.end,
    )
    if found.value is not None:
        up = round(found.detail["seconds"]["up"] * SECOND)
        yield FrozenFigure(
            indicator.id,
            period.text,
            scope.site,
            scope.kind,
            scope.target,
            found.value,
            found.coverage,
            found.target,
            found.verdict,
            {**found.detail, **outages.detail(scope, definition, up)},
        )


def _stated(
    indicator: Indicator, definition: Definition, facts: Facts, period: Period
) -> dict[str, Any]:
    """The definition in force, with all that is stated and not measured."""
    stated = {
        "baseline": indicator.baseline,
        "target": indicator.target_for(period.year),
        "population": facts.population,
    }
    choices: dict[str, Any] = json.loads(canonical(definition))
    choices["min_notice"] = format_duration(definition.min_notice)
    return {**choices, **json.loads(canonical(stated))}

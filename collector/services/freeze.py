"""Freeze: keep a closed month's figures as they are now, whatever is learned later."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Instant
from collector.domain.measurements import FrozenFigure, FrozenVersion, Indicator
from collector.domain.periods import Period
from collector.domain.quantities import format_duration
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.availability import Books, Definition, Facts, Scope
from collector.kpi.books import measured_from
from collector.kpi.fingerprint import canonical, fingerprint
from collector.kpi.groups import ALL
from collector.kpi.periods import is_month, parse_period, to_date
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import FrozenStore, ShownStore
from collector.services.history import read_timelines
from collector.services.measure_availability import decided_for, facts_of, of_scope
from collector.services.refused import Refused
from collector.services.roll_up import Outages, read_outages


@dataclass(frozen=True, slots=True)
class Freezing:
    """What came of it: the month's latest version, and whether it is a new one."""

    version: FrozenVersion
    new: bool


def freeze(
    store: ShownStore,
    register: Sequence[Indicator],
    period: Period,
    *,
    zone: ZoneInfo,
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    author: str,
    reason: str,
    now: Instant,
) -> Freezing:
    """Keep the figures of a calendar month that is over, in all scopes, with those of the year to
    its end.

    A further version needs a reason, and something that changed: where nothing did, the latest
    version is given back. Refused for all else that cannot be frozen.
    """
    if not is_month(period):
        raise Refused(f"{period.text}: only a calendar month is frozen: write it as 2026-10")
    if not period.final:
        raise Refused(f"{period.text} is not over; a month is frozen after its end")
    indicator = next((it for it in register if it.id == availability.ID), None)
    if indicator is None:
        raise Refused(f"the register has no indicator with figures for {period.text}")
    year = parse_period(to_date(period.text), zone=zone, now=now)
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
    if not any(figure.period == period.text for figure in figures):
        raise Refused(f"nothing was measured in {period.text}: there is nothing to freeze")
    measured = measured_from(timelines, facts.since)
    counted = {row.target for each in books for row in each.rows}
    stated = _stated(indicator, definition, facts, period)
    made = FrozenVersion(
        period.text,
        period.start,
        period.end,
        version=1,
        at=now,
        author=author,
        reason=reason,
        definitions={indicator.id: stated},
        fingerprint=fingerprint(
            timelines,
            year.start,
            period.end,
            counted,
            stated,
            {kind: since for kind, since in measured.items() if since < period.end},
            facts.service.stated(
                (timelines.target(id_).name, held.kind)
                for id_ in counted
                for held in timelines.target(id_).attributes
            ),
        ),
    )
    versions = _of_month(store, period)
    if versions:
        latest = versions[-1]
        if latest.fingerprint == made.fingerprint:
            return Freezing(latest, new=False)
        if not reason.strip():
            raise Refused(
                f"{period.text} is frozen already, as version {latest.version}, and what it rests "
                f"on has changed: give --reason to make version {latest.version + 1}"
            )
        made = replace(made, version=latest.version + 1)
    try:
        store.freeze(made, figures)
    except ValueError as error:
        raise Refused(str(error)) from None
    return Freezing(made, new=True)


def frozen_period(store: FrozenStore, at: Instant) -> FrozenVersion | None:
    """The latest version of the month that an instant lies in; None where it is not frozen."""
    versions = store.frozen_versions(at, at + 1)
    return versions[-1] if versions else None


def frozen_periods(store: FrozenStore, start: Instant, end: Instant) -> list[FrozenVersion]:
    """The latest version of each frozen month that [start, end) touches, in order."""
    latest = {version.period: version for version in store.frozen_versions(start, end)}
    return list(latest.values())


def stays_frozen(version: FrozenVersion) -> str:
    """What to tell who changes something in a frozen month."""
    return (
        f"{version.period} is frozen: its figure stays that of version {version.version}; "
        f"`driftkoll report freeze --period {version.period} --reason …` makes the next version"
    )


def _of_month(store: FrozenStore, month: Period) -> list[FrozenVersion]:
    return [
        version
        for version in store.frozen_versions(month.start, month.end)
        if version.period == month.text
    ]


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

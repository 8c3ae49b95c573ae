"""Measure availability: of one period and scope, with everything that explains the value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Duration, Instant
from collector.domain.measurements import DecidedTarget, Indicator, Measurement, Outlook, Seconds
from collector.domain.periods import Period
from collector.domain.targets import Kind, TargetRecord
from collector.indicators import availability
from collector.indicators.availability import Books, Definition, Facts, Figure, Scope
from collector.kpi.budget import Budget
from collector.kpi.groups import ALL, Account
from collector.kpi.lifetimes import MeasuredFrom, measured_from
from collector.kpi.periods import midnight
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore
from collector.services.history import read_accounts
from collector.services.judging import (
    is_running,
    last_days,
    measurement,
    outlook_on,
    year_of,
)


def measure_availability(
    store: FigureStore,
    indicator: Indicator,
    period: Period,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    kind: Kind | None = None,
    target: str | None = None,
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    now: Instant,
    known_until: Mapping[int, Instant] | None,
    looking_ahead: bool = True,
) -> Measurement:
    """Availability for a period, at all sites or one, there of one class or object.

    `target` is an object's name; KeyError for one that never was. `detail` is as DESIGN.md "Command
    line" has it. Without `looking_ahead` the year's outlook is not worked out, which takes most of
    the time.
    """
    records = store.targets()
    object_ = None if target is None else _named(records, target)
    scope = Scope(site, kind, None if object_ is None else object_.id)
    year = year_of(period, zone=zone, now=now)
    recent = last_days(zone=zone, now=now)
    ahead = looking_ahead and is_running(year, now)
    needed = [period, year, recent] if ahead else [period]
    definition = Definition.of(indicator.definition)
    since = measured_since(records, definition, zone)
    timelines = read_accounts(
        store,
        [(each, since) for each in needed],
        now=now,
        min_notice=definition.min_notice,
        known_until=known_until,
        targets=_within(records, scope),
        records=records,
        service=service,
    )
    facts = facts_of(timelines, definition, population, zone, service)
    books = availability.compute(facts, period)
    decided = decided_for(indicator, definition, period, scope, timelines)
    prospect = None
    if decided is not None and ahead:
        of_year = books if year.text == period.text else availability.compute(facts, year)
        of_recent = availability.compute(facts, recent)
        prospect = availability.prospect(of_year, of_recent, definition, scope)
    outlook = outlook_on(indicator, decided, year, prospect) if looking_ahead else None
    return of_scope(
        indicator, definition, timelines, books, scope, decided=decided, outlook=outlook, now=now
    )


def of_scope(
    indicator: Indicator,
    definition: Definition,
    timelines: Timelines,
    books: Books,
    scope: Scope,
    *,
    decided: DecidedTarget | None,
    outlook: Outlook | None,
    now: Instant,
) -> Measurement:
    """The measurement of a scope from the accounts of a period."""
    figure = availability.figure(books, definition, scope)
    return measurement(
        indicator,
        books.period,
        scope.site,
        value=figure.value,
        coverage=figure.coverage,
        measurable=figure.measurable,
        target=decided,
        outlook=outlook,
        now=now,
        detail=_detail(timelines, books, definition, scope, figure, decided),
    )


def facts_of(
    timelines: Timelines,
    definition: Definition,
    population: Mapping[Kind, int],
    zone: ZoneInfo,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> Facts:
    """What availability is worked out from; stated days begin at local midnight."""
    return Facts(timelines, population, _stated(definition, zone), service)


def measured_since(
    records: Iterable[TargetRecord], definition: Definition, zone: ZoneInfo
) -> MeasuredFrom:
    """Since when each class is measured."""
    return measured_from(records, _stated(definition, zone))


def _stated(definition: Definition, zone: ZoneInfo) -> MeasuredFrom:
    return {kind: midnight(day, zone) for kind, day in definition.measured_from.items()}


def _named(records: Iterable[TargetRecord], name: str) -> TargetRecord:
    for record in records:
        if record.name == name:
            return record
    raise KeyError(name)


def _within(records: Iterable[TargetRecord], scope: Scope) -> set[int] | None:
    """The objects that ever were in a scope; None for all."""
    if scope == Scope():
        return None
    return {
        record.id
        for record in records
        if scope.target in (None, record.id)
        and any(
            scope.kind in (None, held.kind) and scope.site in (ALL, held.site)
            for held in record.attributes
        )
    }


def decided_for(
    indicator: Indicator,
    definition: Definition,
    period: Period,
    scope: Scope,
    timelines: Timelines,
) -> DecidedTarget | None:
    """The decided target, which is for the indicator's classes and no others."""
    asked = scope.kind
    if scope.target is not None and asked is None:
        asked = timelines.target(scope.target).attributes[-1].kind
    if asked is not None and asked not in definition.classes:
        return None
    return indicator.target_for(period.year)


def _detail(
    timelines: Timelines,
    books: Books,
    definition: Definition,
    scope: Scope,
    figure: Figure,
    decided: DecidedTarget | None,
) -> dict[str, Any]:
    budget = None
    if decided is not None:
        budget = availability.budget(books, definition, scope, decided.value)
    return {
        "seconds": _seconds(figure.seconds),
        "classes": {
            kind.value: _part(account, definition) for kind, account in figure.classes.items()
        },
        "sites": _sites(books, definition, scope),
        "left_out": [kind.value for kind in figure.left_out],
        "outages": figure.begun,
        "worst": [
            {"target": timelines.target(id_).name, **_part(account, definition)}
            for id_, account in availability.worst(books, definition, scope)
        ],
        "budget": None if budget is None else _budget(budget),
        "budgets": _budgets(books, definition, scope, figure, decided),
        "with_planned_work": figure.with_planned_work,
        "before_corrections": figure.before_corrections,
    }


def _sites(books: Books, definition: Definition, scope: Scope) -> dict[str, Any]:
    """Each site's own figure; seconds add up over sites, objects without one are of site "".

    What a population lacks is of no site.
    """
    if scope.site != ALL or scope.target is not None:
        return {}
    found: dict[str, Any] = {}
    for site in sorted({site for _, site in books.scopes}):
        figure = availability.figure(books, definition, replace(scope, site=site))
        if figure.classes:
            found[site] = {
                "value": figure.value,
                "coverage": figure.coverage,
                "seconds": _seconds(figure.seconds),
                "outages": figure.begun,
            }
    return found


def _budgets(
    books: Books,
    definition: Definition,
    scope: Scope,
    figure: Figure,
    decided: DecidedTarget | None,
) -> dict[str, Any]:
    """The budget of each class of a figure, and of each site where it is of all."""
    if decided is None or scope.target is not None:
        return {}
    classes = {kind.value: replace(scope, kind=kind) for kind in figure.classes}
    sites = {}
    if scope.site == ALL:
        sites = {site: replace(scope, site=site) for site in sorted({s for _, s in books.scopes})}
    found: dict[str, Any] = {}
    for name, scopes in (("classes", classes), ("sites", sites)):
        each = {
            key: availability.budget(books, definition, of, decided.value)
            for key, of in scopes.items()
        }
        found[name] = {key: _budget(budget) for key, budget in each.items() if budget is not None}
    return found


def _part(account: Account, definition: Definition) -> dict[str, Any]:
    return {
        "value": availability.value_of(account, definition),
        "coverage": account.seconds.coverage,
        "seconds": _seconds(account.seconds),
    }


def _seconds(seconds: Seconds) -> dict[str, float]:
    return {
        "up": _in_seconds(seconds.up),
        "down": _in_seconds(seconds.down),
        "unreachable": _in_seconds(seconds.unreachable),
        "maintenance": _in_seconds(seconds.maintenance),
        "unknown": _in_seconds(seconds.unknown),
    }


def _budget(budget: Budget) -> dict[str, float]:
    return {
        "allowed_seconds": _in_seconds(budget.allowed),
        "left_seconds": _in_seconds(budget.left),
    }


def _in_seconds(duration: Duration | float) -> float:
    """A number of seconds; whole ones without decimals."""
    seconds = duration / SECOND
    return int(seconds) if seconds.is_integer() else seconds

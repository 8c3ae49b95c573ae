"""Further outage: what the figures would be if something were down for so much longer."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Duration, Instant
from collector.domain.measurements import Indicator
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.availability import Books, Definition, Scope
from collector.kpi.groups import ALL
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore
from collector.services.history import read_accounts
from collector.services.measure_availability import (
    decided_for,
    facts_of,
    measured_since,
    of_scope,
)


def further_outage(
    store: FigureStore,
    indicator: Indicator,
    period: Period,
    length: Duration,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    kind: Kind | None = None,
    target: str | None = None,
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    now: Instant,
    known_until: Mapping[int, Instant] | None,
) -> dict[str, Any]:
    """`detail.further_outage`: availability before and after everything in a scope, an object, a
    class, a site or all, were down for `length` of its service time, in seconds.

    `scope` is the figure of what is down, `indicator` that of the whole indicator, of the site
    where one is given; each with value, verdict and budget.
    """
    definition = Definition.of(indicator.definition)
    records = store.targets()
    timelines = read_accounts(
        store,
        [(period, measured_since(records, definition, zone))],
        now=now,
        min_notice=definition.min_notice,
        known_until=known_until,
        records=records,
        service=service,
    )
    object_ = None if target is None else next(it.id for it in records if it.name == target)
    scope = Scope(site, kind, object_)
    before = availability.compute(
        facts_of(timelines, definition, population, zone, service), period
    )
    after, objects = availability.with_outage(before, scope, length)

    def figures(of: Scope) -> dict[str, Any]:
        return {
            "before": _figure(indicator, definition, timelines, before, of, now),
            "after": _figure(indicator, definition, timelines, after, of, now),
        }

    return {
        "seconds": length / SECOND,
        "objects": objects,
        "scope": figures(scope),
        "indicator": figures(Scope(site)),
    }


def _figure(
    indicator: Indicator,
    definition: Definition,
    timelines: Timelines,
    books: Books,
    scope: Scope,
    now: Instant,
) -> dict[str, Any]:
    decided = decided_for(indicator, definition, books.period, scope, timelines)
    found = of_scope(
        indicator, definition, timelines, books, scope, decided=decided, outlook=None, now=now
    )
    return {
        "value": found.value,
        "verdict": None if found.verdict is None else found.verdict.value,
        "budget": found.detail["budget"],
    }

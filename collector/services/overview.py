"""Overview: all figures that are kept ready, from one reading of the store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from collector.domain.desks import NO_DESK, Desk
from collector.domain.figures import INDICATOR, AvailabilityFigure, Figures
from collector.domain.instants import SECOND, Instant
from collector.domain.measurements import DecidedTarget, Indicator, Measurement, Seconds
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.availability import Books, Definition, Scope
from collector.kpi.books import rows
from collector.kpi.groups import ALL
from collector.kpi.periods import windows
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines
from collector.ports import MeasuredStore
from collector.services.case_facts import read_facts
from collector.services.history import read_accounts
from collector.services.judging import last_days, measurement, outlook_on
from collector.services.measure_availability import facts_of, measured_since
from collector.services.measure_cases import gauges
from collector.services.supplied import measure_supplied
from collector.services.unswept import unswept


@unswept()
def overview(
    store: MeasuredStore,
    register: Sequence[Indicator],
    *,
    zone: ZoneInfo,
    sites: Mapping[str, str],
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    desk: Desk = NO_DESK,
    now: Instant,
    known_until: Mapping[int, Instant] | None,
    settled_since: Instant,
    settled_until: Instant,
) -> Figures:
    """Availability of all classes and sites in all windows, and a measurement of each indicator,
    those of cases of each configured site too.

    Sites are those of the configuration and those that anything was at. `settled` counts the
    object-seconds in [settled_since, settled_until). Measurements have no detail: `measure` has.
    """
    periods = windows(now, zone)
    recent = last_days(zone=zone, now=now)
    indicator = next((it for it in register if it.id == availability.ID), None)
    definition = Definition.of(indicator.definition) if indicator else Definition()
    records = store.targets()
    since = measured_since(records, definition, zone)
    settled = _stretch(settled_since, settled_until)
    timelines = read_accounts(
        store,
        [
            *((period, since) for period in (recent, *periods.values())),
            *([(settled, _ALWAYS_MEASURED)] if settled else []),
        ],
        now=now,
        min_notice=definition.min_notice,
        known_until=known_until,
        records=records,
        service=service,
    )
    facts = facts_of(timelines, definition, population, zone, service)
    books = {window: availability.compute(facts, period) for window, period in periods.items()}
    of_recent = availability.compute(facts, recent)
    of_objects, measurements, expected = _of_objects(
        indicator, definition, books, of_recent, sites, now
    )
    of_cases, forecasts = _of_cases(
        store, register, periods, recent, zone=zone, sites=sites, service=service, desk=desk
    )
    measurements += of_cases
    measured = {availability.ID, *(each.indicator for _, each in of_cases)}
    measurements += [
        (window, measure_supplied(store, other, period, zone=zone, now=now))
        for window, period in periods.items()
        for other in register
        if other.id not in measured
    ]
    if indicator is not None and expected is not None:
        forecasts[availability.ID] = expected
    return Figures(
        at=now,
        availability=tuple(of_objects),
        measurements=tuple(measurements),
        forecasts=forecasts,
        settled=_settled(timelines, service, settled),
    )


def _of_objects(
    indicator: Indicator | None,
    definition: Definition,
    books: Mapping[str, Books],
    recent: Books,
    sites: Iterable[str],
    now: Instant,
) -> tuple[list[AvailabilityFigure], list[tuple[str, Measurement]], float | None]:
    """Availability in each window, its measurements where it is in the register, and where its
    year will end."""
    year = books["year"]
    scopes = [ALL, *_sites(sites, books.values())]
    prospects = {
        site: availability.prospect(year, recent, definition, Scope(site)) for site in scopes
    }
    figures: list[AvailabilityFigure] = []
    measurements: list[tuple[str, Measurement]] = []
    for window, of_window in books.items():
        target = indicator.target_for(of_window.period.year) if indicator else None
        for site in scopes:
            figures += _figures(window, of_window, definition, site, target)
            if indicator is None:
                continue
            figure = availability.figure(of_window, definition, Scope(site))
            judged = measurement(
                indicator,
                of_window.period,
                site,
                value=figure.value,
                coverage=figure.coverage,
                measurable=figure.measurable,
                target=target,
                outlook=outlook_on(indicator, target, year.period, prospects[site]),
                now=now,
            )
            measurements.append((window, judged))
    return figures, measurements, prospects[ALL].value


def _of_cases(
    store: MeasuredStore,
    register: Sequence[Indicator],
    periods: Mapping[str, Period],
    recent: Period,
    *,
    zone: ZoneInfo,
    sites: Iterable[str],
    service: ServiceHours,
    desk: Desk,
) -> tuple[list[tuple[str, Measurement]], dict[str, float]]:
    """The indicators of cases in each window, and where their years will end."""
    found = gauges(store, register, desk)
    if not found:
        return [], {}
    now, year = recent.end, periods["year"]
    modules = [gauge.module for gauge in found.values()]
    facts = read_facts(
        store, modules, [recent, *periods.values()], desk=desk, zone=zone, calendar=service.office
    )
    measurements: list[tuple[str, Measurement]] = []
    forecasts: dict[str, float] = {}
    for id_, gauge in found.items():
        target = gauge.indicator.target_for(year.year)
        for site in (ALL, *sites):
            prospect = gauge.prospect(facts, year, recent, site)
            outlook = outlook_on(gauge.indicator, target, year, prospect)
            for window, period in periods.items():
                its, _ = gauge.measured(facts, period, site, outlook=outlook, now=now)
                measurements.append((window, replace(its, detail={})))
            if site == ALL and prospect.value is not None:
                forecasts[id_] = prospect.value
    return measurements, forecasts


def _figures(
    window: str, books: Books, definition: Definition, site: str, target: DecidedTarget | None
) -> Iterator[AvailabilityFigure]:
    """The combined figure of a site, and each of its classes."""
    for kind in (None, *books.classes(Scope(site))):
        scope = Scope(site, kind)
        figure = availability.figure(books, definition, scope)
        budget = None
        if target is not None and kind in (None, *definition.classes):
            budget = availability.budget(books, definition, scope, target.value)
        yield AvailabilityFigure(
            kind=INDICATOR if kind is None else kind.value,
            site=site,
            window=window,
            value=figure.value,
            coverage=figure.coverage,
            seconds=figure.seconds,
            budget_left_seconds=None if budget is None else budget.left / SECOND,
        )


_ALWAYS_MEASURED = dict.fromkeys(Kind, -ALWAYS)


def _stretch(since: Instant, until: Instant) -> Period | None:
    return Period("settled", since, until, until, 0) if since < until else None


def _settled(
    timelines: Timelines, service: ServiceHours, stretch: Period | None
) -> dict[tuple[str, str], Seconds]:
    """Each class's object-seconds at each site in a stretch where nothing changes any more."""
    settled: dict[tuple[str, str], Seconds] = {}
    if stretch is None:
        return settled
    for row in rows(timelines, stretch, _ALWAYS_MEASURED, service):
        scope = (row.kind.value, row.site)
        settled[scope] = settled.get(scope, Seconds()) + row.seconds
    return settled


def _sites(sites: Iterable[str], books: Iterable[Books]) -> list[str]:
    """The configured sites, then those that objects were at; no site is no scope."""
    seen = {site for of_window in books for _, site in of_window.scopes if site}
    return list(dict.fromkeys([*sites, *sorted(seen)]))

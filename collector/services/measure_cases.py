"""Measure cases: an indicator that is worked out from the servicedesk's cases and the registers
beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from collector.domain.desks import Desk
from collector.domain.instants import Instant
from collector.domain.measurements import Indicator, Measurement, Outlook
from collector.domain.periods import Period
from collector.indicators._cases import Asked, CaseFigure, Facts
from collector.indicators.registry import case_indicators
from collector.kpi.forecast import Prospect
from collector.kpi.groups import ALL
from collector.kpi.periods import midnight
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import CaseFigureStore
from collector.services.case_facts import read_facts
from collector.services.judging import (
    is_running,
    last_days,
    measurement,
    outlook_on,
    verdict_on,
    without_value,
    year_of,
)
from collector.services.unswept import unswept


@unswept()
def measure_cases(
    store: CaseFigureStore,
    indicator: Indicator,
    period: Period,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    service: ServiceHours = AROUND_THE_CLOCK,
    desk: Desk,
    now: Instant,
    looking_ahead: bool = True,
    ids: bool = False,
) -> Measurement:
    """Its value for a period, at all sites or one; with `ids` the cases behind it in the detail.

    Where no source of cases is configured, and nothing registered, there is none.
    """
    gauge = Gauge(indicator)
    if not gauge.has_facts(store, desk):
        return without_value(indicator, period, zone=zone, now=now, site=site)
    year, recent = year_of(period, zone=zone, now=now), last_days(zone=zone, now=now)
    ahead = looking_ahead and is_running(year, now)
    needed = [period, *gauge.judged_on(period, zone)]
    if ahead:
        needed += [year, recent] if gauge.counts else [year]
    facts = read_facts(
        store, [gauge.module], needed, desk=desk, zone=zone, calendar=service.office, ids=ids
    )
    prospect = gauge.prospect(facts, year, recent, site) if ahead else None
    target = indicator.target_for(period.year)
    outlook = outlook_on(indicator, target, year, prospect) if looking_ahead else None
    found, figure = gauge.measured(facts, period, site, outlook=outlook, now=now)
    if ids:
        found = replace(found, detail={**found.detail, "cases": list(figure.cases)})
    return found


class Gauge:
    """An indicator of cases with its choices, ready to be worked out."""

    def __init__(self, indicator: Indicator) -> None:
        self.indicator = indicator
        self.module = case_indicators()[indicator.id]
        self.definition = self.module.Definition.of(indicator.definition)
        self.counts = self.module.REGISTER is not None

    def has_facts(self, store: CaseFigureStore, desk: Desk) -> bool:
        """Whether anything can be known of it: a source is configured or, of a count, something was
        registered or attested."""
        register = self.module.REGISTER
        if desk or register is None:
            return bool(desk)
        return bool(store.attestations(self.indicator.id) or getattr(store, register)())

    def judged_on(self, period: Period, zone: ZoneInfo) -> Sequence[Period]:
        """The year to the end of a period, on which a count is judged; none where it is the period
        itself that is judged."""
        start = midnight(date(period.year, 1, 1), zone)
        if not self.counts or start == period.start:
            return ()
        text = f"{period.year}-01-01..{period.text}"
        return (replace(period, text=text, start=start),)

    def figure(self, facts: Facts, period: Period, site: str) -> CaseFigure:
        """Its figure for a period and site."""
        target = self.indicator.target_for(period.year)
        return self.module.compute(facts, Asked(period, site, target), self.definition)

    def measured(
        self,
        facts: Facts,
        period: Period,
        site: str,
        *,
        outlook: Outlook | None,
        now: Instant,
    ) -> tuple[Measurement, CaseFigure]:
        """The measurement of a period and site, and the figure that it is made of."""
        figure = self.figure(facts, period, site)
        target = self.indicator.target_for(period.year)
        found = measurement(
            self.indicator,
            period,
            site,
            value=figure.value,
            coverage=figure.coverage,
            measurable=figure.measurable,
            target=target,
            outlook=outlook,
            now=now,
            detail=figure.detail,
        )
        for year in self.judged_on(period, facts.zone):
            whole = self.figure(facts, year, site)
            known = whole.measurable and figure.value is not None
            so_far = {"value": whole.value, "coverage": whole.coverage}
            found = replace(
                found,
                verdict=verdict_on(self.indicator, target, whole.value, known),
                detail={**figure.detail, "year_to_date": so_far},
            )
        return found, figure

    def prospect(self, facts: Facts, year: Period, recent: Period, site: str) -> Prospect:
        """How the year will end: as it has been so far; a count at the rate of the last 90 days.

        `recent` are these days.
        """
        so_far = self.figure(facts, year, site)
        if not self.counts or so_far.value is None:
            return Prospect(so_far.value, None, so_far.measurable)
        lately = self.figure(facts, recent, site)
        rest = (year.end - year.measured_end) / (recent.end - recent.start)
        expected = None if lately.value is None else so_far.value + rest * lately.value
        return Prospect(expected, so_far.value, so_far.measurable)


def gauges(store: CaseFigureStore, register: Iterable[Indicator], desk: Desk) -> dict[str, Gauge]:
    """The indicators of a register that are worked out from cases and of which anything can be
    known, by id."""
    found = (Gauge(each) for each in register if each.id in case_indicators())
    return {each.indicator.id: each for each in found if each.has_facts(store, desk)}

"""Measure: one indicator for one period and scope, with everything that explains the value."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from collector.domain.desks import NO_DESK, Desk
from collector.domain.instants import Instant
from collector.domain.measurements import Indicator, Measurement
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.registry import case_indicators
from collector.kpi.groups import ALL
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import MeasuredStore
from collector.services.measure_availability import measure_availability
from collector.services.measure_cases import measure_cases
from collector.services.supplied import measure_supplied
from collector.services.unswept import unswept


@unswept()
def measure(
    store: MeasuredStore,
    indicator: Indicator,
    period: Period,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    kind: Kind | None = None,
    target: str | None = None,
    sites: Mapping[str, str],
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
    desk: Desk = NO_DESK,
    now: Instant,
    known_until: Mapping[int, Instant] | None,
    looking_ahead: bool = True,
    cases: bool = False,
) -> Measurement:
    """An indicator's value for a period, at all sites or one; of availability also that of one
    class or object.

    `target` is an object's name; KeyError for one that never was, and for a site that is none of
    `sites`. `detail` is as DESIGN.md "Command line" has it, with `cases` also the ids of the cases
    behind the figure. What Driftkoll does not measure has the value that was supplied for it.
    Without `looking_ahead` the year's outlook is not worked out.
    """
    if site != ALL and site not in sites:
        raise KeyError(site)
    if indicator.id == availability.ID:
        return measure_availability(
            store,
            indicator,
            period,
            zone=zone,
            site=site,
            kind=kind,
            target=target,
            population=population,
            service=service,
            now=now,
            known_until=known_until,
            looking_ahead=looking_ahead,
        )
    if indicator.id in case_indicators():
        return measure_cases(
            store,
            indicator,
            period,
            zone=zone,
            site=site,
            service=service,
            desk=desk,
            now=now,
            looking_ahead=looking_ahead,
            ids=cases,
        )
    return measure_supplied(store, indicator, period, zone=zone, site=site, now=now)

"""From a value to a measurement: decided target, verdict and outlook."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import DAY, Instant
from collector.domain.measurements import DecidedTarget, Indicator, Measurement, Outlook, Verdict
from collector.domain.periods import Period
from collector.kpi.forecast import Prospect
from collector.kpi.groups import ALL
from collector.kpi.periods import parse_period, trailing
from collector.kpi.verdict import judge, outlook


def year_of(period: Period, *, zone: ZoneInfo, now: Instant) -> Period:
    """The calendar year whose target a period is judged by."""
    return parse_period(str(period.year), zone=zone, now=now)


def is_running(year: Period, now: Instant) -> bool:
    """Whether a year has begun and is not over: then it has a forecast."""
    return year.start <= now < year.end


def last_days(*, zone: ZoneInfo, now: Instant) -> Period:
    """The 90 days at whose rate the part of the year to come is taken (KPI.md "Forecast")."""
    return trailing("90d", 90 * DAY, zone=zone, now=now)


def outlook_on(
    indicator: Indicator, target: DecidedTarget | None, year: Period, prospect: Prospect | None
) -> Outlook | None:
    """How the year looks while it is not over; without a prospect nobody can tell."""
    if target is None or year.final:
        return None
    if prospect is None:
        return Outlook.UNKNOWN
    return outlook(verdict_on(indicator, target, prospect.value, prospect.measurable))


def measurement(
    indicator: Indicator,
    period: Period,
    site: str,
    *,
    value: float | None,
    coverage: float | None,
    measurable: bool,
    target: DecidedTarget | None,
    outlook: Outlook | None,
    now: Instant,
    detail: Mapping[str, Any] | None = None,
) -> Measurement:
    """A measurement with its verdict."""
    return Measurement(
        indicator=indicator.id,
        period=period.text,
        final=period.final,
        site=site,
        value=value,
        unit=indicator.unit,
        target=target,
        verdict=verdict_on(indicator, target, value, measurable),
        outlook=outlook,
        coverage=coverage,
        computed_at=now,
        detail=detail or {},
    )


def without_value(
    indicator: Indicator, period: Period, *, zone: ZoneInfo, now: Instant, site: str = ALL
) -> Measurement:
    """The measurement of an indicator of which nothing is known but its decided targets."""
    target = indicator.target_for(period.year)
    return measurement(
        indicator,
        period,
        site,
        value=None,
        coverage=None,
        measurable=False,
        target=target,
        outlook=outlook_on(indicator, target, year_of(period, zone=zone, now=now), None),
        now=now,
    )


def verdict_on(
    indicator: Indicator, target: DecidedTarget | None, value: float | None, measurable: bool
) -> Verdict | None:
    """The verdict by the indicator's baseline and its rule for partly."""
    return judge(
        value,
        target,
        baseline=indicator.baseline,
        partial=indicator.definition.get("partial"),
        measurable=measurable,
    )

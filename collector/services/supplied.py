"""Supplied: an indicator that Driftkoll does not work out itself shows what it was told of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from collector.domain.instants import Instant
from collector.domain.measurements import Indicator, Measurement
from collector.domain.periods import Period
from collector.domain.registers import SuppliedFigure
from collector.kpi.groups import ALL
from collector.kpi.periods import parse_period
from collector.services.judging import measurement, outlook_on, without_value, year_of


class SuppliedFigures(Protocol):
    """Where figures are kept that somebody supplied."""

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        """Those of an indicator, by period and then by when they came."""
        ...


def measure_supplied(
    store: SuppliedFigures,
    indicator: Indicator,
    period: Period,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    now: Instant,
) -> Measurement:
    """The latest figure that was supplied for just that period and site; without a value where
    there is none. Nobody tells how much such a figure rests on, so that it has no coverage."""
    found = [
        figure
        for figure in store.supplied(indicator.id)
        if figure.site == site and _is_of(figure, period, zone, now)
    ]
    if not found:
        return without_value(indicator, period, zone=zone, now=now, site=site)
    latest = max(found, key=lambda figure: figure.at)
    target = indicator.target_for(period.year)
    judged = measurement(
        indicator,
        period,
        site,
        value=latest.value,
        coverage=None,
        measurable=True,
        target=target,
        outlook=outlook_on(indicator, target, year_of(period, zone=zone, now=now), None),
        now=now,
    )
    return replace(judged, detail=_detail(latest))


def _is_of(figure: SuppliedFigure, period: Period, zone: ZoneInfo, now: Instant) -> bool:
    """Whether a figure is of a period, however either is written."""
    if figure.period == period.text:
        return True
    try:
        own = parse_period(figure.period, zone=zone, now=now)
    except ValueError:
        return False
    return (own.start, own.end) == (period.start, period.end)


def _detail(figure: SuppliedFigure) -> dict[str, Any]:
    """Where a figure comes from."""
    return {
        "supplied": {
            "source": figure.source,
            "author": figure.author,
            "method": figure.method,
            "comment": figure.comment,
            "n": figure.n,
            "period": figure.period,
        }
    }

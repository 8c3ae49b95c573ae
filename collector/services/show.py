"""Show: a measurement as it was frozen where its month is, and what it would be now."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isclose
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import Instant
from collector.domain.measurements import FrozenFigure, FrozenVersion, Measurement
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.kpi.groups import ALL
from collector.kpi.periods import is_month, parse_period, to_date
from collector.ports import ShownStore
from collector.services.freeze import frozen_periods
from collector.services.refused import Refused

Live = Callable[..., Measurement]
"""`measure` with all but the period given."""

_SAME = 1e-12
"""Figures that differ by less are the same."""


def show(
    store: ShownStore,
    live: Live,
    period: Period,
    *,
    zone: ZoneInfo,
    site: str = ALL,
    kind: Kind | None = None,
    target: str | None = None,
    now: Instant,
    version: int | None = None,
) -> Measurement:
    """An indicator's value for a period and scope, as `live` works it out, or as it was frozen.

    A frozen month, and the year to a frozen month's end, is as in its latest version or the one
    asked for, with `detail.live`; any other period is live and lists in `detail.frozen_differences`
    the frozen months that it no longer agrees with. Refused for a version that is not there.
    """
    scope = _scope(store, site, kind, target)
    versions = _versions(store, period)
    chosen = _chosen(versions, period, version)
    measured = live(period)
    if chosen is not None:
        figure = store.frozen_figure(chosen, measured.indicator, period.text, *scope)
        if figure is not None:
            return _as_frozen(measured, figure, chosen, versions)
        if version is not None:
            raise Refused(
                f"version {version} of {chosen.period} has no such figure: nothing was measured"
            )
    if is_month(period):
        return measured
    differences = []
    for each in frozen_periods(store, period.start, period.end):
        if each.start < period.start or each.end > period.end:
            continue
        figure = store.frozen_figure(each, measured.indicator, each.period, *scope)
        if figure is not None:
            month = parse_period(each.period, zone=zone, now=now)
            again = live(month, looking_ahead=False)
            if _differs(figure, again):
                differences.append(_difference(each, figure, again))
    return replace(measured, detail={**measured.detail, "frozen_differences": differences})


def _scope(
    store: ShownStore, site: str, kind: Kind | None, target: str | None
) -> tuple[str, Kind | None, int | None]:
    """Where a figure is found; an object's is one, whatever else it is asked by."""
    if target is None:
        return site, kind, None
    record = next(it for it in store.targets() if it.name == target)
    if all(site in (ALL, held.site) and kind in (None, held.kind) for held in record.attributes):
        return ALL, None, record.id
    return site, kind, record.id


def _versions(store: ShownStore, period: Period) -> list[FrozenVersion]:
    """The versions that have figures of a period: of the month itself or of that it ends with."""
    ending = store.frozen_versions(period.end - 1, period.end)
    return [each for each in ending if period.text in (each.period, to_date(each.period))]


def _chosen(
    versions: Sequence[FrozenVersion], period: Period, asked: int | None
) -> FrozenVersion | None:
    """The version to show, the latest unless told otherwise."""
    if asked is None:
        return versions[-1] if versions else None
    for version in versions:
        if version.version == asked:
            return version
    if not versions:
        raise Refused(f"{period.text} is not frozen, so there is no version {asked} of it")
    raise Refused(f"{period.text} has no version {asked}; the latest is {versions[-1].version}")


def _as_frozen(
    live: Measurement,
    figure: FrozenFigure,
    version: FrozenVersion,
    versions: Sequence[FrozenVersion],
) -> Measurement:
    """The frozen figure, with what it would be now and the versions that there are."""
    decided = live.target
    return replace(
        live,
        value=figure.value,
        coverage=figure.coverage,
        target=figure.decided,
        verdict=figure.verdict,
        frozen=version,
        detail={
            **figure.detail,
            "definition": version.definitions[figure.indicator],
            "live": {
                **_figures(live),
                "target": decided and {"op": decided.op.value, "value": decided.value},
                "differs": _differs(figure, live),
            },
            **({"cases": live.detail["cases"]} if "cases" in live.detail else {}),
            "versions": [
                {"version": each.version, "author": each.author, "reason": each.reason}
                for each in versions
            ],
        },
    )


def _difference(version: FrozenVersion, figure: FrozenFigure, live: Measurement) -> dict[str, Any]:
    return {
        "period": version.period,
        "version": version.version,
        "frozen": _figures(figure),
        "live": _figures(live),
    }


def _figures(of: FrozenFigure | Measurement) -> dict[str, Any]:
    return {
        "value": of.value,
        "coverage": of.coverage,
        "verdict": None if of.verdict is None else of.verdict.value,
    }


def _differs(figure: FrozenFigure, live: Measurement) -> bool:
    return (
        figure.verdict is not live.verdict
        or not _same(figure.value, live.value)
        or not _same(figure.coverage, live.coverage)
    )


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=0, abs_tol=_SAME)

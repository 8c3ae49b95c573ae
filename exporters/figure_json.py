"""What machines read of figures and of the register."""

from datetime import tzinfo
from typing import Any

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.measurements import FrozenVersion, Indicator, Measurement
from collector.domain.quantities import format_duration
from exporters.json_text import time


class DecidedData(TypedDict):
    """A year's decided target."""

    op: str
    value: float


class FrozenData(TypedDict):
    """That a figure is as it was frozen."""

    version: int
    at: str
    reason: str


class FrozenVersionData(FrozenData):
    """A version of a month's figures; `definitions` are the choices in force, by indicator."""

    period: str
    author: str
    definitions: dict[str, Any]
    fingerprint: str


class MeasurementData(TypedDict):
    """An indicator's value for a period and scope (DESIGN.md "Command line")."""

    indicator: str
    period: str
    final: bool
    site: str
    value: float | None
    unit: str
    target: DecidedData | None
    verdict: str | None
    outlook: str | None
    coverage: float | None
    frozen: FrozenData | None
    detail: dict[str, Any]


class IndicatorData(TypedDict):
    """An indicator of the register."""

    indicator: str
    name: dict[str, str]
    unit: str
    op: str
    baseline: float | None
    targets: dict[str, float]
    goal: str
    owner: str
    source: str
    definition: dict[str, Any]


def measurement(measured: Measurement, zone: tzinfo) -> MeasurementData:
    """The form of `indicator show --format json`."""
    target = measured.target
    return {
        "indicator": measured.indicator,
        "period": measured.period,
        "final": measured.final,
        "site": measured.site,
        "value": measured.value,
        "unit": measured.unit.value,
        "target": None if target is None else {"op": target.op.value, "value": target.value},
        "verdict": None if measured.verdict is None else measured.verdict.value,
        "outlook": None if measured.outlook is None else measured.outlook.value,
        "coverage": measured.coverage,
        "frozen": None if measured.frozen is None else _frozen(measured.frozen, zone),
        "detail": dict(measured.detail),
    }


def frozen_version(version: FrozenVersion, zone: tzinfo) -> FrozenVersionData:
    """The form of `report freeze --format json`."""
    return {
        "period": version.period,
        **_frozen(version, zone),
        "author": version.author,
        "definitions": dict(version.definitions),
        "fingerprint": version.fingerprint,
    }


def _frozen(version: FrozenVersion, zone: tzinfo) -> FrozenData:
    return {
        "version": version.version,
        "at": time(version.at, zone),
        "reason": version.reason,
    }


def indicator(entry: Indicator) -> IndicatorData:
    """The form of `indicator list --format json`."""
    return {
        "indicator": entry.id,
        "name": dict(entry.name),
        "unit": entry.unit.value,
        "op": entry.op.value,
        "baseline": entry.baseline,
        "targets": {str(year): value for year, value in entry.targets.items()},
        "goal": entry.goal,
        "owner": entry.owner,
        "source": entry.source,
        "definition": {
            name: format_duration(value) if name == "min_notice" else value
            for name, value in entry.definition.items()
        },
    }

"""What machines read: the same JSON from the command line and over HTTP.

Times are ISO 8601 with the configured zone's offset, durations seconds, ratios 0-1.
"""

import json
from datetime import tzinfo
from typing import Any

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.instants import SECOND, Instant, moment
from collector.domain.measurements import Indicator, Measurement
from collector.services.outage_list import Listed
from collector.services.target_list import ListedTarget


class DecidedData(TypedDict):
    """A year's decided target."""

    op: str
    value: float


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
    frozen: dict[str, Any] | None
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


class TargetData(TypedDict):
    """A target of the configuration, with the state that the store has of it."""

    name: str
    kind: str
    site: str
    address: str
    probes: list[str]
    members: list[str]
    needs: int | None
    parent: str | None
    tags: list[str]
    state: str
    answered: bool
    first_seen: str | None


class OutageData(TypedDict):
    """An outage, with those of everything behind its target."""

    target: str
    kind: str
    site: str
    start: str
    end: str | None
    open: bool
    seconds: float
    down_seconds: float
    unreachable_seconds: float
    origin: str
    reason: str
    consequence_of: str | None
    consequences: list["OutageData"]


def measurement(measured: Measurement) -> MeasurementData:
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
        "frozen": None,
        "detail": dict(measured.detail),
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
        "definition": dict(entry.definition),
    }


def target(listed: ListedTarget, zone: tzinfo) -> TargetData:
    """The form of `targets list --format json`."""
    said = listed.target
    return {
        "name": said.name,
        "kind": said.kind.value,
        "site": said.site,
        "address": said.address,
        "probes": [spec.name for spec in said.probes],
        "members": list(said.members),
        "needs": said.needs if said.members else None,
        "parent": said.parent,
        "tags": list(said.tags),
        "state": listed.state.value,
        "answered": listed.answered,
        "first_seen": None if listed.first_seen is None else time(listed.first_seen, zone),
    }


def outage(listed: Listed, zone: tzinfo) -> OutageData:
    """The form of `outages list --format json`."""
    it = listed.outage
    return {
        "target": listed.name,
        "kind": listed.attributes.kind.value,
        "site": listed.attributes.site,
        "start": time(it.start, zone),
        "end": None if listed.open else time(it.end, zone),
        "open": listed.open,
        "seconds": it.length / SECOND,
        "down_seconds": it.down / SECOND,
        "unreachable_seconds": it.unreachable / SECOND,
        "origin": listed.origin.value,
        "reason": it.reason,
        "consequence_of": listed.cause,
        "consequences": [outage(each, zone) for each in listed.consequences],
    }


def time(at: Instant, zone: tzinfo) -> str:
    """An instant as ISO 8601 in a zone."""
    return moment(at).astimezone(zone).isoformat()


def dumps(value: Any) -> str:
    """Indented JSON, with its letters as they are and no number that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str)

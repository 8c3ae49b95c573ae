"""What machines read: the same JSON from the command line and over HTTP.

Times are ISO 8601 with the configured zone's offset, durations seconds, ratios 0-1.
"""

import json
from datetime import tzinfo
from typing import Any

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.corrections import Annotation
from collector.domain.instants import SECOND, Instant, moment
from collector.domain.maintenance import Cancellation, Recurrence, Window
from collector.domain.measurements import FrozenVersion, Indicator, Measurement
from collector.domain.quantities import format_duration
from collector.services.correct import TrailEntry
from collector.services.outage_list import Listed
from collector.services.target_list import ListedTarget
from collector.services.work_list import ListedWork, ScopeWords


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


class CorrectionData(TypedDict):
    """An entry of the audit trail: what a target really was."""

    id: int
    target: str
    start: str
    end: str
    state: str
    author: str
    reason: str
    at: str
    undoes: int | None
    undone_by: int | None


class AnnotationData(TypedDict):
    """What was said of an outage."""

    cause: str
    name: str
    text: str
    supplier: str
    link: str
    author: str
    at: str


class ScopeData(TypedDict):
    """What a window is for (collector.domain.maintenance.Scope)."""

    targets: list[str]
    behind: list[str]
    kinds: list[str]
    sites: list[str]
    tags: list[str]


class RecurrenceData(TypedDict):
    """When a window comes back: an RRULE, a local time, and the days between which it holds."""

    rule: str
    at: str
    duration_seconds: float
    first: str
    last: str | None


class CancellationData(TypedDict):
    """When nothing more came of a window."""

    at: str
    author: str
    reason: str


class WindowData(TypedDict):
    """A maintenance window; `start` and `end` are those of the first time that it holds."""

    id: int
    start: str
    end: str
    scope: ScopeData
    recurrence: RecurrenceData | None
    author: str
    reason: str
    registered: str
    cancelled: CancellationData | None


class WorkData(WindowData):
    """A time that a maintenance window holds, or the part by which it was extended.

    What is not `planned` is urgent work, whose downtime counts; it is so in any case for the
    targets in `urgent_for`. `objects` is how many it is for as it begins.
    """

    planned: bool
    urgent_for: list[str]
    objects: int


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
    cause: str | None
    annotation: AnnotationData | None
    corrections: list[int]


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
        "cause": None if listed.annotation is None else listed.annotation.cause.value,
        "annotation": None if listed.annotation is None else annotation(listed.annotation, zone),
        "corrections": [each.id for each in listed.corrections],
    }


def annotation(said: Annotation, zone: tzinfo) -> AnnotationData:
    """What was said of an outage."""
    return {
        "cause": said.cause.value,
        "name": said.name,
        "text": said.text,
        "supplier": said.supplier,
        "link": said.link,
        "author": said.author,
        "at": time(said.at, zone),
    }


def correction(entry: TrailEntry, zone: tzinfo) -> CorrectionData:
    """The form of `outages corrections --format json`."""
    it = entry.correction
    return {
        "id": it.id,
        "target": entry.name,
        "start": time(it.start, zone),
        "end": time(it.end, zone),
        "state": it.state.value,
        "author": it.author,
        "reason": it.reason,
        "at": time(it.at, zone),
        "undoes": it.undoes,
        "undone_by": None if entry.undone_by is None else entry.undone_by.id,
    }


def window(entry: Window, scope: ScopeWords, zone: tzinfo) -> WindowData:
    """A maintenance window, with the names of what it is for."""
    return {
        "id": entry.id,
        "start": time(entry.start, zone),
        "end": time(entry.end, zone),
        "scope": {
            "targets": list(scope.targets),
            "behind": list(scope.behind),
            "kinds": list(scope.kinds),
            "sites": list(scope.sites),
            "tags": list(scope.tags),
        },
        "recurrence": None if entry.recurrence is None else _recurrence(entry.recurrence),
        "author": entry.author,
        "reason": entry.reason,
        "registered": time(entry.registered_at, zone),
        "cancelled": None if entry.cancelled is None else _cancellation(entry.cancelled, zone),
    }


def work(listed: ListedWork, zone: tzinfo) -> WorkData:
    """The form of `maintenance list --format json`."""
    it = listed.occurrence
    return {
        **window(it.window, listed.scope, zone),
        "start": time(it.start, zone),
        "end": time(it.end, zone),
        "registered": time(it.registered_at, zone),
        "planned": listed.planned,
        "urgent_for": list(listed.urgent_for),
        "objects": listed.objects,
    }


def _recurrence(again: Recurrence) -> RecurrenceData:
    return {
        "rule": again.rule,
        "at": again.at.isoformat("minutes"),
        "duration_seconds": again.duration / SECOND,
        "first": again.first.isoformat(),
        "last": None if again.last is None else again.last.isoformat(),
    }


def _cancellation(said: Cancellation, zone: tzinfo) -> CancellationData:
    return {"at": time(said.at, zone), "author": said.author, "reason": said.reason}


def time(at: Instant, zone: tzinfo) -> str:
    """An instant as ISO 8601 in a zone."""
    return moment(at).astimezone(zone).isoformat()


def dumps(value: Any) -> str:
    """Indented JSON, with its letters as they are and no number that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str)

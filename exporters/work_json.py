"""What machines read of maintenance windows."""

from datetime import tzinfo

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.instants import SECOND
from collector.domain.maintenance import Cancellation, Recurrence, Window
from collector.services.work_list import ListedWork, ScopeWords
from exporters.json_text import time


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

"""What answers look like, for /openapi.json; nothing in them is null, which FastAPI leaves out."""

from typing import Any

from exporters.figure_json import IndicatorData, MeasurementData
from exporters.outage_json import AnnotationData, CorrectionData, OutageData
from exporters.target_json import TargetData
from exporters.work_json import WindowData, WorkData

TARGET: TargetData = {
    "name": "esb",
    "kind": "integration_platform",
    "site": "hallsberg",
    "address": "",
    "probes": [],
    "members": ["esb-1", "esb-2"],
    "needs": 1,
    "parent": "gw-core",
    "tags": ["integration"],
    "state": "up",
    "answered": True,
    "first_seen": "2026-01-07T09:12:40+01:00",
}

ANNOTATION: AnnotationData = {
    "cause": "power",
    "name": "Strömavbrott i Laxå",
    "text": "En säkring löste ut.",
    "supplier": "Elbolaget",
    "link": "https://desk.example/cases/4711",
    "author": "anna",
    "at": "2026-10-06T13:00:00+02:00",
}

OUTAGE: OutageData = {
    "target": "ap-laxa-1",
    "kind": "access_point",
    "site": "laxa",
    "start": "2026-10-06T10:00:20+02:00",
    "end": "2026-10-06T11:00:40+02:00",
    "open": False,
    "seconds": 3620.0,
    "down_seconds": 40.0,
    "unreachable_seconds": 3580.0,
    "origin": "polled",
    "reason": "timeout",
    "consequence_of": "sw-laxa-1",
    "consequences": [],
    "cause": "power",
    "annotation": ANNOTATION,
    "corrections": [],
}

CORRECTION: CorrectionData = {
    "id": 4,
    "target": "sw-laxa-1",
    "start": "2026-10-06T10:00:00+02:00",
    "end": "2026-10-06T11:00:00+02:00",
    "state": "up",
    "author": "anna",
    "reason": "The monitoring was at fault",
    "at": "2026-10-07T08:15:00+02:00",
    "undoes": 3,
    "undone_by": 5,
}

WINDOW: WindowData = {
    "id": 3,
    "start": "2026-12-15T18:00:00+01:00",
    "end": "2026-12-15T20:00:00+01:00",
    "scope": {"targets": [], "behind": [], "kinds": ["server"], "sites": ["laxa"], "tags": []},
    "recurrence": {
        "rule": "FREQ=MONTHLY;BYDAY=3TU",
        "at": "18:00",
        "duration_seconds": 7200.0,
        "first": "2026-12-01",
        "last": "2027-11-30",
    },
    "author": "anna",
    "reason": "Patching",
    "registered": "2026-11-02T09:00:00+01:00",
    "cancelled": {"at": "2027-03-01T08:00:00+01:00", "author": "bo", "reason": "Moved"},
}

WORK: WorkData = {**WINDOW, "planned": True, "urgent_for": ["srv-2"], "objects": 12}

INDICATOR: IndicatorData = {
    "indicator": "availability",
    "name": {"sv": "Tillgänglighet", "en": "Availability"},
    "unit": "ratio",
    "op": ">=",
    "baseline": 0.99,
    "targets": {"2026": 0.992},
    "goal": "",
    "owner": "",
    "source": "",
    "definition": {"combine": "mean"},
}

_SECONDS = {
    "up": 2649600,
    "down": 7200,
    "unreachable": 0,
    "maintenance": 7200,
    "unknown": 18000,
}

_PART = {"value": 0.997289972899729, "coverage": 0.9932705248990579, "seconds": _SECONDS}

_BUDGET = {"allowed_seconds": 21398.4, "left_seconds": 14198.4}

DETAIL: dict[str, Any] = {
    "seconds": _SECONDS,
    "classes": {"server": _PART},
    "sites": {"laxa": {**_PART, "outages": 1}},
    "left_out": ["access_point"],
    "outages": 1,
    "worst": [{"target": "srv-1", **_PART}],
    "budget": _BUDGET,
    "budgets": {"classes": {"server": _BUDGET}, "sites": {"laxa": _BUDGET}},
    "with_planned_work": 0.9945945945945946,
    "before_corrections": 0.997289972899729,
    "consequences": 0,
    "longest_outage": {"target": "srv-1", "start": "2026-10-06T10:00:00+02:00", "seconds": 7200.0},
    "time_to_restore_seconds": 7200.0,
    "time_between_failures_seconds": 2649600.0,
    "largest_outages": [
        {
            "target": "srv-1",
            "start": "2026-10-06T10:00:00+02:00",
            "end": "2026-10-06T12:00:00+02:00",
            "seconds": 7200.0,
            "objects": 1,
            "object_seconds": 7200.0,
            "cause": "power",
            "name": "Strömavbrott i Laxå",
        }
    ],
    "definition": {"classes": ["server", "access_point"]},
    "live": {
        "value": 0.997289972899729,
        "coverage": 0.9932705248990579,
        "verdict": "met",
        "target": {"op": ">=", "value": 0.992},
        "differs": False,
    },
    "versions": [{"version": 1, "author": "anna", "reason": ""}],
}

MEASUREMENT: MeasurementData = {
    "indicator": "availability",
    "period": "2026-10",
    "final": True,
    "site": "all",
    "value": 0.997289972899729,
    "unit": "ratio",
    "target": {"op": ">=", "value": 0.992},
    "verdict": "met",
    "outlook": "on_track",
    "coverage": 0.9932705248990579,
    "frozen": {"version": 1, "at": "2026-11-06T08:30:00+01:00", "reason": ""},
    "detail": DETAIL,
}

BUDGET: dict[str, Any] = {
    **{key: MEASUREMENT[key] for key in ("indicator", "period", "final", "site", "value")},
    **{key: MEASUREMENT[key] for key in ("verdict", "target")},
    "budget": _BUDGET,
    "budgets": DETAIL["budgets"],
    "further_outage": {
        "seconds": 7200.0,
        "objects": 1,
        "scope": {
            "before": {"value": 0.997289972899729, "verdict": "met", "budget": _BUDGET},
            "after": {
                "value": 0.994579945799458,
                "verdict": "met",
                "budget": {"allowed_seconds": 21398.4, "left_seconds": 6998.4},
            },
        },
        "indicator": {
            "before": {"value": 0.997289972899729, "verdict": "met", "budget": _BUDGET},
            "after": {
                "value": 0.994579945799458,
                "verdict": "met",
                "budget": {"allowed_seconds": 21398.4, "left_seconds": 6998.4},
            },
        },
    },
}


def page(item: Any) -> dict[str, Any]:
    """A page of a list with one item."""
    return {"items": [item], "next": "WyJzdy1sYXhhLTEiXQ"}


def stored(item: Any) -> dict[str, Any]:
    """What a change is answered."""
    return {"item": item, "warnings": []}


def answer(shape: Any, example: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """An operation's `responses`: the shape of its answer, and one of them."""
    return {status: {"model": shape, "content": {"application/json": {"example": example}}}}

"""What answers about cases look like, for /openapi.json; nothing in them is null, which FastAPI
leaves out."""

from typing import Any

from exporters.case_json import (
    CaseData,
    CaseListData,
    DeskStatusData,
    OpenCaseData,
)
from exporters.register_json import AttestationData, DisruptionReportData, SecurityIncidentData

CASE: CaseData = {
    "source": "servicedesk",
    "id": "22002",
    "type": "incident",
    "status": "closed",
    "created": "2026-10-05T08:12:00+02:00",
    "first_response": "2026-10-05T08:40:00+02:00",
    "resolved": "2026-10-07T15:02:00+02:00",
    "closed": "2026-10-14T15:02:00+02:00",
    "group": "Servicedesk",
    "site": "laxa",
    "excluded": "duplicate",
    "unmapped": {},
}

_OPEN: OpenCaseData = {
    "source": "servicedesk",
    "id": "22417",
    "type": "incident",
    "status": "open",
    "created": "2026-11-16T09:30:00+01:00",
    "group": "Nät",
    "site": "laxa",
    "age_days": 7.25,
    "handled_days": 5.5,
}
_LIST: CaseListData = {"count": 1, "cases": [_OPEN]}
_NONE: CaseListData = {"count": 0, "cases": []}

DESK_STATUS: DeskStatusData = {
    "at": "2026-11-23T15:30:00+01:00",
    "site": "all",
    "sources": [
        {
            "source": "servicedesk",
            "complete_at": "2026-11-23T15:25:00+01:00",
            "failure": "timeout",
        }
    ],
    "flow": [{"day": "2026-11-23", "created": 31, "resolved": 28}],
    "open": 214,
    "late": 12,
    "backlog": {
        "type": {"incident": 130, "request": 84},
        "group": {"Servicedesk": 120, "Nät": 94},
        "age": {"0-1d": 40, "1-3d": 80, "3-7d": 60, "7-30d": 30, "30d-": 4},
        "priority": {"2": 150, "1": 64},
        "site": {"laxa": 114, "hallsberg": 100},
    },
    "unassigned": _NONE,
    "unanswered": _LIST,
    "nearing_target": _LIST,
    "oldest": _LIST,
    "waiting_for_customer": _NONE,
    "reassigned": _NONE,
    "reopened": _NONE,
    "majors": _NONE,
    "second_line": {
        "share": 0.62,
        "resolved_a_month": 500.0,
        "missing_a_month": 40,
        "categories": [
            {
                "category": "Behörigheter",
                "elsewhere_a_month": 55.0,
                "resolved_a_month": 90.0,
                "share": 0.73,
            }
        ],
    },
}

_ATTESTATION: AttestationData = {
    "indicator": "security_incidents",
    "start": "2026-10-01T00:00:00+02:00",
    "end": "2026-11-01T00:00:00+01:00",
    "author": "anna",
    "at": "2026-11-02T09:00:00+01:00",
    "reason": "Genomgånget med säkerhetssamordnaren",
}

_REPORT: DisruptionReportData = {
    "number": "D-2026-4",
    "date": "2026-10-06T12:00:00+02:00",
    "change": "C-117",
    "change_date": "2026-10-06T07:00:00+02:00",
    "outage": "sw-laxa-1",
    "cause": "Fel version på växeln",
    "site": "laxa",
    "author": "anna",
    "registered": "2026-10-07T08:00:00+02:00",
}
_INCIDENT: SecurityIncidentData = {
    "number": "S-2026-1",
    "detected": "2026-10-14T00:00:00+02:00",
    "severity": "hög",
    "site": "laxa",
    "author": "anna",
    "registered": "2026-10-15T08:00:00+02:00",
}

DISRUPTION_REPORTS: dict[str, Any] = {"entries": [_REPORT], "attestations": []}
SECURITY_INCIDENTS: dict[str, Any] = {"entries": [_INCIDENT], "attestations": [_ATTESTATION]}

"""What machines read of the registers: the same JSON from the command line and over HTTP."""

from datetime import tzinfo

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.registers import Attestation, DisruptionReport, SecurityIncident
from exporters.json_text import time


class DisruptionReportData(TypedDict):
    """A disruption report; `change` is the id of the change that caused it, "" for none."""

    number: str
    date: str
    change: str
    change_date: str | None
    outage: str
    cause: str
    site: str
    author: str
    registered: str


class SecurityIncidentData(TypedDict):
    """A confirmed security incident."""

    number: str
    detected: str
    severity: str
    site: str
    author: str
    registered: str


class AttestationData(TypedDict):
    """That somebody attested that a register is whole between two times."""

    indicator: str
    start: str
    end: str
    author: str
    at: str
    reason: str


def disruption_report(it: DisruptionReport, zone: tzinfo) -> DisruptionReportData:
    """An entry of `register list disruption_reports --format json`."""
    return {
        "number": it.number,
        "date": time(it.at, zone),
        "change": it.change,
        "change_date": None if it.change_at is None else time(it.change_at, zone),
        "outage": it.outage,
        "cause": it.cause,
        "site": it.site,
        "author": it.author,
        "registered": time(it.registered, zone),
    }


def security_incident(it: SecurityIncident, zone: tzinfo) -> SecurityIncidentData:
    """An entry of `register list security_incidents --format json`."""
    return {
        "number": it.number,
        "detected": time(it.detected, zone),
        "severity": it.severity,
        "site": it.site,
        "author": it.author,
        "registered": time(it.registered, zone),
    }


def attestation(it: Attestation, zone: tzinfo) -> AttestationData:
    """That a register was attested."""
    return {
        "indicator": it.indicator,
        "start": time(it.start, zone),
        "end": time(it.end, zone),
        "author": it.author,
        "at": time(it.at, zone),
        "reason": it.reason,
    }

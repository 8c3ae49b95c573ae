"""Registers that people keep beside the servicedesk: disruption reports, confirmed security
incidents, and what somebody attested (KPI.md "Cases from the servicedesk")."""

from dataclasses import dataclass
from enum import StrEnum

from collector.domain.instants import Instant


class Register(StrEnum):
    """The registers that people keep beside cases."""

    DISRUPTION_REPORTS = "disruption_reports"
    SECURITY_INCIDENTS = "security_incidents"

    @property
    def indicator(self) -> str:
        """The indicator that is counted from it, and attested."""
        return _INDICATORS[self]


_INDICATORS = {
    Register.DISRUPTION_REPORTS: "changes_causing_disruption",
    Register.SECURITY_INCIDENTS: "security_incidents",
}


@dataclass(frozen=True, slots=True)
class DisruptionReport:
    """An IT-driftstörningsrapport. `change` is the id of the change that caused it, "" for none;
    `change_at` that change's own date where it is stated, `outage` a link or a name."""

    number: str
    at: Instant
    change: str = ""
    change_at: Instant | None = None
    outage: str = ""
    cause: str = ""
    site: str = ""
    author: str = ""
    registered: Instant = 0


@dataclass(frozen=True, slots=True)
class SecurityIncident:
    """A confirmed security incident, by the day it was detected."""

    number: str
    detected: Instant
    severity: str = ""
    site: str = ""
    author: str = ""
    registered: Instant = 0


@dataclass(frozen=True, slots=True)
class Attestation:
    """That somebody attested that the register of an indicator is whole within [start, end): a zero
    there is a value."""

    indicator: str
    start: Instant
    end: Instant
    author: str
    at: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SuppliedFigure:
    """An indicator's value for a period as a source or a person gave it; `n` is what it rests on.

    `period` is a period's text; of several for the same the latest `at` holds.
    """

    indicator: str
    period: str
    site: str
    value: float
    at: Instant
    n: int | None = None
    source: str = ""
    method: str = ""
    author: str = ""
    comment: str = ""

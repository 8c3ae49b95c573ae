"""Handling time of incidents (KPI.md "Handling time")."""

from collector.domain.cases import CaseStatus, CaseType
from collector.indicators import _handling
from collector.indicators._cases import Asked, CaseFigure, Facts
from collector.indicators._handling import HandlingDefinition as Definition

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "incident_handling_time"
REGISTER = None
NEEDS = _handling.needs(CaseType.INCIDENT)
_PAUSING = frozenset({CaseStatus.WAITING_CUSTOMER})


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """Days from created to last resolved, less those in which the customer was waited for."""
    return _handling.figure(facts, asked, definition, CaseType.INCIDENT, _PAUSING)

"""/api/v1/registers: disruption reports and confirmed security incidents."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from typing_extensions import TypedDict

from collector.domain.people import Role
from collector.domain.registers import Register
from collector.services.registers import content_of
from exporters import register_json
from exporters.register_json import AttestationData, DisruptionReportData, SecurityIncidentData
from exporters.web.api import case_examples, examples
from exporters.web.api.access import require
from exporters.web.api.asked import Asked, PeriodText, period_of
from exporters.web.api.sources import Sources


class RegisterAsked(Asked):
    """Of which period."""

    period: PeriodText = None


class DisruptionReportsData(TypedDict):
    """A period's disruption reports, and what was attested of their register."""

    entries: list[DisruptionReportData]
    attestations: list[AttestationData]


class SecurityIncidentsData(TypedDict):
    """A period's security incidents, and what was attested of their register."""

    entries: list[SecurityIncidentData]
    attestations: list[AttestationData]


def register_routes(sources: Sources) -> APIRouter:
    """Listing the registers."""
    router = APIRouter(prefix="/registers", tags=["registers"])

    @router.get(
        "/disruption_reports",
        summary="A period's disruption reports, oldest first",
        responses=examples.answer(DisruptionReportsData, case_examples.DISRUPTION_REPORTS),
    )
    async def reports(asked: Annotated[RegisterAsked, Query()]) -> Response:
        def work() -> DisruptionReportsData:
            period, zone = period_of(sources, asked.period), sources.configured().zone
            kept = Register.DISRUPTION_REPORTS
            found = content_of(sources.store, kept, period.start, period.end)
            return {
                "entries": [register_json.disruption_report(it, zone) for it in found.reports],
                "attestations": [register_json.attestation(it, zone) for it in found.attestations],
            }

        return await sources.answer(work)

    @router.get(
        "/security_incidents",
        summary="A period's confirmed security incidents, oldest first; for editors",
        responses=examples.answer(SecurityIncidentsData, case_examples.SECURITY_INCIDENTS),
    )
    async def incidents(request: Request, asked: Annotated[RegisterAsked, Query()]) -> Response:
        require(request.state.user, Role.EDITOR)

        def work() -> SecurityIncidentsData:
            period, zone = period_of(sources, asked.period), sources.configured().zone
            kept = Register.SECURITY_INCIDENTS
            found = content_of(sources.store, kept, period.start, period.end)
            return {
                "entries": [register_json.security_incident(it, zone) for it in found.incidents],
                "attestations": [register_json.attestation(it, zone) for it in found.attestations],
            }

        return await sources.answer(work)

    return router

"""/api/v1/cases: what is kept of the servicedesk's cases, and how the desk stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from collector.domain.cases import Case, CaseStatus, CaseType
from collector.domain.people import Role, User
from collector.services.case_list import list_cases
from collector.services.case_status import case_status
from exporters import case_json
from exporters.case_json import CaseData, DeskStatusData
from exporters.web.api import case_examples, examples
from exporters.web.api.asked import (
    Asked,
    Page,
    Paged,
    PeriodText,
    SiteKey,
    page,
    period_of,
    site_of,
)
from exporters.web.api.sources import Sources


class CasesAsked(Paged):
    """Which cases."""

    period: PeriodText = None
    site: SiteKey = None
    type: Annotated[CaseType | None, Field(description="Only this type.")] = None
    status: Annotated[CaseStatus | None, Field(description="Only this class of status.")] = None
    group: Annotated[
        str | None, Field(description="Only this group's, by its name.", max_length=200)
    ] = None
    open: Annotated[bool, Field(description="Those that are open, now or at the period's end.")] = (
        False
    )


class StatusAsked(Asked):
    """Of which site."""

    site: SiteKey = None


def case_routes(sources: Sources) -> APIRouter:
    """Listing cases, and how the servicedesk stands."""
    router = APIRouter(tags=["cases"])

    @router.get(
        "/cases",
        summary="The cases that were made or resolved in a period, or that are open",
        description="Ids, times and classes. Security incidents are listed for editors alone.",
        responses=examples.answer(Page[CaseData], examples.page(case_examples.CASE)),
    )
    async def many(request: Request, asked: Annotated[CasesAsked, Query()]) -> Response:
        user: User | None = request.state.user

        def work() -> Page[CaseData]:
            configured = sources.configured()
            period = period_of(sources, asked.period)
            found = list_cases(
                sources.store,
                period.start,
                period.measured_end,
                open_only=asked.open,
                type_=asked.type,
                status=asked.status,
                group=asked.group,
                site=site_of(configured, asked.site),
            )
            return page(
                [each for each in found if _may_see(user, each)],
                asked,
                key=lambda each: (each.created, each.source, each.id),
                shape=lambda each: case_json.case(each, configured.zone),
            )

        return await sources.answer(work)

    @router.get(
        "/cases/status",
        summary="How the servicedesk stands now: in and out, what is open, what to look at",
        description="The same as `driftkoll cases status --format json` prints.",
        responses=examples.answer(DeskStatusData, case_examples.DESK_STATUS),
    )
    async def status(asked: Annotated[StatusAsked, Query()]) -> Response:
        def work() -> DeskStatusData:
            configured = sources.configured()
            found = case_status(
                sources.store,
                configured.desk,
                configured.register,
                zone=configured.zone,
                now=sources.now(),
                site=site_of(configured, asked.site),
                service=configured.service,
            )
            return case_json.desk_status(found, configured.zone)

        return await sources.answer(work)

    return router


def _may_see(user: User | None, case: Case) -> bool:
    """Which security incidents there were is for those who keep their register."""
    if case.type is not CaseType.SECURITY_INCIDENT:
        return True
    return user is not None and user.role.may(Role.EDITOR)

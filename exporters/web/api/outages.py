"""/api/v1/outages: what was down."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from collector.services.outage_list import list_outages
from exporters import jsonable
from exporters.jsonable import OutageData
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, Scoped, page, period_of, site_of, target_of
from exporters.web.api.sources import Sources


class OutagesAsked(Scoped, Paged):
    """Which outages."""


def outage_routes(sources: Sources) -> APIRouter:
    """Listing outages."""
    router = APIRouter(tags=["outages"])

    @router.get(
        "/outages",
        summary="The outages that touch a period, oldest first, with their consequences",
        responses=examples.answer(Page[OutageData], examples.page(examples.OUTAGE)),
    )
    async def many(asked: Annotated[OutagesAsked, Query()]) -> Response:
        def work() -> Page[OutageData]:
            configured = sources.configured()
            found = list_outages(
                sources.store,
                period_of(sources, asked.period),
                sources.now(),
                site=site_of(configured, asked.site),
                kind=asked.kind,
                target=target_of(sources, asked.target),
            )
            return page(
                found,
                asked,
                key=lambda each: (each.outage.start, each.name),
                shape=lambda each: jsonable.outage(each, configured.zone),
            )

        return await sources.answer(work)

    return router

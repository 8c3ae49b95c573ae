"""/api/v1/indicators: what the board follows, and each figure in full."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response

from collector.domain.naming import unknown
from collector.kpi.groups import ALL
from collector.services.measure import measure
from exporters import jsonable
from exporters.jsonable import IndicatorData, MeasurementData
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, Scoped, page, period_of, site_of, target_of
from exporters.web.api.sources import Sources


def indicator_routes(sources: Sources) -> APIRouter:
    """Listing indicators, and the value of one."""
    router = APIRouter(tags=["indicators"])

    @router.get(
        "/indicators",
        summary="The register's indicators, with their decided targets",
        responses=examples.answer(Page[IndicatorData], examples.page(examples.INDICATOR)),
    )
    async def many(asked: Annotated[Paged, Query()]) -> Response:
        def work() -> Page[IndicatorData]:
            register = sources.configured().register
            return page(register, asked, key=lambda each: (each.id,), shape=jsonable.indicator)

        return await sources.answer(work)

    @router.get(
        "/indicators/{id}",
        summary="An indicator's value for a period: all of it, or one site, class or object",
        description="The same as `driftkoll indicator show --format json` prints.",
        responses=examples.answer(MeasurementData, examples.MEASUREMENT),
    )
    async def one(
        id_: Annotated[str, Path(alias="id", examples=["availability"])],
        asked: Annotated[Scoped, Query()],
    ) -> Response:
        def work() -> MeasurementData:
            configured = sources.configured()
            register = {each.id: each for each in configured.register}
            if id_ not in register:
                raise HTTPException(404, unknown("indicator", id_, register))
            measured = measure(
                sources.store,
                register[id_],
                period_of(sources, asked.period),
                zone=configured.zone,
                site=site_of(configured, asked.site) or ALL,
                kind=asked.kind,
                target=target_of(sources, asked.target),
                sites=configured.sites,
                population=configured.population,
                now=sources.now(),
                known_until=None,
            )
            return jsonable.measurement(measured)

        return await sources.answer(work)

    return router

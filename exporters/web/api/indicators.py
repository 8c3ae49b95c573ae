"""/api/v1/indicators: what the board follows, and each figure in full."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import Field

from collector.domain.naming import unknown
from collector.indicators import availability
from collector.kpi.groups import ALL
from collector.services.measure import measure
from collector.services.roll_up import rolled_up
from collector.services.show import show
from exporters import figure_json
from exporters.figure_json import IndicatorData, MeasurementData
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, Scoped, page, period_of, site_of, target_of
from exporters.web.api.entered import refusals
from exporters.web.api.sources import Sources


class Versioned(Scoped):
    """What figure, of a frozen month the latest version unless told otherwise."""

    version: Annotated[
        int | None,
        Field(ge=1, le=2**31 - 1, description="Which version of a frozen month.", examples=[1]),
    ] = None


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
            return page(register, asked, key=lambda each: (each.id,), shape=figure_json.indicator)

        return await sources.answer(work)

    @router.get(
        "/indicators/{id}",
        summary="An indicator's value for a period: all of it, or one site, class or object",
        description="The same as `driftkoll indicator show --format json` prints.",
        responses=examples.answer(MeasurementData, examples.MEASUREMENT),
    )
    async def one(
        id_: Annotated[str, Path(alias="id", examples=["availability"])],
        asked: Annotated[Versioned, Query()],
    ) -> Response:
        def work() -> MeasurementData:
            configured = sources.configured()
            register = {each.id: each for each in configured.register}
            if id_ not in register:
                raise HTTPException(404, unknown("indicator", id_, register))
            if id_ != availability.ID and (asked.kind or asked.target):
                raise HTTPException(
                    422, f"kind and target are for {availability.ID}; {id_} has no objects"
                )
            now = sources.now()
            scope: dict[str, Any] = {
                "zone": configured.zone,
                "site": site_of(configured, asked.site) or ALL,
                "kind": asked.kind,
                "target": target_of(sources, asked.target),
                "now": now,
            }
            live = partial(
                measure,
                sources.store,
                register[id_],
                sites=configured.sites,
                population=configured.population,
                service=configured.service,
                desk=configured.desk,
                known_until=None,
                **scope,
            )
            period = period_of(sources, asked.period)
            with refusals():
                measured = show(sources.store, live, period, version=asked.version, **scope)
            service = configured.service
            measured = rolled_up(
                sources.store, register[id_], period, measured, service=service, **scope
            )
            return figure_json.measurement(measured, configured.zone)

        return await sources.answer(work)

    return router

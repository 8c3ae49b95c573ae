"""/api/v1/targets: what is watched, and how it stands."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response

from collector.domain.naming import unknown
from collector.domain.states import State
from collector.services.target_list import list_targets
from exporters import target_json
from exporters.target_json import TargetData
from exporters.web.api import examples
from exporters.web.api.asked import OfKind, Page, Paged, SiteKey, page, site_of
from exporters.web.api.sources import Sources


class TargetsAsked(Paged):
    """Which targets."""

    site: SiteKey = None
    kind: OfKind = None
    state: State | None = None


def target_routes(sources: Sources) -> APIRouter:
    """Listing targets, and one of them."""
    router = APIRouter(tags=["targets"])

    @router.get(
        "/targets",
        summary="The configuration's targets by name, with the state that the database has",
        responses=examples.answer(Page[TargetData], examples.page(examples.TARGET)),
    )
    async def many(asked: Annotated[TargetsAsked, Query()]) -> Response:
        def work() -> Page[TargetData]:
            configured = sources.configured()
            site = site_of(configured, asked.site)
            found = [
                each
                for each in list_targets(sources.store, configured.targets, sources.now())
                if site in (None, each.target.site)
                and asked.kind in (None, each.target.kind)
                and asked.state in (None, each.state)
            ]
            return page(
                found,
                asked,
                key=lambda each: (each.target.name,),
                shape=lambda each: target_json.target(each, configured.zone),
            )

        return await sources.answer(work)

    @router.get(
        "/targets/{name:path}",
        summary="One target",
        responses=examples.answer(TargetData, examples.TARGET),
    )
    async def one(name: Annotated[str, Path(examples=["sw-laxa-1"])]) -> Response:
        def work() -> TargetData:
            configured = sources.configured()
            for each in list_targets(sources.store, configured.targets, sources.now()):
                if each.target.name == name:
                    return target_json.target(each, configured.zone)
            raise HTTPException(
                404, unknown("target", name, {it.name for it in configured.targets})
            )

        return await sources.answer(work)

    return router

"""/api/v1/outages: what was down, and what caused it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from collector.domain.corrections import Cause
from collector.services.correct import annotate
from collector.services.outage_list import list_outages
from collector.services.work_list import min_notice_of
from exporters import outage_json
from exporters.outage_json import AnnotationData, OutageData
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, Scoped, one_of, page, period_of, site_of, target_of
from exporters.web.api.entered import Author, Entry, Line, Stored, Text, refusals
from exporters.web.api.sources import Sources


class OutagesAsked(Scoped, Paged):
    """Which outages."""


class AnnotationEntry(Entry):
    """What caused an outage, and what is to be said of it."""

    cause: Cause
    name: Annotated[Line, Field(description="What the public calls it.")] = ""
    text: Annotated[Text, Field(examples=["A fuse blew"])] = ""
    supplier: Line = ""
    link: Annotated[Line, Field(description="To a case or a change.")] = ""


def outage_routes(sources: Sources) -> APIRouter:
    """Listing outages, and saying what caused one."""
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
                min_notice=min_notice_of(configured.register),
            )
            return page(
                found,
                asked,
                key=lambda each: (each.outage.start, each.name),
                shape=lambda each: outage_json.outage(each, configured.zone),
            )

        return await sources.answer(work)

    @router.post(
        "/outages/{target:path}/{start}/annotation",
        status_code=201,
        summary="Say what caused an outage",
        description="`start` is when it began, to the minute or second, or any time within it.",
        responses=examples.answer(
            Stored[AnnotationData], examples.stored(examples.ANNOTATION), 201
        ),
    )
    async def explain(
        target: Annotated[str, Path(max_length=200, examples=["sw-laxa-1"])],
        start: Annotated[str, Path(max_length=40, examples=["2026-10-06T10:00"])],
        entry: AnnotationEntry,
        author: Author,
    ) -> Response:
        def work() -> Stored[AnnotationData]:
            configured = sources.configured()
            one_of("target", target, {it.name for it in sources.store.targets()}, 404)
            with refusals():
                done = annotate(
                    sources.store,
                    target,
                    start,
                    entry.cause,
                    name=entry.name,
                    text=entry.text,
                    supplier=entry.supplier,
                    link=entry.link,
                    author=author,
                    zone=configured.zone,
                    now=sources.now(),
                    min_notice=min_notice_of(configured.register),
                )
            said = outage_json.annotation(done.annotation, configured.zone)
            return {"item": said, "warnings": list(done.warnings)}

        return await sources.answer(work, 201)

    return router

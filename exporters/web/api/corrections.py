"""/api/v1/corrections: what really was, entered by people, in a trail that is only added to."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field

from collector.domain.corrections import CORRECTABLE
from collector.kpi.spans import ALWAYS
from collector.services.correct import Entered, correct, trail, undo
from collector.services.work_list import min_notice_of
from exporters import outage_json
from exporters.outage_json import CorrectionData
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, PeriodText, TargetName, page, period_of, target_of
from exporters.web.api.entered import (
    Author,
    Because,
    Entry,
    Line,
    Number,
    Reason,
    Stored,
    Time,
    circumstances,
    refusals,
)
from exporters.web.api.sources import Sources


class CorrectionsAsked(Paged):
    """Which entries."""

    period: Annotated[PeriodText, Field(description="Only those of time in this period.")] = None
    target: TargetName = None


class CorrectionEntry(Entry):
    """What a target really was from `start` to `end`."""

    target: Annotated[Line, Field(examples=["sw-laxa-1"])]
    start: Time
    end: Annotated[Time, Field(examples=["2026-10-06T11:00"])]
    state: Annotated[
        str, Field(description=f"One of {', '.join(CORRECTABLE)}.", examples=["up"], max_length=40)
    ]
    reason: Annotated[Reason, Field(examples=["The monitoring was at fault"])]


def correction_routes(sources: Sources) -> APIRouter:
    """Listing the trail, correcting, and undoing."""
    router = APIRouter(tags=["corrections"])

    def stored(entered: Entered) -> Stored[CorrectionData]:
        """The entry as the trail has it."""
        zone, its = sources.configured().zone, entered.correction
        (entry,) = (
            it for it in trail(sources.store, its.start, its.end) if it.correction.id == its.id
        )
        return {
            "item": outage_json.correction(entry, zone),
            "warnings": list(entered.warnings),
        }

    @router.get(
        "/corrections",
        summary="The audit trail of corrections, in the order of entry",
        responses=examples.answer(Page[CorrectionData], examples.page(examples.CORRECTION)),
    )
    async def many(asked: Annotated[CorrectionsAsked, Query()]) -> Response:
        def work() -> Page[CorrectionData]:
            period = None if asked.period is None else period_of(sources, asked.period)
            start, end = (-ALWAYS, ALWAYS) if period is None else (period.start, period.end)
            zone = sources.configured().zone
            return page(
                trail(sources.store, start, end, target_of(sources, asked.target)),
                asked,
                key=lambda entry: (entry.correction.id,),
                shape=lambda entry: outage_json.correction(entry, zone),
            )

        return await sources.answer(work)

    @router.post(
        "/corrections",
        status_code=201,
        summary="Say what a target really was",
        responses=examples.answer(
            Stored[CorrectionData], examples.stored(examples.CORRECTION), 201
        ),
    )
    async def add(entry: CorrectionEntry, author: Author) -> Response:
        def work() -> Stored[CorrectionData]:
            configured = sources.configured()
            with refusals():
                entered = correct(
                    sources.store,
                    entry.target,
                    entry.start,
                    entry.end,
                    entry.state,
                    min_notice=min_notice_of(configured.register),
                    **circumstances(sources, entry.reason, author),
                )
            return stored(entered)

        return await sources.answer(work, 201)

    @router.post(
        "/corrections/{id}/undo",
        status_code=201,
        summary="Say that a correction, or an undo of one, does not hold",
        responses=examples.answer(
            Stored[CorrectionData], examples.stored(examples.CORRECTION), 201
        ),
    )
    async def take_back(id_: Number, because: Because, author: Author) -> Response:
        def work() -> Stored[CorrectionData]:
            if all(it.correction.id != id_ for it in trail(sources.store)):
                raise HTTPException(404, f"there is no correction {id_}")
            with refusals(409):
                entered = undo(
                    sources.store,
                    id_,
                    **circumstances(sources, because.reason, author),
                )
            return stored(entered)

        return await sources.answer(work, 201)

    return router

"""/api/v1/maintenance: when people work on what."""

from typing import Annotated, Self

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field, model_validator

from collector.domain.instants import DAY, Instant
from collector.kpi.periods import running_month
from collector.kpi.spans import ALWAYS
from collector.services.maintain import Once, Registered, add_window, cancel_window, extend_window
from collector.services.recurring import Again
from collector.services.work_list import ScopeWords, list_work, min_notice_of, scope_words
from exporters import work_json
from exporters.web.api import examples
from exporters.web.api.asked import Page, Paged, PeriodText, page, period_of
from exporters.web.api.entered import (
    STRIPPED,
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
from exporters.work_json import WindowData, WorkData

_AHEAD = 90 * DAY
_MOST_NAMED = 1_000

Names = Annotated[tuple[Line, ...], Field(max_length=_MOST_NAMED)]
Short = Annotated[str, Field(max_length=20), STRIPPED]
Day = Annotated[str, Field(max_length=20, examples=["2026-12-01"]), STRIPPED]


class WorkAsked(Paged):
    """Which work."""

    period: Annotated[
        PeriodText,
        Field(description="Where not given, the running month and the 90 days to come."),
    ] = None


class WindowEntry(Entry):
    """A window: `start` and `end`, or else `rrule`, `at`, `duration` and `from`; and what it is
    for. Kinds, sites and tags narrow each other."""

    reason: Annotated[Reason, Field(examples=["New memory"])]
    start: Time | None = None
    end: Annotated[Time | None, Field(examples=["2026-10-06T12:00"])] = None
    rrule: Annotated[
        Annotated[str, Field(max_length=200), STRIPPED] | None,
        Field(description="The days it comes back on (RFC 5545)."),
    ] = None
    at: Annotated[Short | None, Field(description="18:00, local time.")] = None
    duration: Annotated[Short | None, Field(description="2h")] = None
    first: Annotated[Day | None, Field(alias="from", description="The first day.")] = None
    last: Annotated[Day | None, Field(alias="until", description="The last day, included.")] = None
    targets: Annotated[Names, Field(examples=[["srv-1"]])] = ()
    behind: Annotated[Names, Field(description="Targets with everything behind them.")] = ()
    kinds: Names = ()
    sites: Names = ()
    tags: Names = ()

    @model_validator(mode="after")
    def _once_or_again(self) -> Self:
        again = (self.rrule, self.at, self.duration, self.first)
        once = (self.start, self.end)
        if all(once) and not any((*again, self.last)):
            return self
        if all(again) and not any(once):
            return self
        raise ValueError("give start and end, or else rrule, at, duration and from")

    @property
    def when(self) -> Once | Again:
        """As the service takes it."""
        if self.start and self.end:
            return Once(self.start, self.end)
        assert self.rrule and self.at and self.duration and self.first  # noqa: PT018 - checked
        return Again(self.rrule, self.at, self.duration, self.first, self.last)


class ExtensionEntry(Because):
    """A later end."""

    end: Time


def maintenance_routes(sources: Sources) -> APIRouter:
    """Listing work, registering windows, extending and cancelling them."""
    router = APIRouter(tags=["maintenance"])

    def stored(done: Registered) -> Stored[WindowData]:
        names = {record.id: record.name for record in sources.store.targets()}
        scope = scope_words(done.window.scope, names)
        window = work_json.window(done.window, scope, sources.configured().zone)
        return {"item": window, "warnings": list(done.warnings)}

    def known(id_: int) -> int:
        if all(window.id != id_ for window in sources.store.maintenance(-ALWAYS, ALWAYS)):
            raise HTTPException(404, f"there is no window {id_}")
        return id_

    @router.get(
        "/maintenance",
        summary="The work of a period, planned and urgent, in order of time",
        responses=examples.answer(Page[WorkData], examples.page(examples.WORK)),
    )
    async def many(asked: Annotated[WorkAsked, Query()]) -> Response:
        def stretch() -> tuple[Instant, Instant]:
            if asked.period is not None:
                period = period_of(sources, asked.period)
                return period.start, period.end
            now = sources.now()
            return running_month(now, sources.configured().zone).start, now + _AHEAD

        def work() -> Page[WorkData]:
            configured = sources.configured()
            notice = min_notice_of(configured.register)
            return page(
                list_work(sources.store, *stretch(), min_notice=notice),
                asked,
                key=lambda it: (
                    it.occurrence.start,
                    it.occurrence.window.id,
                    it.occurrence.registered_at,
                    it.occurrence.end,
                ),
                shape=lambda it: work_json.work(it, configured.zone),
            )

        return await sources.answer(work)

    @router.post(
        "/maintenance",
        status_code=201,
        summary="Register a maintenance window",
        responses=examples.answer(Stored[WindowData], examples.stored(examples.WINDOW), 201),
    )
    async def add(entry: WindowEntry, author: Author) -> Response:
        def work() -> Stored[WindowData]:
            configured = sources.configured()
            with refusals():
                done = add_window(
                    sources.store,
                    ScopeWords(entry.targets, entry.behind, entry.kinds, entry.sites, entry.tags),
                    entry.when,
                    configured=configured.targets,
                    sites=configured.sites,
                    min_notice=min_notice_of(configured.register),
                    **circumstances(sources, entry.reason, author),
                )
            return stored(done)

        return await sources.answer(work, 201)

    @router.post(
        "/maintenance/{id}/extend",
        summary="Let a window end later: the time it holds now, or else the next",
        responses=examples.answer(Stored[WindowData], examples.stored(examples.WINDOW)),
    )
    async def extend(id_: Number, entry: ExtensionEntry, author: Author) -> Response:
        def work() -> Stored[WindowData]:
            configured = sources.configured()
            with refusals(409):
                done = extend_window(
                    sources.store,
                    known(id_),
                    entry.end,
                    min_notice=min_notice_of(configured.register),
                    **circumstances(sources, entry.reason, author),
                )
            return stored(done)

        return await sources.answer(work)

    @router.post(
        "/maintenance/{id}/cancel",
        summary="Let nothing more come of a window; what was of it stays",
        responses=examples.answer(Stored[WindowData], examples.stored(examples.WINDOW)),
    )
    async def cancel(id_: Number, because: Because, author: Author) -> Response:
        def work() -> Stored[WindowData]:
            with refusals(409):
                done = cancel_window(
                    sources.store,
                    known(id_),
                    **circumstances(sources, because.reason, author),
                )
            return stored(done)

        return await sources.answer(work)

    return router

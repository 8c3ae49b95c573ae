"""Sync: takes in what servicedesks changed, and finds what they no longer have.

A pass is stored page by page with the place where it goes on should it be cut off. Only when it is
whole does the watermark move, and only then is the source known to be complete up to the instant at
which the pass began (KPI.md "Coverage of cases").
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from collector.domain.instants import SECOND, Instant
from collector.domain.quantities import format_duration
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.kpi.case_history import settle
from collector.ports import (
    CasePage,
    CaseSource,
    CaseStore,
    Clock,
    SourceFailed,
    StoreUnavailable,
    Upserted,
)

log = logging.getLogger(__name__)

_TOLD = 5
"""Unreadable records that are named; of the others only how many there are."""
_BELIEVED = 0.5
_FEW = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass has come; `left` is about how many cases are still to come, where known."""

    source: str
    read: int
    new: int
    changed: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What a pass did, and why it failed where it did (`message` without secrets)."""

    source: str
    read: int = 0
    new: int = 0
    changed: int = 0
    failure: SourceFailure | None = None
    message: str = ""
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: how many ids there are, how many cases are newly gone, and how many the
    source has that are not kept."""

    source: str
    listed: int = 0
    gone: int = 0
    missing: int = 0
    failure: SourceFailure | None = None
    message: str = ""


@dataclass(slots=True)
class _Under:
    """A pass under way."""

    state: SourceState
    started: Instant
    from_beginning: bool
    read: int = 0
    new: int = 0
    changed: int = 0
    seen: Instant | None = None
    unreadable: dict[str, None] = field(default_factory=dict)
    unreadable_count: int = 0


class Sync:
    """Reads sources into a store; one pass or sweep of each source at a time."""

    def __init__(self, store: CaseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(
        self,
        source: CaseSource,
        *,
        anew: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> Synced:
        """A pass: on from where the last one was cut off or ended, `anew` from the beginning.

        What the source does wrong is in the result, in its stored state, and once in the log; a
        bug is too, with its traceback. StoreUnavailable goes on to the caller.
        """
        async with self._turns[source.name]:
            under = await asyncio.to_thread(self._begin, source.name, anew)
            async with self._failing(under):
                await self._read(source, under, progress)
                await asyncio.to_thread(self._end, source, under)
        state = under.state
        return Synced(
            source.name,
            under.read,
            under.new,
            under.changed,
            state.failure,
            state.message,
            tuple(under.unreadable),
        )

    async def sweep(self, source: CaseSource) -> Swept | None:
        """Mark the cases that a source no longer has, deleted or merged into another.

        None where the source is not to be swept or was never read whole. A case counts as gone
        when two readings in a row lack it: a list may skip one that is moved while it is read.
        """
        async with self._turns[source.name]:
            name, now = source.name, self._clock.now()
            state = await asyncio.to_thread(self._store.source_state, name)
            if state.complete_at is None or await asyncio.to_thread(self._holds_older, source):
                return None
            known = await asyncio.to_thread(self._store.case_ids, name)
            try:
                found = await self._ids(source, now)
                gone = known - found if found is not None else frozenset()
                if gone and len(gone) <= max(_FEW, len(known) * _BELIEVED):
                    gone -= await self._ids(source, now) or frozenset()
            except SourceFailed as failed:
                log.warning("%s could not be swept: %s", name, failed)
                return Swept(name, failure=failed.failure, message=failed.message)
            if found is None:
                return None
            if len(gone) > max(_FEW, len(known) * _BELIEVED):
                message = f"the source tells of no more than {len(found)} of {len(known)} cases"
                log.warning("%s: %s; none is marked, check its rights", name, message)
                return Swept(name, len(found), 0, 0, SourceFailure.FORBIDDEN, message)
            marked = await asyncio.to_thread(self._mark, state, gone, now)
            kept = await asyncio.to_thread(self._store.case_ids, name)
            return Swept(name, len(found), marked, len(found - kept - gone))

    def _begin(self, name: str, anew: bool) -> _Under:
        """The state to read from."""
        state, now = self._store.source_state(name), self._clock.now()
        if anew:
            state = replace(state, watermark=None, place=None, pass_started=None)
        started = now if state.place is None else state.pass_started or now
        state = replace(state, tried_at=now, pass_started=started)
        return _Under(state, started, from_beginning=state.watermark is None)

    async def _read(
        self, source: CaseSource, under: _Under, progress: Callable[[Progress], None] | None
    ) -> None:
        """Store page after page, each while the source is asked for the next one."""
        storing: asyncio.Task[None] | None = None

        async def store(page: CasePage) -> None:
            done = await asyncio.to_thread(self._keep, under, page)
            self._count(under, page, done)
            if progress is not None:
                progress(_progress(under, page))

        async with aclosing(source.pages(under.state, under.started)) as pages:
            try:
                async for page in pages:
                    if storing is not None:
                        await storing
                    storing = asyncio.create_task(store(page))
            finally:
                # What was read before the source failed is kept, and so is its place.
                if storing is not None:
                    await storing

    def _keep(self, under: _Under, page: CasePage) -> Upserted:
        """Store a page together with the place where the pass goes on."""
        started = under.started if page.place is not None else None
        under.state = replace(under.state, place=page.place, pass_started=started)
        return self._store.upsert_cases([settle(case) for case in page.cases], under.state)

    def _count(self, under: _Under, page: CasePage, done: Upserted) -> None:
        under.read += len(page.cases)
        under.new += done.new
        under.changed += done.changed
        under.seen = page.seen if page.seen is not None else under.seen
        for reason in page.unreadable:
            if reason not in under.unreadable:
                under.unreadable_count += 1
                if len(under.unreadable) < _TOLD:
                    under.unreadable[reason] = None

    def _end(self, source: CaseSource, under: _Under) -> None:
        """A pass came to its end: move the watermark, unless some of it could not be read."""
        state = replace(under.state, place=None, pass_started=None)
        if under.unreadable:
            first = next(iter(under.unreadable))
            message = f"{under.unreadable_count} records could not be read; the first: {first}"
            under.state = state
            raise SourceFailed(SourceFailure.WRONG_SHAPE, message)
        if under.seen is not None:
            # A cursor in the future would hide all that comes after it.
            watermark = min(under.seen, under.started) - source.overlap
            state = replace(state, watermark=max(watermark, state.watermark or watermark))
        if state.failure is not None:
            lasted = self._clock.now() - (state.failing_since or under.started)
            text = format_duration(lasted - lasted % SECOND)
            log.warning("%s can be read again after %s", source.name, text)
        # What was purged since the last whole pass is not covered again by this one.
        start = source.since if under.from_beginning else state.complete_at
        under.state = replace(
            state, complete_at=under.started, failure=None, failing_since=None, message=""
        )
        self._store.save_source_state(under.state)
        self._store.cover(Covered(source.name, start, under.started))

    @asynccontextmanager
    async def _failing(self, under: _Under) -> AsyncIterator[None]:
        """Keeps why a pass failed, and says it once."""
        try:
            yield
        except SourceFailed as failed:
            first = under.state.failure is None
            await asyncio.to_thread(self._fail, under, failed.failure, failed.message)
            if first:
                log.warning("%s cannot be read: %s", under.state.source, failed)
        except StoreUnavailable:
            raise
        except Exception as bug:  # a bug in reading one source must not end the others
            if under.state.failure is not SourceFailure.BUG:
                log.exception("%s could not be read", under.state.source)
            await asyncio.to_thread(self._fail, under, SourceFailure.BUG, type(bug).__name__)

    def _fail(self, under: _Under, failure: SourceFailure, message: str) -> None:
        state = under.state
        since = self._clock.now() if state.failing_since is None else state.failing_since
        if state.place is None:
            state = replace(state, pass_started=None)
        under.state = replace(state, failure=failure, failing_since=since, message=message)
        self._store.save_source_state(under.state)

    def _mark(self, state: SourceState, gone: Collection[str], now: Instant) -> int:
        marked = self._store.mark_deleted(state.source, gone, now) if gone else 0
        latest = self._store.source_state(state.source)
        self._store.save_source_state(replace(latest, swept_at=now))
        return marked

    async def _ids(self, source: CaseSource, now: Instant) -> frozenset[str] | None:
        listing = source.ids(now)
        if listing is None:
            return None
        found: set[str] = set()
        async with aclosing(listing) as pages:
            async for ids in pages:
                found.update(ids)
        return frozenset(found)

    def _holds_older(self, source: CaseSource) -> bool:
        """Whether cases are kept from before what the source now is read from: a sweep does not
        see them, which does not mean that they are gone."""
        first = _first(self._store.covered(source.name))
        if source.since is None or first is None:
            return False
        return first.start is None or first.start < source.since


def _first(spans: Sequence[Covered]) -> Covered | None:
    return min(spans, key=lambda it: (it.start is not None, it.start or 0), default=None)


def _progress(under: _Under, page: CasePage) -> Progress:
    return Progress(under.state.source, under.read, under.new, under.changed, page.left)

"""A pass through a list of cases while others edit them: nothing missed, nothing given twice."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from collector.domain.instants import Instant
from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.answers import Answer
from collector.sources.asking import Asking, Sleep
from collector.sources.cursors import Cursors, clock_text
from collector.sources.declared import DeclaredSource, as_word
from collector.sources.listing import answered, records_of
from collector.sources.mapping import Mapper, Unreadable
from collector.sources.several import fetched
from collector.sources.steps import Steps

_DOUBTS = 2
_PAUSE = 0.2
"""Seconds before a page that should not be empty is asked for again."""
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A record, whose it is, and when it was changed; None where the source does not tell."""

    id: str
    at: Instant | None
    record: Any


@dataclass(frozen=True, slots=True)
class Found:
    """What a page had that had not been seen; `since` is where to go on, None for nowhere."""

    rows: Sequence[Row]
    since: Instant | None = None
    left: int | None = None
    unreadable: Sequence[str] = ()


@dataclass(slots=True)
class _Page:
    answer: Answer
    count: int
    rows: list[Row] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Pass:
    """One pass through one list; `variables` are those of its stream."""

    def __init__(
        self,
        declared: DeclaredSource,
        asking: Asking,
        mapper: Mapper,
        cursors: Cursors | None,
        *,
        variables: Mapping[str, str],
        columns: Sequence[str],
        sleep: Sleep,
    ) -> None:
        self._declared = declared
        self._asking = asking
        self._mapper = mapper
        self._cursors = cursors
        self._values = {**variables, "columns": list(columns)}
        self._sleep = sleep
        self._steps = Steps(declared.paginator, declared.page_size)

    def rows(self, since: Instant, now: Instant) -> AsyncGenerator[Found, None]:
        """Everything that was changed at `since` or later."""
        if self._declared.paginator.type == "keyset":
            return self._by_cursor(since, now)
        return self._in_rounds(since, now)

    async def _by_cursor(self, since: Instant, now: Instant) -> AsyncGenerator[Found, None]:
        """By the cursor: always the first page of what is not older than the last that was seen.

        A case that is edited meanwhile moves to the end of the list, where it is met again. Only
        among cases with one and the same cursor is it paged forward, and these are read again until
        nothing new turns up: one that was edited away moves the rest a place ahead, past us.
        """
        cursors, steps = self._cursors, self._steps
        assert cursors is not None
        assert self._declared.cursor is not None
        recent = now - self._declared.cursor.overlap
        seen: set[tuple[str, Instant | None]] = set()
        moved = found_here = again = False
        doubts = barren = 0
        while True:
            before = copy(steps)
            page = await self._fetch(since, steps)
            more = steps.advance(page.answer, page.count)
            if not page.count and (moved or more) and doubts < _DOUBTS:
                # At least the last that was seen should be here.
                doubts += 1
                self._steps = steps = before
                await self._sleep(_PAUSE)
                continue
            doubts = 0
            here = cursors.position(since)
            top = _last(page.rows, since, recent, cursors)
            beyond = cursors.position(top) > here
            fresh = [row for row in page.rows if (row.id, row.at) not in seen]
            seen.update((row.id, row.at) for row in page.rows)
            if any(cursors.position(row.at or 0) == here for row in fresh):
                found_here = True
            yield Found(fresh, top if beyond else since, steps.left, page.unreadable)
            if more and not beyond and self._at_end_of_page(page, since):
                more = False
            if more and not beyond:
                barren = barren + 1 if page.rows and not fresh and not again else 0
                if barren > _DOUBTS and steps.index > 1:
                    message = f"the same page comes again and again at {clock_text(since)}"
                    raise SourceFailed(SourceFailure.BAD_CURSOR, f"{message}; mend paging")
                continue
            if steps.index > 1 and found_here:
                found_here, again = False, True
                steps.begin()
                continue
            if not more:
                return
            at_top = cursors.position(top)
            seen = {(id_, at) for id_, at in seen if cursors.position(at or 0) >= at_top}
            since, moved, found_here, again, barren = top, True, False, False, 0
            steps.begin()

    async def _in_rounds(self, since: Instant, now: Instant) -> AsyncGenerator[Found, None]:
        """Page after page, for a list that cannot be had in the cursor's order.

        An edit meanwhile may move a case past us, so the whole is read again until nothing turns
        up that was there when the pass began. A list that leads on by links or tokens of its own
        is read once: its source keeps the place.
        """
        steps = self._steps
        seen: set[int] = set()
        for _ in range(_ROUNDS):
            steps.begin()
            missed = False
            before: list[Row] = []
            more = True
            while more:
                page = await self._fetch(since, steps)
                more = steps.advance(page.answer, page.count)
                if page.rows and page.rows == before:
                    message = "the same page came twice; mend paging"
                    raise SourceFailed(SourceFailure.BAD_CURSOR, message)
                before = page.rows
                fresh = [row for row in page.rows if hash((row.id, row.at)) not in seen]
                seen.update(hash((row.id, row.at)) for row in fresh)
                missed = missed or any(row.at is None or row.at <= now for row in fresh)
                yield Found(fresh, None, steps.left, page.unreadable)
            keeps_place = self._declared.paginator.forward in ("next_link", "token", "single")
            if keeps_place or steps.index == 1 or not missed:
                return
        message = f"the list changed while it was read, {_ROUNDS} times"
        raise SourceFailed(SourceFailure.BAD_CURSOR, f"{message}; sort it by what does not change")

    async def _fetch(self, since: Instant, steps: Steps) -> _Page:
        declared = self._declared
        written = self._cursors.write(since) if self._cursors else None
        values = {**self._values, "since": written}
        answer = await answered(self._asking, declared.request, steps, values)
        records = await asyncio.to_thread(records_of, answer.document, declared.records)
        page = _Page(answer, len(records))
        if declared.details is not None:
            ids = [as_word(id_) for id_ in records]
            records = await fetched(self._asking, declared.details, ids, declared.page_size)
        await asyncio.to_thread(self._read, records, page)
        return page

    def _at_end_of_page(self, page: _Page, since: Instant) -> bool:
        """Whether a list that cannot be paged forward is at its end."""
        if self._declared.paginator.forward != "single":
            return False
        if page.count < self._declared.page_size:
            return True
        message = (
            f"{page.count} cases or more were changed at {clock_text(since)}, and the source tells "
            "of no more of them at once; raise page_size"
        )
        raise SourceFailed(SourceFailure.BAD_CURSOR, message)

    def _read(self, records: Sequence[Any], page: _Page) -> None:
        mapper, hooks = self._mapper, self._declared.hooks
        for given in records:
            record = given
            for hook in hooks:
                record = hook(record)
            try:
                id_ = mapper.id(record)
                page.rows.append(Row(id_, mapper.changed(record, id_), record))
            except Unreadable as reason:
                page.unreadable.append(str(reason))


def _last(rows: Sequence[Row], since: Instant, recent: Instant, cursors: Cursors) -> Instant:
    """Where to go on after a page. SourceFailed where it is not what was asked for.

    A source may cut a page out first and look its cases up then: one that was edited in between
    comes with a cursor of just now in an old place, and to go on from there would pass over all
    that lies between. So what is `recent`, which the next pass reads again, only counts where
    nothing older leads on.
    """
    earliest = before = cursors.earliest_given(since)
    top = latest = since
    for row in rows:
        at = row.at or 0
        position = cursors.position(at)
        if at >= recent:
            latest = max(latest, at)
            before_it = earliest
        else:
            before_it, before, top = before, max(before, position), max(top, at)
        if position < before_it:
            asked = "changed since then" if before_it == earliest else "in the cursor's order"
            message = (
                f"the cursor went back: case {row.id} was changed {clock_text(at)}, which is "
                f"before {clock_text(before_it)}; only cases {asked} were asked for"
            )
            raise SourceFailed(SourceFailure.BAD_CURSOR, message)
    return top if cursors.position(top) > cursors.position(since) else latest

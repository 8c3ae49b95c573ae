"""A servicedesk with a REST API, as it is declared (declared.py)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from collector.domain.cases import ReadCase
from collector.domain.instants import Instant
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import CasePage, SourceFailed
from collector.services.local_time import read_time
from collector.sources.asking import Asking, Sleep
from collector.sources.cursors import Cursors
from collector.sources.declared import DeclaredSource, as_word
from collector.sources.listing import listed
from collector.sources.mapping import Mapper, Unreadable
from collector.sources.parts import Listing
from collector.sources.passes import Found, Pass, Row
from collector.sources.several import histories

_REMEMBERED = 20_000
"""Cases whose last version is known, so that their history is not fetched again."""


class RestSource:
    """Reads one servicedesk; `sites` are the keys of the configuration's, `zone` that of `since`.

    One pass at a time. `sleep` takes seconds.
    """

    def __init__(
        self,
        name: str,
        declared: DeclaredSource,
        *,
        sites: Collection[str] = (),
        zone: ZoneInfo | None = None,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        cursor = declared.cursor
        self.name = name
        self.overlap = cursor.overlap if cursor else 0
        self.since = read_time(declared.since, zone or UTC)[0] if declared.since else None
        self._declared = declared
        self._sleep = sleep
        self._asking = Asking(declared, sleep=sleep, transport=transport)
        self._mapper = Mapper(declared, name, sites)
        self._cursors = Cursors(cursor, declared.times) if cursor else None
        self._earliest = read_time(cursor.earliest, UTC)[0] if cursor else 0
        self._versions: dict[str, tuple[Instant | None, int]] = {}

    async def pages(self, state: SourceState, now: Instant) -> AsyncGenerator[CasePage, None]:
        """A pass (ports.CaseSource)."""
        await self._look_up()
        beginning = self.since if self.since is not None else self._earliest
        first, since = self._place(state.place, beginning)
        if since is None:
            since = beginning if state.watermark is None else state.watermark
        incremental = state.watermark is not None
        seen = since if state.place else None
        any_read = incremental or state.place is not None or self.since is not None
        versions = dict(self._versions) if incremental else {}
        for index, variables in enumerate(self._streams()):
            if index < first:
                continue
            start = since if index == first else self._start(state, beginning)
            one = self._pass(variables, self._declared.asked_columns())
            async with aclosing(one.rows(start, now)) as found:
                async for page in found:
                    any_read = any_read or bool(page.rows or page.unreadable)
                    at = [row.at for row in page.rows if row.at is not None]
                    seen = max([*at, *([] if seen is None else [seen])], default=None)
                    yield await self._case_page(page, index, seen, now, versions)
        if not any_read:
            message = "it has no case at all; check what the credential may see, and the query"
            raise SourceFailed(SourceFailure.FORBIDDEN, message)
        self._versions = versions

    def ids(self, now: Instant) -> AsyncGenerator[Collection[str], None] | None:
        """All ids that there are (ports.CaseSource)."""
        return None if self._declared.sweep == "none" else self._all_ids(now)

    async def close(self) -> None:
        """Let go of connections."""
        await self._asking.close()

    async def _all_ids(self, now: Instant) -> AsyncGenerator[Collection[str], None]:
        declared = self._declared
        beginning = self.since if self.since is not None else self._earliest
        listing: Listing | DeclaredSource | None = None
        if isinstance(declared.sweep, Listing):
            listing = declared.sweep
        elif declared.details is not None:
            listing = declared
        for variables in self._streams():
            if listing is None:
                one = self._pass(variables, self._id_columns())
                async with aclosing(one.rows(beginning, now)) as pages:
                    async for found in pages:
                        yield [row.id for row in found.rows]
                continue
            written = self._cursors.write(beginning) if self._cursors else None
            values = {**variables, "since": written, "columns": self._id_columns()}
            async for ids in self._listed(listing, values):
                yield [as_word(id_) for id_ in ids]

    def _listed(
        self, listing: Listing | DeclaredSource, values: Mapping[str, Any]
    ) -> AsyncGenerator[list[Any], None]:
        size = self._declared.page_size
        asked = (listing.request, listing.records, listing.paginator, size)
        return listed(self._asking, *asked, values)

    def _pass(self, variables: Mapping[str, str], columns: Sequence[str]) -> Pass:
        return Pass(
            self._declared,
            self._asking,
            self._mapper,
            self._cursors,
            variables=variables,
            columns=columns,
            sleep=self._sleep,
        )

    def _streams(self) -> Sequence[Mapping[str, str]]:
        return self._declared.streams or ({},)

    def _start(self, state: SourceState, beginning: Instant) -> Instant:
        return beginning if state.watermark is None else state.watermark

    def _id_columns(self) -> list[str]:
        declared = self._declared
        wanted = set(declared.fields.id.columns)
        if declared.cursor:
            wanted |= declared.cursor.field.columns
        # Where columns are named in the source's own way, it is not told which of them these are.
        return list(declared.columns) or sorted(wanted)

    async def _look_up(self) -> None:
        """Read what ids stand for."""
        found: dict[str, dict[str, str]] = {}
        for field, lookup in self._declared.lookups.items():
            words = found.setdefault(field, {})
            async for page in self._listed(lookup, {}):
                for record in page:
                    key, value = lookup.key.find(record), lookup.value.find(record)
                    if key is not None and value is not None:
                        words[as_word(key)] = as_word(value)
        self._mapper.look_up(found)

    async def _case_page(
        self,
        found: Found,
        stream: int,
        seen: Instant | None,
        now: Instant,
        versions: dict[str, tuple[Instant | None, int]],
    ) -> CasePage:
        history = self._declared.history
        rows = found.rows
        events: Mapping[str, Sequence[Any]] = {}
        if history is not None and history.mode != "inline":
            rows = [row for row in rows if not _known(row, versions)]
            ids = list(dict.fromkeys(row.id for row in rows))
            events = await histories(self._asking, history, ids, self._declared.page_size)
        cases, unreadable = await asyncio.to_thread(self._cases, rows, events, now)
        place = None
        if found.since is not None:
            place = json.dumps({"stream": stream, "since": found.since})
        return CasePage(cases, place, seen, found.left, [*found.unreadable, *unreadable])

    def _cases(
        self, rows: Sequence[Row], events: Mapping[str, Sequence[Any]], now: Instant
    ) -> tuple[list[ReadCase], list[str]]:
        history = self._declared.history
        cases: list[ReadCase] = []
        unreadable: list[str] = []
        for row in rows:
            told: Sequence[Any] | None = events.get(row.id)
            if history is not None and history.mode == "inline":
                listed_events = history.records.find(row.record)
                told = listed_events if isinstance(listed_events, list) else []
            changed = now if row.at is None else row.at
            try:
                cases.append(self._mapper.case(row.record, row.id, changed, told))
            except Unreadable as reason:
                text = str(reason)
                unreadable.append(text if "case " in text else f"case {row.id}: {text}")
        return cases, unreadable

    def _place(self, place: str | None, beginning: Instant) -> tuple[int, Instant | None]:
        """The stream and the cursor at which a pass that was cut off goes on."""
        if place is None:
            return 0, None
        try:
            kept = json.loads(place)
            stream, since = int(kept["stream"]), int(kept["since"])
        except (ValueError, KeyError, TypeError):
            return 0, None
        return (stream, max(since, beginning)) if stream < len(self._streams()) else (0, None)


def _known(row: Row, versions: dict[str, tuple[Instant | None, int]]) -> bool:
    """Whether this very version was read before, and its history with it; it is from now on."""
    version = (row.at, hash(repr(row.record)))
    known = versions.pop(row.id, None) == version
    versions[row.id] = version
    if len(versions) > _REMEMBERED:
        del versions[next(iter(versions))]
    return known

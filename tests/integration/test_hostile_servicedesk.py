"""A servicedesk as badly behaved as they are: nothing lost, nothing doubled, the reason shown."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.desk import HISTORY, START, Desk, declaration, declared
from support.services import Asked, http, serving

from collector.domain.cases import CaseStatus
from collector.domain.instants import DAY, HOUR, Instant, instant
from collector.domain.sources import Covered, SourceFailure
from collector.services.sync import Sync, Synced
from collector.sources.rest import RestSource
from collector.store import SqlStore, open_store

CASES = 230


class Clock:
    """What time it is for who syncs; the desk has its own."""

    def __init__(self) -> None:
        self.at: Instant = instant(START) + 40 * DAY

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> Instant:
        return self.at


@dataclass
class Room:
    """A desk with so many cases, and a store of its own."""

    store: SqlStore
    desk: Desk = field(default_factory=lambda: Desk(CASES))
    clock: Clock = field(default_factory=Clock)

    def syncs(self, times: int = 1, **said: Any) -> list[Synced]:
        """What so many passes in a row did."""

        async def scenario() -> list[Synced]:
            async with serving(self.desk) as port:
                source = RestSource("desk", declared(port, **(NORMAL | said)))
                syncing = Sync(self.store, self.clock)
                try:
                    return [await syncing.run(source) for _ in range(times)]
                finally:
                    await source.close()

        return asyncio.run(scenario())

    def is_whole(self) -> bool:
        """Whether every case of the desk is kept as it now is, and no other."""
        kept = {case.id: case for case in self.store.cases(ids=self._all())}
        assert self.store.case_ids("desk") == {str(number) for number in self.desk.cases}
        for number, case in self.desk.cases.items():
            status = {"pending": "waiting_customer"}.get(case["status"], case["status"])
            found = kept[str(number)]
            assert (found.status, found.group) == (CaseStatus(status), case["group"]), number
        return True

    def _all(self) -> list[tuple[str, str]]:
        return [("desk", str(number)) for number in self.desk.cases]


NORMAL: dict[str, Any] = {"page_size": 20, "timeout": "2s", "history": HISTORY}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with closing(open_store(f"sqlite:///{tmp_path}/driftkoll.db", create=True)) as store:
        yield Room(store)


Answering = Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes | None]]


def now_and_then(answer: bytes | Answering, every: int = 3) -> Answering:
    """The trouble at each `every`th request, from the second on."""
    count = 0

    async def trouble(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        nonlocal count
        count += 1
        if count % every != 2:
            return None
        return answer if isinstance(answer, bytes) else await answer(asked, writer)

    return trouble


def always(answer: bytes | Answering, after: int = 4) -> Answering:
    """The trouble at each request, but for the first few."""
    count = 0

    async def trouble(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        nonlocal count
        count += 1
        if count <= after:
            return None
        return answer if isinstance(answer, bytes) else await answer(asked, writer)

    return trouble


async def slow(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.3)


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def cut_off(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
    """Half an answer, and the connection is closed."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"items": [{"id": 1,')
    await writer.drain()
    return b""


async def endless(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
    """A body without an end."""
    writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"items": [')
    while True:
        writer.write(b'{"id": 1}, ' * 1000)
        await writer.drain()


async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
    """A body without an end, byte by byte: each of them comes in time."""
    writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"items": [')
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


HALF = http('{"items": [{"id": 1, "created": "2026-')
LOGIN_PAGE = http("<html><body><form>Logga in<input type='password'></form></body></html>")
NOTHING = http('{"items": []}', content_type="application/json")
TOO_MANY = http("", "429 Too Many Requests", retry_after="0")
BROKEN = http("<h1>Internal Server Error</h1>", "500 Internal Server Error")

PASSING: dict[str, bytes | Answering] = {
    "slow": slow,
    "429 with Retry-After": TOO_MANY,
    "500": BROKEN,
    "half a JSON": HALF,
    "cut off": cut_off,
    "closed at once": b"",
    "a page of nothing": NOTHING,
}


@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_costs_nothing_but_time(room: Room, trouble: str) -> None:
    said = {} if trouble != "a page of nothing" else {"history": None}
    room.desk.trouble = now_and_then(PASSING[trouble])
    (done,) = room.syncs(**said)
    assert (done.failure, done.new) == (None, CASES)
    assert room.is_whole()
    assert room.store.covered() == [Covered("desk", None, room.clock.at)]


async def back_in_time(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
    """The oldest cases, whatever was asked for."""
    old = {"id": 1, "created": "2025-01-01T00:00:00Z", "updated": "2025-01-01T00:00:00Z"}
    return http(json.dumps({"items": [old]}))


LASTING: dict[str, tuple[bytes | Answering, SourceFailure, str]] = {
    "429 for an hour": (
        http("", "429 Too Many Requests", retry_after="3600"),
        SourceFailure.RATE_LIMITED,
        r"GET /\w+: status 429; it asks to wait 3600 s",
    ),
    "500": (BROKEN, SourceFailure.SERVER_ERROR, r"GET /\w+: status 500 \(5 attempts\)"),
    "half a JSON": (
        HALF,
        SourceFailure.NOT_JSON,
        r"GET /\w+: the JSON is broken off or malformed \(38 bytes\) \(5 attempts\)",
    ),
    "a login page with status 200": (
        LOGIN_PAGE,
        SourceFailure.UNAUTHORISED,
        r"GET /\w+: an HTML login page came instead of JSON; check the credential",
    ),
    "a cursor that goes back": (
        back_in_time,
        SourceFailure.BAD_CURSOR,
        r"the cursor went back: case 1 was changed 2025-01-01 00:00:00Z, which is before "
        r"2026-01-01 .*; only cases changed since then were asked for",
    ),
    "an endless body": (
        endless,
        SourceFailure.WRONG_SHAPE,
        r"/\w+: more than 1000000 bytes; lower page_size",
    ),
    "a body that trickles": (
        trickle,
        SourceFailure.TIMEOUT,
        r"GET /\w+: no whole answer within 300ms \(5 attempts\)",
    ),
    "silence": (
        silent,
        SourceFailure.TIMEOUT,
        r"GET /\w+: no whole answer within 300ms \(5 attempts\)",
    ),
    "an answer of another kind": (
        http('{"status": "ok"}'),
        SourceFailure.WRONG_SHAPE,
        r"'items' finds no list of records in the answer",
    ),
}


@pytest.mark.parametrize("trouble", LASTING)
def test_what_lasts_ends_the_pass_with_its_reason_and_the_next_one_goes_on(
    room: Room, trouble: str
) -> None:
    answer, failure, message = LASTING[trouble]
    room.desk.trouble = always(answer)
    (done,) = room.syncs(timeout="300ms", max_body="1MB", history=None)
    assert done.failure is failure
    assert re.fullmatch(message, done.message), done.message
    state = room.store.source_state("desk")
    assert (state.failure, state.message) == (failure, done.message)
    # What came before it is kept, and nothing is claimed of the rest.
    assert 20 <= done.new < CASES
    assert room.store.covered() == []
    assert state.watermark is None
    room.desk.trouble = None
    room.desk.asked.clear()
    (again,) = room.syncs(history=None)
    assert again.failure is None
    assert room.is_whole()
    assert "since=2000" not in room.desk.asked[0].path


def test_a_desk_without_any_case_is_one_that_hides_them(room: Room) -> None:
    room.desk = Desk(0)
    (done,) = room.syncs()
    assert done.failure is SourceFailure.FORBIDDEN
    assert room.store.covered() == []


def test_a_desk_that_gives_the_same_page_again_and_again_is_found_out(room: Room) -> None:
    room.desk = Desk()
    for _ in range(50):
        room.desk.add()
    params = {"since": "{since}", "size": "{size}", "unknown": "{page}"}
    (done,) = room.syncs(request={"path": "/tickets", "params": params})
    assert done.failure is SourceFailure.BAD_CURSOR
    assert done.message.startswith("the same page comes again and again at 2026-01-01 00:00:00Z")


def test_a_secret_that_the_desk_throws_back_is_not_told(room: Room) -> None:
    secret = "hemligt-ord-4711"
    room.desk.trouble = always(http(json.dumps({"message": f"bad {secret}"}), "400 Bad"), after=0)
    auth = {"type": "bearer", "token": secret}
    (done,) = room.syncs(auth=auth, error="message")
    assert done.message == "GET /tickets: status 400, bad ***"


def test_a_desk_that_is_silent_from_the_12th_is_covered_to_the_12th_and_no_further(
    room: Room,
) -> None:
    first = instant(START)
    for day in range(1, 32):
        room.clock.at = first + day * DAY + 3 * HOUR
        if day == 12:
            room.desk.trouble = always(silent, after=0)
        room.syncs(timeout="50ms", retry={"attempts": 1})
    twelfth = first + 11 * DAY + 3 * HOUR
    assert room.store.covered() == [Covered("desk", None, twelfth)]
    state = room.store.source_state("desk")
    assert (state.failure, state.failing_since) == (SourceFailure.TIMEOUT, twelfth + DAY)
    # On the 3rd of the next month it is back.
    room.desk.trouble = None
    room.desk.edit(3, status="resolved")
    room.clock.at = first + 33 * DAY
    room.syncs()
    assert room.store.covered() == [Covered("desk", None, first + 33 * DAY)]
    assert room.is_whole()


SYNC = """
import asyncio, json, resource, sys, time
from contextlib import closing
from collector.services.sync import Sync
from collector.sources.declared import DeclaredSource
from collector.sources.rest import RestSource
from collector.store import open_store

class Clock:
    def now(self): return time.time_ns() // 1000
    monotonic = now

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def main(database, declared):
    source = RestSource("desk", DeclaredSource.model_validate(declared))
    told = []
    def progress(it):
        if it.read >= 5000 and not told:
            told.append(peak())
    with closing(open_store(database, create=True)) as store:
        syncing = Sync(store, Clock())
        done = await syncing.run(source, progress=progress)
        again = await syncing.run(source)
    await source.close()
    failures = [done.message, again.message]
    print(json.dumps({"new": done.new, "failures": failures, "early": told[0], "peak": peak()}))

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""


def test_fifty_thousand_cases_are_read_whole_while_others_edit_and_memory_stays_flat(
    tmp_path: Path,
) -> None:
    desk = Desk(50_000, each=timedelta(seconds=1))
    database = f"sqlite:///{tmp_path}/driftkoll.db"
    count = 0

    def edit(asked: Asked) -> None:
        # Those that were read, those that are read just now, and those that are still to come.
        nonlocal count
        count += 1
        if count <= 150:
            for number in (count, 300 * count, 50_001 - 7 * count):
                desk.edit(number, status="pending", group=f"Grupp {count % 5}")
            desk.add()
        desk.asked.clear()

    desk.before_answer = edit

    async def scenario() -> dict[str, Any]:
        async with serving(desk) as port:
            said = json.dumps(declaration(port, page_size=500))
            command = [sys.executable, "-c", SYNC, database, said]
            process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            out, _ = await process.communicate()
            return json.loads(out)

    told = asyncio.run(scenario())
    assert told["failures"] == ["", ""]
    with closing(open_store(database)) as store:
        room = Room(store, desk)
        assert len(desk.cases) == 50_000 + min(count, 150)
        assert room.is_whole()
    # Ten times as many cases as at first take no more than a few pages' worth of memory.
    assert told["peak"] - told["early"] < 40, told

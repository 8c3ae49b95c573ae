"""Sources are read each at its own pace, and none is in the way of another."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from support.figures import ZONE, at

from collector.domain.instants import HOUR, SECOND, Instant
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import StoreUnavailable
from collector.services.keep_sources import SourceJob, SourceKeeper, next_night

LONG = 24 * HOUR


class Clock:
    """One that stands still: nobody here waits for it."""

    def now(self) -> Instant:
        return at("2026-11-20T12:00")

    def monotonic(self) -> Instant:
        return 0


class States:
    """The states of sources, of a CaseStore."""

    def source_state(self, source: str) -> SourceState:
        return SourceState(source, complete_at=7 * SECOND)


class Metrics:
    """What was told of sources."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.known: Mapping[str, Instant | None] = {}

    def known_sources(self, last_success: Mapping[str, Instant | None]) -> None:
        self.known = last_success

    def source_succeeded(self, source: str, at: Instant | None) -> None:
        self.told.append((source, "read", str(at)))

    def source_failed(self, source: str, reason: str) -> None:
        self.told.append((source, reason))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def keeper() -> tuple[SourceKeeper, Metrics]:
    metrics = Metrics()
    return SourceKeeper(States(), Clock(), metrics), metrics  # type: ignore[arg-type]  # states alone


def job(source: str, outcome: object = None, *, said: object = 1, every: int = LONG) -> SourceJob:
    async def read() -> SourceFailure | None:
        if isinstance(outcome, BaseException):
            raise outcome
        assert outcome is None or isinstance(outcome, SourceFailure)
        return outcome

    return SourceJob(source, said, every, read)


def test_each_source_tells_how_it_went_and_a_bug_in_one_stops_no_other() -> None:
    async def tried() -> list[tuple[str, ...]]:
        sources, metrics = keeper()
        jobs = [
            job("bug", ValueError("x")),
            job("away", StoreUnavailable("locked")),
            job("closed", SourceFailure.FORBIDDEN),
            job("sound"),
        ]
        await sources.take({each.source: each for each in jobs}, ZONE)
        await until(lambda: len(metrics.told) == 3)
        await sources.stop()
        assert dict(metrics.known) == dict.fromkeys(["bug", "away", "closed", "sound"], 7 * SECOND)
        return metrics.told

    assert sorted(asyncio.run(tried())) == [
        ("bug", "bug"),
        ("closed", "forbidden"),
        ("sound", "read", str(7 * SECOND)),
    ]


def test_sources_are_read_in_a_thread_of_their_own() -> None:
    threads: list[str] = []

    async def read() -> None:
        threads.append(threading.current_thread().name)

    async def tried() -> None:
        sources, _ = keeper()
        await sources.take({"desk": SourceJob("desk", 1, LONG, read)}, ZONE)
        await until(lambda: bool(threads))
        await sources.stop()

    asyncio.run(tried())
    assert threads == ["sources"]


def test_a_source_that_hangs_is_let_go_of_when_the_agent_stops() -> None:
    ended: list[str] = []

    async def read() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("read")

    async def close() -> None:
        ended.append("closed")

    async def tried() -> None:
        sources, _ = keeper()
        await sources.take({"desk": SourceJob("desk", 1, LONG, read, close=close)}, ZONE)
        await asyncio.sleep(0.05)
        await sources.stop()

    asyncio.run(tried())
    assert ended == ["read", "closed"]


def test_a_reload_swaps_what_changed_and_leaves_the_rest_as_it_is() -> None:
    async def tried() -> list[tuple[str, ...]]:
        sources, metrics = keeper()
        await sources.take({"a": job("a"), "b": job("b"), "c": job("c")}, ZONE)
        await until(lambda: len(metrics.told) == 3)
        metrics.told.clear()
        again = {"a": job("a"), "b": job("b", SourceFailure.TIMEOUT, said=2), "d": job("d")}
        await sources.take(again, ZONE)
        await until(lambda: len(metrics.told) == 2)
        await sources.stop()
        assert metrics.known.keys() == again.keys()
        return metrics.told

    assert sorted(asyncio.run(tried())) == [("b", "timeout"), ("d", "read", str(7 * SECOND))]


def test_without_sources_no_thread_is_started() -> None:
    async def tried() -> None:
        sources, _ = keeper()
        await sources.take({}, ZONE)
        assert "sources" not in {each.name for each in threading.enumerate()}
        await sources.stop()

    asyncio.run(tried())


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-20T02:00", "2026-11-20T03:00"),
        ("2026-11-20T03:00", "2026-11-21T03:00"),
        ("2026-10-24T12:00", "2026-10-25T03:00"),
    ],
)
def test_the_night_is_local(now: str, then: str) -> None:
    assert next_night(at(now), time(3), ZoneInfo("Europe/Stockholm")) == at(then)

"""Keep sources: reads each of them at its own pace, beside the polling and beside each other.

All of it runs in a thread of its own with an event loop of its own, so that neither a slow source
nor a large answer is ever in the way of a poll.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Duration, Instant, instant, moment
from collector.domain.sources import SourceFailure
from collector.ports import CaseStore, Clock, SourceMetrics, StoreUnavailable

log = logging.getLogger(__name__)

_STOP_WITHIN = 3.0
"""Seconds that a source may take to let go when the agent stops."""

Read = Callable[[], Awaitable[SourceFailure | None]]


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class SourceJob:
    """How a source is read: `read` every so often, `nightly` at a local time of day; each tells why
    it failed, None where it did not. A job that is `said` the same again goes on as it is."""

    source: str
    said: Any
    every: Duration
    read: Read
    nightly: Read | None = None
    nightly_at: time = time(3)
    close: Callable[[], Awaitable[None]] = _nothing


class SourceKeeper:
    """Runs the jobs of the sources that there are."""

    def __init__(self, store: CaseStore, clock: Clock, metrics: SourceMetrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._jobs: dict[str, SourceJob] = {}
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._zone = ZoneInfo("UTC")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._bugs: set[str] = set()

    async def take(self, jobs: Mapping[str, SourceJob], zone: ZoneInfo) -> None:
        """Run these jobs and no others. What is told the same as before is not disturbed."""
        if self._thread is None:
            if not jobs:
                return
            self._start()
        self._zone = zone
        self._metrics.known_sources(await asyncio.to_thread(self._successes, list(jobs)))
        await self._there(self._take(dict(jobs)))

    async def stop(self) -> None:
        """End all of them; what was stored of a pass is where the next one goes on."""
        if self._thread is None or self._loop is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._there(self._take({})), _STOP_WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join, _STOP_WITHIN)
        self._thread = self._loop = None

    def _start(self) -> None:
        loop = asyncio.new_event_loop()

        def serve() -> None:
            asyncio.set_event_loop(loop)
            try:
                loop.run_forever()
            finally:
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.close()

        self._loop = loop
        self._thread = threading.Thread(target=serve, name="sources", daemon=True)
        self._thread.start()

    async def _there(self, work: Any) -> None:
        """Do something in the thread of the sources, and wait for it."""
        assert self._loop is not None
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _successes(self, sources: list[str]) -> dict[str, Instant | None]:
        """When each was read whole the last time."""
        try:
            return {name: self._store.source_state(name).complete_at for name in sources}
        except StoreUnavailable:
            return dict.fromkeys(sources)

    async def _take(self, jobs: dict[str, SourceJob]) -> None:
        for name, old in list(self._jobs.items()):
            if name not in jobs or jobs[name].said != old.said:
                await self._end(name)
            else:
                await jobs[name].close()
        for name, job in jobs.items():
            if name not in self._jobs:
                self._jobs[name] = job
                tasks = [asyncio.create_task(self._at_its_pace(job), name=f"read {name}")]
                if job.nightly is not None:
                    tasks.append(asyncio.create_task(self._each_night(job, job.nightly)))
                self._tasks[name] = tasks

    async def _end(self, name: str) -> None:
        tasks = self._tasks.pop(name)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Exception):
            await self._jobs[name].close()
        del self._jobs[name]

    async def _at_its_pace(self, job: SourceJob) -> None:
        while True:
            began = self._clock.monotonic()
            if await self._done(job, job.read):
                at = await asyncio.to_thread(self._successes, [job.source])
                self._metrics.source_succeeded(job.source, at[job.source])
            took = self._clock.monotonic() - began
            await asyncio.sleep(max(job.every - took, SECOND) / SECOND)

    async def _each_night(self, job: SourceJob, nightly: Read) -> None:
        while True:
            now = self._clock.now()
            # The wall clock may be set meanwhile: look again before long.
            left = next_night(now, job.nightly_at, self._zone) - now
            if left > 60 * SECOND:
                await asyncio.sleep(min(left / SECOND - 30, 600))
                continue
            await asyncio.sleep(left / SECOND)
            await self._done(job, nightly)
            await asyncio.sleep(60)

    async def _done(self, job: SourceJob, work: Read) -> bool:
        """Whether a source was read; one that has a bug stops no other."""
        try:
            failure = await work()
        except StoreUnavailable:
            return False  # whoever writes what was polled tells of it
        except Exception:  # a bug in reading one source must not end the others
            if job.source not in self._bugs:
                log.exception("%s could not be read", job.source)
            self._bugs.add(job.source)
            failure = SourceFailure.BUG
        else:
            self._bugs.discard(job.source)
        if failure is not None:
            self._metrics.source_failed(job.source, failure.value)
        return failure is None


def next_night(now: Instant, at: time, zone: ZoneInfo) -> Instant:
    """The next time that it is that time of day in a zone."""
    today = moment(now).astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        found = instant(datetime.combine(day, at, tzinfo=zone))
        if found > now:
            return found
    return now + 24 * 3600 * SECOND

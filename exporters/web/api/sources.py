"""What the operations work with, and the threads that they do it in."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Response

from collector.domain.desks import NO_DESK, Desk
from collector.domain.instants import Instant
from collector.domain.measurements import Indicator
from collector.domain.targets import Kind, Target
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import Store
from exporters import json_text

_Result = TypeVar("_Result")

_QUERIES_AT_A_TIME = 2
_WAITING = 50


class Workers:
    """Threads of their own for what takes time, so that neither polling nor its writes wait.

    When too many wait already, the next are told to come back: 503.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._under_way = 0

    async def run(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """The result of `work`, done in one of the threads."""
        if self._under_way >= _WAITING:
            raise HTTPException(503, "too much is asked at a time; try again", {"Retry-After": "1"})
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, work, *arguments)
        finally:
            self._under_way -= 1


@dataclass(frozen=True, slots=True)
class Configured:
    """What of the configuration the operations need."""

    zone: ZoneInfo
    sites: Mapping[str, str]
    population: Mapping[Kind, int]
    register: Sequence[Indicator]
    targets: Sequence[Target]
    service: ServiceHours = AROUND_THE_CLOCK
    desk: Desk = NO_DESK


@dataclass(frozen=True, slots=True)
class Sources:
    """The store, the clock, and the configuration as it is after the latest reload.

    `open_reading` says that the agent listens on loopback alone: who is on this machine may read
    without signing in.
    """

    store: Store
    now: Callable[[], Instant]
    configured: Callable[[], Configured]
    open_reading: bool
    workers: Workers = field(default_factory=lambda: Workers(_QUERIES_AT_A_TIME, "api"))

    async def answer(self, work: Callable[[], Any], status: int = 200) -> Response:
        """What `work` gives, as JSON; both are made in a thread."""

        def made() -> str:
            return json_text.dumps(work()) + "\n"

        return Response(
            await self.workers.run(made),
            status,
            {"Cache-Control": "no-store"},
            media_type="application/json",
        )

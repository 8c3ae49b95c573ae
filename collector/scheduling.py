"""Scheduling: which of the agent's jobs runs when (APScheduler 3)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class Schedule:
    """A handful of jobs, each at a fixed pace and never beside itself.

    A job that is late runs once, however late; what a late turn of the wheel means is the
    polling's to say. Triggers have no jitter, since APScheduler adds jitter up.
    """

    def __init__(self) -> None:
        # APScheduler tells of each run and of each skipped one; a missed turn has its own metric,
        # and a bug in a job is told of below.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_log_bug, EVENT_JOB_ERROR)
        self._paces: dict[str, int] = {}
        self._stopping = False

    def every(self, seconds: int, name: str, job: Job) -> None:
        """Run a coroutine function at a pace."""

        async def run() -> None:
            try:
                await job()
            except asyncio.CancelledError:
                if not self._stopping:
                    raise

        self._paces[name] = seconds
        self._scheduler.add_job(run, IntervalTrigger(seconds=seconds, timezone="UTC"), id=name)

    def start(self) -> None:
        """Start in the running event loop."""
        self._scheduler.start()

    def resync(self) -> None:
        """Begin all paces anew: APScheduler would wait out a wall clock set back."""
        for name, seconds in self._paces.items():
            trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
            self._scheduler.reschedule_job(name, trigger=trigger)

    def stop(self) -> None:
        """Start no more jobs, and end those that run."""
        self._stopping = True
        self._scheduler.shutdown(wait=False)


def _log_bug(event: JobExecutionEvent) -> None:
    log.error("job %s has a bug", event.job_id, exc_info=event.exception)

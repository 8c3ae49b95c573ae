"""The running agent: its parts, its jobs, and what signals do to it."""

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Protocol

from collector.domain.batches import Resumption
from collector.domain.events import Event, EventKind
from collector.domain.instants import SECOND, Instant
from collector.domain.live import Live
from collector.ports import Clock, PollMetrics, Probe, SourceMetrics, Store, StoreUnavailable
from collector.scheduling import Schedule
from collector.services.clockwatch import Clockwatch
from collector.services.configure import Applied, apply, save_places
from collector.services.devices import Devices
from collector.services.keep_figures import FigureKeeper, Scope
from collector.services.keep_sources import SourceJob, SourceKeeper
from collector.services.live import known_until, live_targets
from collector.services.poll import Poller
from collector.services.record import Recorder
from collector.services.resume import resume
from collector.services.working import WorkCalendar
from collector.settings.errors import ConfigurationError
from collector.settings.settings import Settings

log = logging.getLogger(__name__)

STOP_WITHIN = 4.0
"""Seconds that writing what waits may take when the agent stops."""

_REST_BETWEEN_STEPS = 0.02
"""Seconds between two steps of retention, so that polling always finds the database free."""

_GC_THRESHOLDS = (20_000, 50, 100)

MakeProbes = Callable[[Settings], Mapping[str, Probe]]
MakeJobs = Callable[[Settings], Mapping[str, SourceJob]]


class AgentMetrics(PollMetrics, SourceMetrics, Protocol):
    """What the agent tells of itself."""


def no_jobs(settings: Settings) -> Mapping[str, SourceJob]:
    """Of an agent that reads no sources."""
    return {}


class Agent:
    """Everything that runs while `driftkoll run` does."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        metrics: AgentMetrics,
        make_probes: MakeProbes,
        make_jobs: MakeJobs = no_jobs,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._make_probes = make_probes
        self._make_jobs = make_jobs
        self._recorder = Recorder(store, clock, metrics)
        left = store.resume()
        self._left: Resumption | None = left
        self._devices = Devices(self._recorder, left.devices)
        self._work = WorkCalendar(store, clock)
        self._poller = Poller(
            clock=clock,
            recorder=self._recorder,
            devices=self._devices,
            metrics=metrics,
            probes=make_probes(settings),
            rules=settings.polling,
            in_work=self._work.at,
        )
        self._keeper = FigureKeeper(
            store, clock, lambda now: known_until(self._poller.watches, now)
        )
        self._sources = SourceKeeper(store, clock, metrics)
        self._schedule = Schedule()
        self._clockwatch = Clockwatch(clock, metrics, self._stepped)
        self._offset = 0
        self._turned = False
        self._last_reload_successful = True
        self._watching: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._live: Live | None = None

    @property
    def settings(self) -> Settings:
        """The configuration in force."""
        return self._settings

    @property
    def keeper(self) -> FigureKeeper:
        """The latest figures."""
        return self._keeper

    def live(self) -> Live:
        """All targets as they stood within the last second; callable from any thread."""
        now, latest = self._clock.now(), self._live
        if latest is not None and latest.ready and latest.at <= now < latest.at + SECOND:
            return latest
        self._live = latest = Live(
            at=now,
            targets=live_targets(self._poller, self._work.at(now), now),
            blind=self._poller.sentinels.blind,
            writable=self._recorder.writable,
            last_reload_successful=self._last_reload_successful,
            ready=self._turned,
        )
        return latest

    def start(self) -> None:
        """Take up what the last run left, and begin to poll."""
        now = self._clock.now()
        left, self._left = self._left, None
        assert left is not None, "an agent is started once"
        ids = self._store.register(self._settings.targets, now)
        slots = {(check.target, check.probe): check.slot for check in left.checks}
        applied = apply(self._settings.targets, ids, self._poller, self._recorder, now, slots)
        resume(self._poller.watches.values(), left, self._recorder, now)
        save_places(self._poller, self._store)
        self._recorder.event(Event(now, EventKind.STARTED, None, {"targets": applied.added}))
        self._recorder.start()
        self._work.refresh()
        self._offset = now - self._clock.monotonic()
        self._schedule.every(1, "turn", self._turn)
        self._schedule.every(5, "sweep", self._poller.sweep)
        self._schedule.every(2, "work", self._look_at_work)
        self._schedule.every(5, "figures", self._work_out_figures)
        self._schedule.every(300, "retention", self._retain)
        self._schedule.start()
        self._watching = asyncio.create_task(self._clockwatch.run())
        self._reading = asyncio.create_task(self._take_sources())
        # What was built so far stays, and polling makes next to no cycles: left at its defaults the
        # collector walks through all of it several times a minute, a quarter of a second each.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        log.info("polling %d targets", applied.added)

    async def reload(self, load: Callable[[], Settings]) -> None:
        """Take a changed configuration; one that is wrong leaves the old one running."""
        try:
            settings = await asyncio.to_thread(load)
            applied = await self._take(settings)
        except (ConfigurationError, StoreUnavailable) as error:
            self._last_reload_successful = False
            for line in getattr(error, "problems", (error,)):
                log.error("configuration not reloaded, the old one goes on: %s", line)
            return
        self._last_reload_successful = True
        log.info(
            "configuration reloaded: %d targets added, %d changed, %d removed, %d as before",
            applied.added,
            applied.changed,
            applied.removed,
            applied.same,
        )

    async def _take(self, settings: Settings) -> Applied:
        # What was found before the change must be stored before it.
        self._poller.flush()
        await asyncio.to_thread(self._recorder.drain, STOP_WITHIN)
        now = self._clock.now()
        ids = await asyncio.to_thread(self._store.register, settings.targets, now)
        before = self._settings
        if _probing(settings) != _probing(before):
            old = self._poller.flights.probes
            self._poller.flights.take(self._make_probes(settings))
            await _close(old.values())
        self._poller.take_rules(settings.polling)
        applied = apply(settings.targets, ids, self._poller, self._recorder, now)
        await asyncio.to_thread(save_places, self._poller, self._store)
        self._settings = settings
        await self._take_sources()
        self._recorder.event(Event(now, EventKind.RELOADED, None, {"added": applied.added}))
        for name in ("database", "listen", "web_config_file"):
            if getattr(settings, name) != getattr(before, name):
                log.warning("a changed %s takes effect when the agent is started again", name)
        return applied

    async def stop(self) -> bool:
        """Stop polling and write what waits; False if that took too long."""
        self._schedule.stop()
        if self._watching is not None:
            self._watching.cancel()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        stopping = asyncio.create_task(self._sources.stop())
        await self._poller.stop()
        self._recorder.event(Event(self._clock.now(), EventKind.STOPPED))
        written = await asyncio.to_thread(self._recorder.stop, STOP_WITHIN)
        await _close(self._poller.flights.probes.values())
        await stopping
        return written

    async def _take_sources(self) -> None:
        """Read the sources of the configuration in force."""
        settings = self._settings
        jobs = await asyncio.to_thread(self._make_jobs, settings)
        await self._sources.take(jobs, settings.zone)

    async def _turn(self) -> None:
        self._poller.turn(self._clock.monotonic() + self._offset)
        self._poller.flush()
        self._turned = True

    async def _look_at_work(self) -> None:
        with suppress(StoreUnavailable):  # what was known goes on; the recorder says what is wrong
            await asyncio.to_thread(self._work.refresh)

    async def _work_out_figures(self) -> None:
        s = self._settings
        scope = Scope(s.zone, s.register, s.sites, s.population, s.service, s.desk)
        with suppress(StoreUnavailable):  # the recorder tells of it, once
            await asyncio.to_thread(self._keeper.refresh, scope)

    async def _retain(self) -> None:
        def work() -> None:
            for _ in self._store.retain(self._settings.retention, self._clock.now()):
                time.sleep(_REST_BETWEEN_STEPS)

        if self._recorder.writable:
            with suppress(StoreUnavailable):
                await asyncio.to_thread(work)

    def _stepped(self, before: Instant, after: Instant) -> None:
        self._poller.stepped(before, after)
        self._schedule.resync()


def _probing(settings: Settings) -> tuple[object, ...]:
    """What the probe objects depend on."""
    kinds = {spec.kind for target in settings.targets for spec in target.probes}
    return settings.snmp_profiles, settings.snmp_client, kinds


async def _close(probes: Iterable[Probe]) -> None:
    for probe in probes:
        await probe.close()

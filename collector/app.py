"""The composition root: the one place that wires things, and the one that owns the clock."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from collector import logs
from collector.agent import Agent
from collector.domain.instants import Instant
from collector.ports import Probe, Resolver, Store
from collector.probes.registry import ProbeContext, probe_kinds
from collector.probes.resolver import DnsResolver
from collector.settings.load import Settings, load
from collector.store import open_store
from exporters.self_metrics import SelfMetrics
from exporters.web.app import create_app
from exporters.web.server import WebServer

log = logging.getLogger(__name__)


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Instant:
        """The wall clock, in microseconds since the epoch."""
        return time.time_ns() // 1000

    def monotonic(self) -> Instant:
        """Microseconds of a clock that never is set."""
        return time.monotonic_ns() // 1000


def build_probes(settings: Settings, resolver: Resolver) -> Mapping[str, Probe]:
    """One probe object of each kind that the targets use."""
    context = ProbeContext(
        resolver=resolver,
        snmp_profiles=settings.snmp_profiles,
        snmp_client=settings.snmp_client,
    )
    wanted = {spec.kind for target in settings.targets for spec in target.probes}
    return {kind: make(context) for kind, make in probe_kinds().items() if kind in wanted}


def run(path: Path) -> int:
    """Run the agent in the foreground until it is told to stop; its exit status.

    Raises ConfigurationError, StoreError and ListenError, each with lines for the user.
    """
    settings = load(path, os.environ)
    logs.set_up(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    store = open_store(settings.database, create=True)
    try:
        return asyncio.run(_serve(path, settings, store))
    finally:
        store.close()


async def _serve(path: Path, settings: Settings, store: Store) -> int:
    metrics = SelfMetrics()
    resolver = DnsResolver()
    agent = Agent(
        settings, store, SystemClock(), metrics, lambda chosen: build_probes(chosen, resolver)
    )
    app = create_app(
        live=agent.live,
        figures=lambda: agent.keeper.figures,
        metrics=metrics,
        web_config_path=settings.web_config_file,
    )
    host, port = settings.listen
    server = WebServer(app, host, port, settings.web_config_file)
    await server.start()
    agent.start()
    log.info("listening on http://%s:%d", host, port)
    await _told_to_stop(lambda: agent.reload(lambda: load(path, os.environ)))
    await server.stop()
    return 0 if await agent.stop() else 1


async def _told_to_stop(reload: Callable[[], Coroutine[None, None, None]]) -> None:
    """Wait for SIGTERM or SIGINT; SIGHUP reloads, one reload at a time."""
    loop, told, reloads = asyncio.get_running_loop(), asyncio.Event(), asyncio.Queue[None]()

    async def reload_when_asked() -> None:
        while True:
            await reloads.get()
            await reload()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    loop.add_signal_handler(signal.SIGHUP, reloads.put_nowait, None)
    reloading = asyncio.create_task(reload_when_asked())
    await told.wait()
    reloading.cancel()

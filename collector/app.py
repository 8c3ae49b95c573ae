"""The composition root: the one place that wires things, and the one that owns the clock."""

import asyncio
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path

from collector import logs
from collector.agent import Agent
from collector.domain.instants import Instant
from collector.ports import Store
from collector.probes._resolver import DnsResolver
from collector.services.sync import Sync
from collector.settings.load import load
from collector.settings.probing import build_probes
from collector.settings.settings import Settings
from collector.settings.source_jobs import source_jobs
from collector.store import open_store
from collector.store.holding import hold
from exporters.self_metrics import SelfMetrics
from exporters.web.api.access import is_loopback
from exporters.web.api.sources import Configured, Sources
from exporters.web.app import create_app
from exporters.web.server import WebServer
from exporters.web.web_config_file import WebConfigFile

log = logging.getLogger(__name__)


UNWRITTEN = 3
"""The exit status when the agent had to stop before the database took all that was found."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Instant:
        """The wall clock, in microseconds since the epoch."""
        return time.time_ns() // 1000

    def monotonic(self) -> Instant:
        """Microseconds of a clock that never is set."""
        return time.monotonic_ns() // 1000


def run(path: Path) -> int:
    """Run the agent in the foreground until it is told to stop; its exit status.

    Raises ConfigurationError, StoreError and ListenError, each with lines for the user.
    """
    settings = load(path, os.environ)
    logs.set_up(settings.log_level, settings.log_format)
    _favour_polling()
    for warning in settings.warnings:
        log.warning("%s", warning)
    with hold(settings.database), closing(open_store(settings.database, create=True)) as store:
        return asyncio.run(_serve(path, settings, store))


def _favour_polling() -> None:
    """Take all the descriptors that the machine grants, since each SNMP session is a socket, and
    let threads that compute hand over at once: polling lets go of the interpreter at each packet,
    and would wait out their turn (5 ms by default) each time."""
    sys.setswitchinterval(0.0005)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(path: Path, settings: Settings, store: Store) -> int:
    metrics, clock = SelfMetrics(), SystemClock()
    resolver, sync = DnsResolver(), Sync(store, clock)
    agent = Agent(
        settings,
        store,
        clock,
        metrics,
        lambda chosen: build_probes(chosen, chosen.targets, resolver),
        lambda chosen: source_jobs(chosen, store, clock, sync),
    )
    web_config = WebConfigFile(settings.web_config_file)
    app = create_app(
        live=agent.live,
        figures=lambda: agent.keeper.figures,
        metrics=metrics,
        web_config=web_config,
        api=Sources(
            store,
            clock.now,
            lambda: _configured(agent.settings),
            open_reading=is_loopback(settings.listen[0]),
        ),
        organisation=settings.organisation,
    )
    host, port = settings.listen
    if not is_loopback(host) and not web_config.tls:
        log.warning(
            "%s is not loopback and has no TLS: passwords and tokens can be read on the "
            "way; give web.config_file a tls_server_config",
            host,
        )
    server = WebServer(app, host, port, web_config)
    await server.start()
    agent.start()
    log.info("listening on http://%s:%d", host, port)
    await _told_to_stop(lambda: agent.reload(lambda: load(path, os.environ)))
    await server.stop()
    return 0 if await agent.stop() else UNWRITTEN


def _configured(settings: Settings) -> Configured:
    return Configured(
        settings.zone,
        settings.sites,
        settings.population,
        settings.register,
        settings.targets,
        settings.service,
        settings.desk,
    )


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

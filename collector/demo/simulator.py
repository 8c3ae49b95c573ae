"""The process that plays the organisation: agents, services and the script of faults.

It says `ready` and its ports on standard output when all of them listen, begins the script at the
first line of standard input, tells each step and what happens to a case as a line of JSON, and ends
when standard input does: however the demo that started it ends, so does this.
"""

import asyncio
import sys
import time
from contextlib import suppress
from datetime import UTC
from socket import SOCK_DGRAM, SOCK_STREAM

from collector.demo.claiming import claim
from collector.demo.desk import Desk
from collector.demo.desk_server import DeskServer
from collector.demo.desk_stories import stories
from collector.demo.desk_story import Sessions
from collector.demo.faults import faults, steps
from collector.demo.http_services import HttpServices
from collector.demo.lines import as_line, begun, ready
from collector.demo.organisation import (
    DESK_ADDRESS,
    MAIL_GATEWAY,
    SENTINELS,
    ZONE,
    Ports,
    organisation,
)
from collector.demo.small_services import SmallServices
from collector.demo.snmp_agents import SnmpAgents
from collector.demo.world import World
from collector.domain.instants import Instant
from collector.domain.targets import Kind

_WANTED = Ports(snmp=16161, http=18780, small=16053)

_LOOK_EVERY = 1.0
"""Seconds between two looks at what happens at the servicedesk."""


def main() -> None:
    """Play until standard input ends."""
    asyncio.run(_play())


def _now() -> Instant:
    return time.time_ns() // 1000


async def _play() -> None:
    devices = organisation()
    world = World(devices, _now())
    platforms = [d.address for d in devices if d.kind is Kind.INTEGRATION_PLATFORM]
    gateway = [d.address for d in devices if d.name == MAIL_GATEWAY]
    name_servers = [d.address for d in devices if d.name in SENTINELS]
    snmp_port, (snmp,) = claim(_WANTED.snmp, {SOCK_DGRAM: [d.address for d in devices]})
    http_port, (http,) = claim(_WANTED.http, {SOCK_STREAM: [*platforms, DESK_ADDRESS]})
    small_port, (greeting, answering) = claim(
        _WANTED.small, {SOCK_STREAM: gateway, SOCK_DGRAM: name_servers}
    )
    agents = SnmpAgents(devices, snmp, world, _now)
    platform_sockets = {address: http[address] for address in platforms}
    services = HttpServices(devices, platform_sockets, world, _now)
    desk = DeskServer(http[DESK_ADDRESS], UTC)
    small = SmallServices(devices, greeting, answering, world, _now)
    await small.start()
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    tasks = [asyncio.create_task(services.serve()), asyncio.create_task(desk.serve())]
    _say(ready(Ports(snmp_port, http_port, small_port)))
    if sessions := begun((await orders.readline()).decode()):
        tasks.append(asyncio.create_task(_follow_script(world)))
        tasks.append(asyncio.create_task(_follow_cases(sessions, desk)))
    await orders.read()
    for task in reversed(tasks):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    small.close()
    agents.close()


async def _follow_script(world: World) -> None:
    began = time.monotonic()
    for step in steps(faults(organisation())):
        await asyncio.sleep(began + step.at - time.monotonic())
        world.take(step, _now())
        _say(as_line(step))


async def _follow_cases(sessions: Sessions, server: DeskServer) -> None:
    """Open the servicedesk as it stands, and let time pass there."""
    desk = await asyncio.to_thread(_opened, sessions)
    server.open(desk)
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        for happened in desk.advance(_now()):
            _say(as_line(happened))


def _opened(sessions: Sessions) -> Desk:
    desk = Desk(stories(sessions, ZONE))
    desk.advance(sessions.starts[-1])
    return desk


def _say(line: str) -> None:
    # Nobody listens any more when the demo is about to end: then standard input ends as well.
    with suppress(BrokenPipeError):
        print(line, flush=True)


if __name__ == "__main__":
    main()

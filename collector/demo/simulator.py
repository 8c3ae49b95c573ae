"""The process that plays the organisation: agents, services and the script of faults.

It says `ready` on standard output when all of them listen, begins the script at the first line of
standard input, tells each step as a line of JSON, and ends when standard input does: however the
demo that started it ends, so does this.
"""

import asyncio
import sys
import time
from contextlib import suppress

from collector.demo.faults import READY, as_line, faults, steps
from collector.demo.http_services import HttpServices
from collector.demo.organisation import organisation
from collector.demo.snmp_agents import SnmpAgents
from collector.demo.world import World
from collector.domain.instants import Instant


def main(arguments: list[str]) -> None:
    """Play on an SNMP port and an HTTP port of loopback addresses until standard input ends."""
    snmp_port, http_port = map(int, arguments)
    asyncio.run(_play(snmp_port, http_port))


def _now() -> Instant:
    return time.time_ns() // 1000


async def _play(snmp_port: int, http_port: int) -> None:
    devices = organisation()
    world = World(devices, _now())
    agents = SnmpAgents(devices, snmp_port, world, _now)
    services = HttpServices(devices, http_port, world, _now)
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    serving = asyncio.create_task(services.serve())
    _say(READY)
    await orders.readline()
    script = asyncio.create_task(_follow_script(world))
    await orders.read()
    for task in (script, serving):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    agents.close()


async def _follow_script(world: World) -> None:
    began = time.monotonic()
    for step in steps(faults(organisation())):
        await asyncio.sleep(began + step.at - time.monotonic())
        world.take(step, _now())
        _say(as_line(step))


def _say(line: str) -> None:
    # Nobody listens any more when the demo is about to end: then standard input ends as well.
    with suppress(BrokenPipeError):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

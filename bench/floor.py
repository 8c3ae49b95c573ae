"""The bare floor of a device poll: one ping, one SNMP GET of 3 OIDs, one row, and nothing else.

`python -m bench.floor --targets 2000 --rounds 10`
"""

import argparse
import asyncio
import resource
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gufo.ping import Ping, SelectionPolicy
from gufo.snmp import SnmpVersion
from gufo.snmp.aio import SnmpSession

from bench import network

IN_FLIGHT = 100
"""Below what overflows a default receive buffer."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What the loop cost; milliseconds of CPU per complete poll."""

    polls: int
    answered: int
    milliseconds: float
    wall_seconds: float


def parser() -> argparse.ArgumentParser:
    """The options of this benchmark."""
    options = argparse.ArgumentParser(prog="python -m bench.floor", description=__doc__)
    options.add_argument("--targets", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=10, help="times each target is polled")
    return options


def cpu() -> float:
    """User and system seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def poll(ping: Ping, address: str, port: int) -> tuple[str, float, float | None, int]:
    """One device poll as a row: address, instant, round-trip time, sysUpTime or -1."""
    at = time.time()
    rtt = await ping.ping(address)
    session = SnmpSession(
        address, port, community=network.COMMUNITY, version=SnmpVersion.v2c, timeout=2.0
    )
    try:
        answer = await session.get_many(network.OIDS)
    except TimeoutError:
        return address, at, rtt, -1
    uptime = answer[network.OIDS[0]]
    return address, at, rtt, uptime if isinstance(uptime, int) else -1


async def rounds(addresses: Sequence[str], port: int, count: int, database: Path) -> Floor:
    """Poll all targets `count` times, IN_FLIGHT at a time, each group of rows in a transaction."""
    ping = Ping(policy=SelectionPolicy.RAW_DGRAM, timeout=2.0, recv_buffer_size=4_000_000)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE sample (address TEXT, at REAL, rtt REAL, uptime INTEGER)")
    answered = 0
    used, began = cpu(), time.monotonic()
    for _ in range(count):
        for first in range(0, len(addresses), IN_FLIGHT):
            group = addresses[first : first + IN_FLIGHT]
            rows = await asyncio.gather(*(poll(ping, address, port) for address in group))
            with connection:
                connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
            answered += sum(row[2] is not None and row[3] >= 0 for row in rows)
    polls = count * len(addresses)
    spent = cpu() - used
    connection.close()
    return Floor(polls, answered, 1000 * spent / polls, time.monotonic() - began)


def measure(targets: int, count: int) -> Floor:
    """The floor on this machine now."""
    with tempfile.TemporaryDirectory() as name, network.snmpd(Path(name)) as port:
        addresses = network.addresses(targets)
        return asyncio.run(rounds(addresses, port, count, Path(name) / "floor.db"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    chosen = parser().parse_args(arguments)
    floor = measure(chosen.targets, chosen.rounds)
    print(f"polls            {floor.polls}, answered {floor.answered}, {floor.wall_seconds:.1f} s")
    print(f"CPU per poll     {floor.milliseconds:.4f} ms")


if __name__ == "__main__":
    main()

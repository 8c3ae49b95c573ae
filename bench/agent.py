"""Driftkoll's agent over targets on loopback: its configuration, its start, its scrapes."""

import csv
import gzip
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bench import network, processes
from bench.exposition import Scrape

CONFIRMATIONS = 2
TIMEOUT = 2
SENTINELS = 2
FAMILY = 40
"""A switch and what hangs on it: the targets of a block."""
SITES = {"north": "North", "south": "South", "east": "East", "west": "West"}
SCRAPE_INTERVAL = 15
HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5",
    "Accept-Encoding": "gzip",
    "User-Agent": "Prometheus/bench",
}


@dataclass(slots=True)
class Scraping:
    """What the scrapes of a window found; `down` are the targets that ever were reported down."""

    seconds: list[float] = field(default_factory=list)
    bytes: int = 0
    down: set[str] = field(default_factory=set)
    last: Scrape | None = None


def write_configuration(
    directory: Path, addresses: Sequence[str], agent: int, interval: int, v3_share: float
) -> tuple[Path, int]:
    """A configuration file over these addresses and the port that its agent will listen at."""
    port = network.free_port()
    configuration = {
        "organisation": "Bench",
        "language": "en",
        "database": "sqlite:///bench.db",
        "listen": f"127.0.0.1:{port}",
        "sites": SITES,
        "polling": {
            "interval": f"{interval}s",
            "timeout": f"{TIMEOUT}s",
            "confirmations": CONFIRMATIONS,
            "retry_interval": f"{max(1, min(10, (interval - 1) // CONFIRMATIONS - TIMEOUT))}s",
            "sentinels": [name(index) for index in range(SENTINELS)],
        },
        "snmp": {
            "profiles": {
                "default": {"version": "2c", "community": "${BENCH_COMMUNITY}"},
                "secure": {
                    "version": 3,
                    "user": network.USER,
                    "auth": "sha256",
                    "auth_key": "${BENCH_AUTH}",
                    "priv": "aes128",
                    "priv_key": "${BENCH_PRIV}",
                },
            }
        },
        "targets": [{"file": "targets.csv"}],
    }
    file = directory / "driftkoll.yaml"
    file.write_text(yaml.safe_dump(configuration, sort_keys=False))
    with (directory / "targets.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        columns = ("name", "kind", "site", "address", "probes")
        rows.writerow((*columns, "parent", "snmp_profile", "snmp_port"))
        rows.writerows(targets(addresses, agent, v3_share))
    return file, port


def name(index: int) -> str:
    """What the target with this place in the list is called."""
    return f"target-{index:05}"


def targets(
    addresses: Sequence[str], agent: int, v3_share: float
) -> Iterator[tuple[str, str, str, str, str, str, str, int]]:
    """The rows of targets.csv: two sentinels, then blocks of a switch, servers and access points
    behind it."""
    for index, address in enumerate(addresses):
        place = (index - SENTINELS) % FAMILY
        head = index - place
        # a block that lies on both sides of the link that can be cut has no common parent
        same_side = head > 0 and addresses[head].split(".")[1] == address.split(".")[1]
        if index < SENTINELS:
            kind = "firewall"
        elif place == 0:
            kind = "switch"
        else:
            kind = "server" if place < 8 else "access_point"
        parent = name(head) if index >= SENTINELS and place > 0 and same_side else ""
        profile = "secure" if (index * v3_share) % 1 + v3_share >= 1 else "default"
        site = list(SITES)[(index // FAMILY) % len(SITES)]
        yield name(index), kind, site, address, "icmp snmp", parent, profile, agent


@contextmanager
def running(
    file: Path, port: int, profile: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`driftkoll run` of this Python's environment, ready; stopped at the end."""
    script = Path(sys.executable).parent / "driftkoll"
    wrapper = (sys.executable, "-m", "cProfile", "-o", profile) if profile else ()
    secrets = {
        "BENCH_COMMUNITY": network.COMMUNITY,
        "BENCH_AUTH": network.AUTH_KEY,
        "BENCH_PRIV": network.PRIV_KEY,
    }
    log = file.parent / "agent.log"
    process = processes.start([*wrapper, script, "run", "-c", file], log, env=os.environ | secrets)
    try:
        wait_until_ready(process, port, log)
        yield process
    finally:
        processes.stop(process)


def wait_until_ready(
    process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 60.0
) -> None:
    """Until /-/ready says 200; RuntimeError with the end of the log when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if fetch(port, "/-/ready")[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the agent did not become ready:\n{log.read_text()[-3000:]}")


def fetch(port: int, path: str) -> tuple[int, bytes]:
    """Status and body (as sent) of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def scrape(port: int, into: Scraping) -> Scrape:
    """One scrape of /metrics, timed from the request to the last byte."""
    began = time.monotonic()
    status, body = fetch(port, "/metrics")
    into.seconds.append(time.monotonic() - began)
    if status != 200:
        raise RuntimeError(f"/metrics answered {status}")
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    into.bytes = len(text)
    into.last = Scrape(text.decode())
    into.down |= {
        labels["target"] for labels, value in into.last.samples("driftkoll_target_up") if value == 0
    }
    return into.last


def scrape_for(port: int, seconds: float) -> Scraping:
    """Scrape every 15 s, as Prometheus would, for this long."""
    found = Scraping()
    began = time.monotonic()
    due = began
    while due < began + seconds:
        time.sleep(max(0.0, due - time.monotonic()))
        scrape(port, found)
        due += SCRAPE_INTERVAL
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    return found

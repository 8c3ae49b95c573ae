"""Availability of a month out of Prometheus, over blocks that promtool made."""

import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import network, peers, processes

DAYS = 30
STEP = 60
"""Seconds between samples."""
QUERY = f"avg(avg_over_time(probe_success[{DAYS}d]))"
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Query:
    """The best of some runs of QUERY: its value, and how long it took in seconds."""

    value: float
    seconds: float
    cpu: float
    samples: int


def missing() -> str | None:
    """Which programs are not installed; None when all are."""
    absent = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)} (Debian: prometheus)" if absent else None


def measure(directory: Path, outages: Iterable[list[tuple[int, int]]], end: int) -> Query:
    """Ask for the availability of targets with these outages ([start, end) in seconds since the
    epoch) over the 30 days up to `end`, a sample a minute for each."""
    blocks, count = directory / "blocks", 0
    spans = list(outages)
    for day in range(DAYS):
        # promtool reads its input once for every two hours in it, so a day at a time
        first = end - (DAYS - day) * 86_400
        count += _write_day(directory / "day.om", spans, range(first, first + 86_400, STEP))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q"]
        subprocess.run([*command, directory / "day.om", blocks], check=True, capture_output=True)
    with _prometheus(directory, blocks) as (port, pid):
        # the first run also maps the blocks into memory, as a Prometheus that runs would have
        runs = [_ask(port, pid, end) for _ in range(REPEATS + 1)][1:]
    value, seconds, cpu = min(runs, key=lambda run: run[1])
    return Query(value, seconds, cpu, count)


def _write_day(file: Path, outages: list[list[tuple[int, int]]], instants: range) -> int:
    with file.open("w") as out:
        out.write("# HELP probe_success Up.\n# TYPE probe_success gauge\n")
        for index, spans in enumerate(outages):
            near = [span for span in spans if span[1] > instants[0] and span[0] <= instants[-1]]
            for at in instants:
                up = not any(start <= at < until for start, until in near)
                out.write(f'probe_success{{instance="target-{index}"}} {up:d} {at}\n')
        out.write("# EOF\n")
    return len(outages) * len(instants)


def _ask(port: int, pid: int, end: int) -> tuple[float, float, float]:
    used, began = processes.usage(pid).cpu, time.monotonic()
    value = peers.ask(port, QUERY, end)
    return value, time.monotonic() - began, processes.usage(pid).cpu - used


@contextmanager
def _prometheus(directory: Path, blocks: Path) -> Iterator[tuple[int, int]]:
    """A Prometheus that scrapes nothing over these blocks; yields its port and process id."""
    configuration = directory / "empty.yml"
    configuration.write_text("global: {}\n")
    port = network.free_port()
    process = processes.start(
        [
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={blocks}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        directory / "prometheus.log",
    )
    try:
        peers.wait_until_ready(port)
        yield port, process.pid
    finally:
        processes.stop(process)

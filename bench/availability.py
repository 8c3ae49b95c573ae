"""Availability of a month of 2,000 targets and of a year of 20,000, with ten outages each.

`python -m bench.availability`: out of SQLite, out of PostgreSQL where one is named, and beside them
the same month out of Prometheus.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from bench import history, promtool
from collector.domain.instants import DAY, SECOND, Instant
from collector.domain.measurements import Measurement
from collector.kpi.periods import parse_period
from collector.ports import Store
from collector.services.measure import measure
from collector.services.overview import overview
from collector.services.remember import Remembering
from collector.settings.register import load_register

ZONE = ZoneInfo("Europe/Stockholm")
SITES = {site: site.title() for site in history.SITES}
MONTH = "2025-06"
"""A month of exactly 30 days, within a year that is over."""
YEAR = "2025"
NOW: Instant = parse_period(YEAR, zone=ZONE, now=2**62).end + DAY
REPEATS = 7
REGISTER = load_register()
INDICATOR = next(one for one in REGISTER if one.id == "availability")


def parser() -> argparse.ArgumentParser:
    """The options of this benchmark."""
    options = argparse.ArgumentParser(prog="python -m bench.availability", description=__doc__)
    options.add_argument("--targets", type=int, default=2000, help="over the month")
    options.add_argument(
        "--year-targets", type=int, default=20_000, help="over the year; 0 leaves it out"
    )
    options.add_argument(
        "--prometheus-targets",
        type=int,
        default=100,
        help="over the month in Prometheus, whose time is scaled up; 0 leaves it out",
    )
    options.add_argument(
        "--postgres", metavar="URL", help="an empty PostgreSQL database, which is left filled"
    )
    options.add_argument(
        "--postgres-year", metavar="URL", help="another one, for the year, which takes a while"
    )
    return options


class Reading:
    """A store that adds up the CPU time that its reads take."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cpu = 0.0

    def __getattr__(self, name: str) -> Any:
        read = getattr(self._store, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return read(*arguments, **named)
            finally:
                self.cpu += time.process_time() - began

        return timed


class Cost(NamedTuple):
    """The quickest of some runs: CPU and wall seconds of the whole, CPU seconds of the reading."""

    cpu: float
    wall: float
    reading: float

    def __str__(self) -> str:
        whole, computing = 1000 * self.cpu, 1000 * (self.cpu - self.reading)
        return (
            f"{whole:.0f} ms CPU: reading {1000 * self.reading:.0f}, computing {computing:.0f};"
            f" {1000 * self.wall:.0f} ms wall"
        )


def timed(store: Store, work: Callable[[Store], object]) -> Cost:
    """What work that reads a store costs, from a heap without garbage each time."""
    runs = []
    for _ in range(REPEATS):
        gc.collect()
        read = Reading(store)
        used, began = time.process_time(), time.monotonic()
        work(cast("Store", read))
        runs.append(Cost(time.process_time() - used, time.monotonic() - began, read.cpu))
    return min(runs)


def figure(store: Store, text: str) -> Measurement:
    """Availability for a period, as `driftkoll indicator show availability` works it out."""
    return measure(
        store,
        INDICATOR,
        parse_period(text, zone=ZONE, now=NOW),
        zone=ZONE,
        sites=SITES,
        population={},
        now=NOW,
        known_until=None,
    )


def over(url: str, text: str, count: int) -> Iterator[str]:
    """What a period costs for so many targets in an empty database, as lines."""
    period = parse_period(text, zone=ZONE, now=NOW)
    store = history.make(url, count, period.start, period.end)
    try:
        spans = list(history.outages(count, period.start, period.end))
        down = sum(until - began for one in spans for began, until in one) / SECOND
        found = figure(store, text).detail["seconds"]["down"]
        if found != down:
            raise AssertionError(f"{found} s down, but {down} s were put in")
        one = timed(store, lambda read: figure(read, text))
        all_ = timed(store, lambda read: _overview(read, period.end - SECOND))
        remembering = cast("Store", Remembering(store))
        again = timed(remembering, lambda read: _overview(read, period.end - SECOND))
    finally:
        store.close()
    rows = count * (2 * history.OUTAGES + 1)
    yield f"{text}, {count} targets, {rows} intervals, {url.partition(':')[0]}:"
    yield f"  one measurement          {one}"
    yield f"  all that /metrics shows  {all_}"
    yield f"  the same, refreshed      {again}"


def _overview(store: Store, now: Instant) -> object:
    return overview(
        store,
        REGISTER,
        zone=ZONE,
        sites=SITES,
        population={},
        now=now,
        known_until=None,
        settled_since=now,
        settled_until=now,
    )


def prometheus(directory: Path, count: int, scale: int) -> Iterator[str]:
    """What the month costs in Prometheus: measured for `count`, scaled to `scale` targets, since
    its query reads every sample of every target."""
    period = parse_period(MONTH, zone=ZONE, now=NOW)
    spans = [
        [(began // SECOND, until // SECOND) for began, until in one]
        for one in history.outages(count, period.start, period.end)
    ]
    query = promtool.measure(directory, spans, period.end // SECOND)
    yield f"Prometheus, {promtool.QUERY}, {count} targets, {query.samples} samples:"
    yield f"  {query.seconds:.3f} s wall, {query.cpu:.2f} s CPU, value {query.value:.6f}"
    yield f"  scaled to {scale} targets: {query.cpu * scale / count:.1f} s CPU"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    chosen = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for line in over(f"sqlite:///{directory / 'month.db'}", MONTH, chosen.targets):
            print(line)
        if chosen.year_targets:
            for line in over(f"sqlite:///{directory / 'year.db'}", YEAR, chosen.year_targets):
                print(line)
        if chosen.postgres:
            for line in over(chosen.postgres, MONTH, chosen.targets):
                print(line)
        if chosen.postgres_year:
            for line in over(chosen.postgres_year, YEAR, chosen.year_targets):
                print(line)
        if chosen.prometheus_targets and (reason := promtool.missing()):
            print(f"Prometheus: skipped, {reason}")
        elif chosen.prometheus_targets:
            for line in prometheus(directory, chosen.prometheus_targets, chosen.targets):
                print(line)


if __name__ == "__main__":
    main()

"""Availability out of SQLite: a month of 2,000 targets, a year of 20,000, ten outages each.

`python -m bench.availability`; beside it the same month out of Prometheus.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from bench import history, promtool
from collector.domain.instants import DAY, SECOND, Instant
from collector.domain.measurements import Measurement
from collector.kpi.periods import parse_period
from collector.ports import Store
from collector.services.measure import measure
from collector.services.overview import overview
from collector.settings.register import load_register

ZONE = ZoneInfo("Europe/Stockholm")
SITES = {site: site.title() for site in history.SITES}
MONTH = "2025-06"
"""A month of exactly 30 days, within a year that is over."""
YEAR = "2025"
NOW: Instant = parse_period(YEAR, zone=ZONE, now=2**62).end + DAY
REPEATS = 5


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
    return options


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of the quickest of some runs."""
    runs = []
    for _ in range(REPEATS):
        used, began = time.process_time(), time.monotonic()
        work()
        runs.append((time.process_time() - used, time.monotonic() - began))
    return min(runs)


def figure(store: Store, text: str) -> Measurement:
    """Availability for a period, as `driftkoll indicator show availability` works it out."""
    indicator = next(one for one in load_register() if one.id == "availability")
    return measure(
        store,
        indicator,
        parse_period(text, zone=ZONE, now=NOW),
        zone=ZONE,
        sites=SITES,
        population={},
        now=NOW,
        known_until=None,
    )


def over(directory: Path, text: str, count: int) -> Iterator[str]:
    """What a period costs for so many targets, as lines."""
    period = parse_period(text, zone=ZONE, now=NOW)
    store = history.make(directory / f"{text}.db", count, period.start, period.end)
    try:
        spans = list(history.outages(count, period.start, period.end))
        down = sum(until - began for one in spans for began, until in one) / SECOND
        found = figure(store, text).detail["seconds"]["down"]
        if found != down:
            raise AssertionError(f"{found} s down, but {down} s were put in")
        cpu, wall = timed(lambda: figure(store, text))
        read, _ = timed(lambda: store.intervals(period.start, period.end))
        all_, _ = timed(lambda: _overview(store, period.end - SECOND))
    finally:
        store.close()
    rows = count * (2 * history.OUTAGES + 1)
    yield f"{text}, {count} targets, {rows} intervals:"
    yield f"  one measurement  {1000 * cpu:.0f} ms CPU, {1000 * wall:.0f} ms wall"
    yield f"  reading of it    {1000 * read:.0f} ms CPU"
    yield f"  all that /metrics shows, at the end of the period: {1000 * all_:.0f} ms CPU"


def _overview(store: Store, now: Instant) -> object:
    return overview(
        store,
        load_register(),
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
        for line in over(directory, MONTH, chosen.targets):
            print(line)
        if chosen.year_targets:
            for line in over(directory, YEAR, chosen.year_targets):
                print(line)
        if chosen.prometheus_targets and (reason := promtool.missing()):
            print(f"Prometheus: skipped, {reason}")
        elif chosen.prometheus_targets:
            for line in prometheus(directory, chosen.prometheus_targets, chosen.targets):
                print(line)


if __name__ == "__main__":
    main()

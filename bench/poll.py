"""The agent over targets on loopback: CPU per device poll, memory, missed polls, false downs.

`python -m bench.poll --targets 2000 --interval 10 --seconds 60`
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import agent, database, floor, network, peers, processes
from bench.exposition import Scrape, between, quantile


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured between two scrapes (`span`, in µs since the epoch): CPU seconds with
    scrapes and, over as long a time after it, without."""

    span: tuple[int, int]
    seconds: float
    cpu: float
    quiet_seconds: float
    quiet_cpu: float
    memory: processes.Usage
    before: Scrape
    after: Scrape
    scraping: agent.Scraping

    def grown(self, name: str) -> float:
        """By how much a counter grew, all its labels together."""
        return self.after.total(name) - self.before.total(name)

    def quantiles(self, name: str) -> str:
        """Median and 99th percentile of a histogram of seconds, in milliseconds."""
        grown = between(self.before.buckets(name), self.after.buckets(name))
        values = [quantile(q, grown) for q in (0.5, 0.99)]
        return " / ".join("none" if one is None else f"{1000 * one:.1f}" for one in values)


def parser() -> argparse.ArgumentParser:
    """The options of this benchmark."""
    options = argparse.ArgumentParser(prog="python -m bench.poll", description=__doc__)
    options.add_argument("--targets", type=int, default=2000)
    options.add_argument("--interval", type=int, default=10, help="seconds between polls")
    options.add_argument(
        "--seconds", type=int, default=60, help="length of each window: with scrapes, and without"
    )
    options.add_argument(
        "--v3", type=float, default=0, metavar="PERCENT", help="targets that speak SNMPv3"
    )
    options.add_argument(
        "--loss", type=float, default=0, metavar="PERCENT", help="packets lost, each way (root)"
    )
    options.add_argument(
        "--dead",
        type=float,
        default=0,
        metavar="PERCENT",
        help="targets whose link is cut when the window begins (root)",
    )
    options.add_argument("--peers", action="store_true", help="the usual three afterwards, too")
    options.add_argument("--floor", action="store_true", help="the bare floor afterwards, too")
    options.add_argument("--profile", type=Path, help="run under cProfile and write it here")
    options.add_argument("--keep", type=Path, help="a new directory for configuration, log, data")
    return options


def measure(file: Path, port: int, options: argparse.Namespace) -> Window:
    """Run the agent for a warm-up of two intervals, then both windows."""
    with agent.running(file, port, options.profile) as process:
        time.sleep(2 * options.interval + 5)
        if options.dead:
            network.cut_link()
        first = time.time_ns() // 1000
        before = agent.scrape(port, agent.Scraping())
        began, used = time.monotonic(), processes.usage(process.pid)
        scraping = agent.scrape_for(port, options.seconds)
        turned, quiet = time.monotonic(), processes.usage(process.pid)
        after, until = agent.scrape(port, agent.Scraping()), time.time_ns() // 1000
        resumed, idle = time.monotonic(), processes.usage(process.pid)
        time.sleep(options.seconds)
        ended, last = time.monotonic(), processes.usage(process.pid)
    return Window(
        (first, until),
        turned - began,
        quiet.cpu - used.cpu,
        ended - resumed,
        last.cpu - idle.cpu,
        last,
        before,
        after,
        scraping,
    )


def report(
    window: Window, addresses: Sequence[str], live: set[str], interval: int
) -> Iterator[str]:
    """The figures as lines."""
    expected = len(addresses) * window.seconds / interval
    quiet_expected = len(addresses) * window.quiet_seconds / interval
    done = window.grown("driftkoll_polls_total")
    up = {labels["target"]: value for labels, value in window.after.samples("driftkoll_target_up")}
    scrapes = window.scraping.seconds
    yield f"probes done             {done:.0f} of {2 * expected:.0f} expected, retries included"
    yield f"missed polls            {window.grown('driftkoll_polls_missed_total'):.0f}"
    yield f"CPU per device poll     {1000 * window.cpu / expected:.4f} ms with a scrape every 15 s"
    yield f"                        {1000 * window.quiet_cpu / quiet_expected:.4f} ms without"
    yield f"core idle               {100 * (1 - window.cpu / window.seconds):.1f} %"
    yield (
        f"memory                  RSS {window.memory.rss / 1e6:.0f} MB, "
        f"PSS {window.memory.pss / 1e6:.0f} MB, peak {window.memory.peak / 1e6:.0f} MB"
    )
    yield f"up at the end           {sum(up.values()):.0f} of {len(addresses)}, {len(up)} known"
    yield f"false downs in scrapes  {len(window.scraping.down & live)}"
    for title, name in (
        ("loop lag p50/p99", "driftkoll_loop_lag_seconds"),
        ("poll took p50/p99", "driftkoll_poll_duration_seconds"),
        ("store write p50/p99", "driftkoll_store_write_seconds"),
    ):
        yield f"{title:23} {window.quantiles(name)} ms"
    yield (
        f"scrape                  median {1000 * sorted(scrapes)[len(scrapes) // 2]:.0f} ms, "
        f"longest {1000 * max(scrapes):.0f} ms, {window.scraping.bytes / 1e6:.2f} MB, "
        f"{len(window.after)} samples"
    )


def compare(
    directory: Path, addresses: Sequence[str], port: int, own: float, options: argparse.Namespace
) -> Iterator[str]:
    """What the others need for the same, as ratios."""
    if options.peers and (reason := peers.missing()):
        yield f"peers: skipped, {reason}"
    elif options.peers:
        cost = peers.measure(directory, addresses, port, options.interval, options.seconds)
        yield from peers.report(cost)
        yield f"the three against Driftkoll: {cost.milliseconds / own:.1f} times its CPU"
    if options.floor:
        bare = floor.measure(len(addresses), max(1, 20_000 // len(addresses)))
        times = own / bare.milliseconds
        yield f"bare floor {bare.milliseconds:.4f} ms; Driftkoll needs {times:.2f} times as much"


def run(directory: Path, options: argparse.Namespace) -> None:
    """Measure in this directory and print."""
    cut = round(options.targets * options.dead / 100)
    addresses = network.addresses(options.targets, cut)
    with network.snmpd(directory) as snmp:
        file, port = agent.write_configuration(
            directory, addresses, snmp, options.interval, options.v3 / 100
        )
        if options.loss:
            network.lose_packets(options.loss)
        window = measure(file, port, options)
        live = {agent.name(i) for i, one in enumerate(addresses) if not network.behind_link(one)}
        polls = window.grown("driftkoll_polls_total")
        for line in (
            *report(window, addresses, live, options.interval),
            *database.report(directory / "bench.db", live, window.span, options.interval, polls),
        ):
            print(line)
        expected = len(addresses) * window.seconds / options.interval
        for line in compare(directory, addresses, snmp, 1000 * window.cpu / expected, options):
            print(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; what this machine cannot do is skipped with the reason."""
    options = parser().parse_args(arguments)
    try:
        if options.loss or options.dead:
            network.enter_namespace()
        if options.keep:
            options.keep.mkdir(parents=True)
            run(options.keep, options)
        else:
            with tempfile.TemporaryDirectory() as name:
                run(Path(name), options)
    except network.UnavailableError as reason:
        raise SystemExit(f"skipped: {reason}") from None


if __name__ == "__main__":
    main()

"""A database with a history of outages, made through the store as polling would have."""

import random
from collections.abc import Iterator

from collector.domain.batches import Batch, CheckRecord
from collector.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant
from collector.domain.samples import Reason, Result, Sample
from collector.domain.states import Change, State
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.ports import Store
from collector.store import open_store

OUTAGES = 10
LENGTHS = (5 * MINUTE, 90 * MINUTE)
"""How long an outage is: any whole minute in between."""
KINDS = (Kind.SERVER, Kind.ACCESS_POINT, Kind.ACCESS_POINT)
SITES = ("north", "south", "east", "west")
AT_ONCE = 1000
"""Targets in one batch."""
SEED = 2026

Spans = list[tuple[Instant, Instant]]


def outages(count: int, start: Instant, end: Instant) -> Iterator[Spans]:
    """For each target its outages in [start, end), disjoint, on whole minutes, sorted."""
    dice = random.Random(SEED)
    part = (end - start) // OUTAGES // MINUTE
    for _ in range(count):
        spans = []
        for number in range(OUTAGES):
            length = dice.randrange(LENGTHS[0], LENGTHS[1], MINUTE)
            # each has a part of the time for itself, so that none touches another
            offset = dice.randrange(1, part - length // MINUTE)
            began = start + (number * part + offset) * MINUTE
            spans.append((began, began + length))
        yield spans


def make(url: str, count: int, start: Instant, end: Instant) -> Store:
    """A store of targets polled once a minute from `start` to an hour after `end`, with these
    outages, in a database that is not there or empty."""
    store = open_store(url, create=True)
    if store.targets():
        store.close()
        raise SystemExit(f"{url}: is not empty; name a database of its own")
    probe = ProbeSpec("icmp", "icmp", MINUTE, 2 * SECOND)
    targets = [
        Target(
            f"target-{index:05}",
            Kind.INTEGRATION_PLATFORM if index == 0 else KINDS[index % len(KINDS)],
            SITES[index % len(SITES)],
            "127.0.0.1",
            (probe,),
        )
        for index in range(count)
    ]
    ids = list(store.register(targets, start).values())
    checks = [CheckRecord(one, "icmp", MINUTE, index % 60) for index, one in enumerate(ids)]
    store.save_checks(checks)
    spans = list(outages(count, start, end))
    for first in range(0, count, AT_ONCE):
        some = dict(zip(ids[first : first + AT_ONCE], spans[first : first + AT_ONCE], strict=True))
        store.write(_batch(some, start, end))
    return store


def _batch(spans: dict[int, Spans], start: Instant, end: Instant) -> Batch:
    def changes(target: int) -> Iterator[Change]:
        yield Change(target, start, State.UP, start)
        for began, until in spans[target]:
            yield Change(target, began, State.DOWN, began + MINUTE, Reason.TIMEOUT)
            yield Change(target, until, State.UP, until)

    return Batch(
        heartbeat=end + HOUR,
        samples=[
            Sample(one, "icmp", end + HOUR - SECOND, Result.UP, None, 0.001, 0.0) for one in spans
        ],
        changes=[change for target in spans for change in changes(target)],
        first_polled=dict.fromkeys(spans, start),
        answered=dict.fromkeys(spans, start),
    )


def expected(spans: list[Spans], span: Duration) -> float:
    """The mean availability of targets with these outages over a span."""
    down = sum(until - began for one in spans for began, until in one)
    return 1 - down / (span * len(spans))

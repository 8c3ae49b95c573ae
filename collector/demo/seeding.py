"""The made-up past, written into a database as polling and an import would have."""

from collections.abc import Iterator, Mapping

from collector.demo.history import STARTING, History, Past, beginning
from collector.demo.organisation import ZONE
from collector.domain.batches import Batch
from collector.domain.events import Event, EventKind
from collector.domain.instants import SECOND
from collector.domain.registers import Attestation
from collector.domain.samples import Reason
from collector.domain.states import Change, Interval, Origin, State
from collector.domain.targets import Target
from collector.kpi.spans import Span, clip
from collector.ports import ImportedRow, Store

MADE_UP_UNTIL = "made_up_until"
"""In the detail of a STARTED event: that what its run found is made up, and until when."""

_CONFIRMED_AFTER = 24 * SECOND
"""Two retries, ten seconds apart, of two seconds each."""


def seed(store: Store, past: History, author: str, comment: str) -> None:
    """Write a history into an empty store; `author` and `comment` are those of the imported windows
    of planned work."""
    devices = [each.device for each in past.pasts]
    targets = [Target(d.name, d.kind, d.site, d.address, (), parent=d.parent) for d in devices]
    ids = store.register(targets, past.start)
    for run in past.runs:
        store.write(_batch(past, run, ids))
    store.import_intervals(list(_planned(past, ids, comment)), author, "demo", past.end)


def attest(store: Store, past: History, author: str, reason: str) -> None:
    """Say that there were no security incidents until the month before last ended: somebody looks
    back at a month when the next one is over, and has not yet for the last."""
    until = beginning(1, past.end, ZONE)
    if past.start < until:
        whole = Attestation("security_incidents", past.start, until, author, until, reason)
        store.attest(whole)


def _batch(past: History, run: Span, ids: Mapping[str, int]) -> Batch:
    """What one run of the collector found."""
    start, end = run
    batch = Batch(heartbeat=end)
    batch.events.append(Event(start, EventKind.STARTED, None, {MADE_UP_UNTIL: past.end}))
    for each in past.pasts:
        target = ids[each.device.name]
        begun = max(start, each.since)
        if begun >= end:
            continue
        batch.first_polled[target] = begun
        if not each.answered:
            continue
        batch.answered[target] = begun
        batch.changes += _changes(target, each, (begun, end), last=end == past.end)
        batch.events += _events(target, each, (begun, end))
    if end != past.end:
        batch.events.append(Event(end, EventKind.STOPPED))
    batch.events.sort(key=lambda event: event.at)
    return batch


def _changes(target: int, past: Past, run: Span, *, last: bool) -> Iterator[Change]:
    """Up but for its outages; unknown when the collector stopped."""
    begun, end = run
    down = clip(past.down, begun, end)
    if not down or down[0][0] > begun:
        yield Change(target, begun, State.UP, begun)
    for start, until in down:
        yield Change(target, start, State.DOWN, start + _CONFIRMED_AFTER, Reason.TIMEOUT)
        if until < end:
            yield Change(target, until, State.UP, until)
    if not last:
        yield Change(target, end, State.UNKNOWN, end)


def _events(target: int, past: Past, run: Span) -> Iterator[Event]:
    for booted in past.restarts:
        if run[0] <= booted + STARTING < run[1]:
            yield Event(booted + STARTING, EventKind.RESTART, target, {"booted": booted})
    for at in past.blips:
        if run[0] <= at < run[1]:
            lost: dict[str, str | int | float] = {"probe": "snmp", "failures": 1}
            yield Event(at, EventKind.BLIP, target, lost | {"until": at + 10 * SECOND})


def _planned(past: History, ids: Mapping[str, int], comment: str) -> Iterator[ImportedRow]:
    for each in past.pasts:
        for start, end in each.windows:
            window = Interval(start, end, State.MAINTENANCE, None, Origin.IMPORTED)
            yield ImportedRow(ids[each.device.name], window, comment)

"""What the polling hands to the store in one transaction, and gets back after a restart."""

from dataclasses import dataclass, field

from collector.domain.events import Event
from collector.domain.instants import Duration, Instant
from collector.domain.samples import Sample
from collector.domain.states import Change, State
from collector.domain.targets import DeviceFacts, Merge


@dataclass(slots=True)
class Batch:
    """Everything that was found since the last batch; written whole or not at all.

    `first_polled` and `answered` hold each target's first poll attempt and first answer, once.
    """

    heartbeat: Instant
    samples: list[Sample] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    first_polled: dict[int, Instant] = field(default_factory=dict)
    answered: dict[int, Instant] = field(default_factory=dict)
    devices: dict[int, "DeviceRecord"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device's last facts, when they were read, and how often it is known to have restarted."""

    at: Instant
    facts: DeviceFacts
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """A probe of a target as the store remembers it: its pace and its place on the wheel."""

    target: int
    probe: str
    interval: Duration
    slot: int
    merge: Merge = Merge.ANY


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a starting agent needs of what the last one left.

    `open` holds each target's open interval as (state, start); `tail` the samples young enough to
    hold still, oldest first; `heartbeat` the last sign of life (None: never ran).
    """

    heartbeat: Instant | None
    open: dict[int, tuple[State, Instant]]
    tail: list[Sample]
    checks: list[CheckRecord]
    devices: dict[int, DeviceRecord]
    answered: frozenset[int]
    polled: frozenset[int]

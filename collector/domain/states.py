"""States, and the stretches of time that a target spent in them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from collector.domain.instants import Duration, Instant
from collector.domain.samples import Reason


class State(StrEnum):
    """A target's state. The collector measures up, down and unknown; the others are derived or
    imported (KPI.md "Outages", "Accounting")."""

    UP = "up"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where an interval comes from."""

    POLLED = "polled"
    IMPORTED = "imported"
    CORRECTED = "corrected"


class Interval(NamedTuple):
    """A stretch of one state, [start, end).

    `end` is None while it is open. `confirmed_at` is when a polled outage was known for one, and
    None for what was imported: an ancestor that was found down by then is its cause.
    """

    start: Instant
    end: Instant | None
    state: State
    confirmed_at: Instant | None = None
    origin: Origin = Origin.POLLED
    reason: str = ""


class Sums(NamedTuple):
    """What a target's intervals come to within a stretch [start, end) that they touch.

    `up` and `down` are µs within it, an open interval (`opened`: 0 or 1) reaching its end. `first`
    is the earliest start, `first_down` that of those that are down, `last` the latest end of a
    closed one: none of these is clipped. `failures` is how many are down, and `beside` 0 where all
    are polled and up or down, 1 where some are unknown or not polled, 2 where some are unreachable
    or maintenance.
    """

    first: Instant
    last: Instant | None
    opened: int
    up: Duration
    down: Duration
    failures: int
    first_down: Instant | None
    beside: int


@dataclass(frozen=True, slots=True)
class Change:
    """A target's measured state changes at `at`: the open interval ends and one of `state` begins.

    `state` None only ends it (the target is dropped). `at` may lie in the past, never before the
    start of the open interval; `confirmed_at` is when it became known.
    """

    target: int
    at: Instant
    state: State | None
    confirmed_at: Instant
    reason: Reason | None = None

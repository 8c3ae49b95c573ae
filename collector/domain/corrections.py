"""What people say afterwards of what was measured: corrections, and the causes of outages."""

from dataclasses import dataclass
from enum import StrEnum

from collector.domain.instants import Instant
from collector.domain.states import State

CORRECTABLE = (State.UP, State.DOWN, State.MAINTENANCE, State.UNKNOWN)
"""What a stretch may be corrected to; unreachable is derived."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry of the audit trail: a target really was in `state` during [start, end).

    An undo is an entry as well, with the id of the one that it undoes and the same stretch and
    state; entries are never changed. Of those that overlap the latest counts. `id` is 0 until the
    store has given one; ids grow with time.
    """

    id: int
    target: int
    start: Instant
    end: Instant
    state: State
    author: str
    reason: str
    at: Instant
    undoes: int | None = None


class Cause(StrEnum):
    """What outages are caused by."""

    POWER = "power"
    NETWORK = "network"
    HARDWARE = "hardware"
    SOFTWARE = "software"
    CHANGE = "change"
    SUPPLIER = "supplier"
    ATTACK = "attack"
    HUMAN_ERROR = "human_error"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is said of the outage of a target that began at `start`; the latest counts, all are
    kept.

    `name` is what the public calls it, `link` leads to a case or a change.
    """

    id: int
    target: int
    start: Instant
    cause: Cause
    author: str
    at: Instant
    name: str = ""
    text: str = ""
    supplier: str = ""
    link: str = ""

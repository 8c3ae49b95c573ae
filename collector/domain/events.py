"""Things that happened once and are kept: restarts, blips, clock steps, a blind collector."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from collector.domain.instants import Instant


class EventKind(StrEnum):
    """What kind of thing happened."""

    BLIP = "blip"
    RESTART = "restart"
    CLOCK_STEP = "clock_step"
    BLIND = "blind"
    SIGHTED = "sighted"
    STARTED = "started"
    STOPPED = "stopped"
    RELOADED = "reloaded"
    SAMPLES_DROPPED = "samples_dropped"
    FLAPPING = "flapping"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an instant, to a target or (None) to the collector itself."""

    at: Instant
    kind: EventKind
    target: int | None = None
    detail: Mapping[str, str | int | float] = field(default_factory=dict)

"""One probe of one target, as the state machine follows it."""

from enum import Enum, auto
from typing import TYPE_CHECKING

from collector.domain.instants import Duration, Instant
from collector.domain.merging import Entries, held_at
from collector.domain.samples import Outcome
from collector.domain.states import State
from collector.domain.targets import ProbeSpec

if TYPE_CHECKING:
    from collector.domain.machine import Watch


class Next(Enum):
    """What the polling is to do after a poll was folded."""

    WAIT = auto()
    """Nothing before its next turn."""
    SUSPECT = auto()
    """A first failure: poll the parent at once, then retry."""
    RETRY = auto()
    """Another failure, not yet enough of them."""
    CONFIRM = auto()
    """All retries failed: ask the sentinels, then confirm or doubt."""


class Check:
    """One probe of one target: its settled state and, while it fails, since when."""

    __slots__ = (
        "accounted",
        "excluded",
        "expires",
        "failed_since_answer",
        "failing_since",
        "failures",
        "history",
        "last",
        "last_at",
        "max_gap",
        "sent_at",
        "sentinel_answer",
        "spec",
        "state",
        "watch",
    )

    def __init__(self, watch: "Watch", spec: ProbeSpec) -> None:
        self.watch = watch
        self.spec = spec
        self.max_gap: Duration = spec.max_gap
        self.state = State.UNKNOWN
        self.history: Entries = []
        self.accounted: Instant = -1
        self.expires: Instant = -1
        self.failing_since: Instant | None = None
        self.failures = 0
        self.excluded = False
        self.last: Outcome | None = None
        self.last_at: Instant | None = None
        self.sent_at: Instant = -1
        self.sentinel_answer = -1
        self.failed_since_answer: Instant = -1

    def state_at(self, at: Instant) -> State:
        """The settled state that held at an instant not older than what is remembered."""
        return held_at(self.history, at)

    def held_until(self) -> Instant:
        """Until when its state is known: an unconfirmed failure is unknown from its sample on."""
        return self.expires if self.failing_since is None else self.failing_since

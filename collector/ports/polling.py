"""What polling needs of the world outside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from collector.domain.batches import Batch, CheckRecord, Resumption
from collector.domain.instants import Instant
from collector.domain.samples import Outcome
from collector.domain.targets import ProbeSpec, Target


class Clock(Protocol):
    """The two clocks that a polling agent needs; only app.py makes a real one."""

    def now(self) -> Instant:
        """The wall clock, in microseconds since the epoch."""
        ...

    def monotonic(self) -> Instant:
        """Microseconds of a clock that never is set."""
        ...


class Probe(Protocol):
    """One kind of probe: one call is one poll of one target.

    An expected failure is an Outcome with a reason; an exception is a bug, and the caller makes it
    an unknown sample with a traceback in the log. A call returns within `spec.timeout` (times the
    packets of a retry) and is cancelled past it.
    """

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """Poll once; `attempt` is 0 for a regular poll, 1, 2, … for its retries."""
        ...

    async def close(self) -> None:
        """Let go of sockets."""
        ...


@runtime_checkable
class DirectProbe(Probe, Protocol):
    """A probe whose regular poll is a question sent and an answer read, with no task to wait in."""

    def send(self, target: Target, spec: ProbeSpec, answered: Callable[[Any], None]) -> bool:
        """Send the question of a regular poll now; False where only a call can do it.

        `answered` is called once, later, within `spec.timeout`, with what `read` understands.
        """
        ...

    def read(self, target: Target, spec: ProbeSpec, answer: Any) -> Outcome | None:
        """What an answer means; None where only a call can tell."""
        ...


class Resolver(Protocol):
    """Host names to addresses."""

    def known(self, host: str) -> str | None:
        """The IP address, where nobody need be asked for it."""
        ...

    async def __call__(self, host: str) -> str | Outcome:
        """An IP address, or why there is none (host_not_found is down, resolver_silent unknown)."""
        ...


class StoreUnavailable(Exception):
    """The database can't be written or read just now (locked, full disk, gone): try again later."""


class PollMetrics(Protocol):
    """What polling tells of itself; called on the hot path, in bulk where it can be."""

    def polled(self, probe: str, result: str, n: int = 1) -> None:
        """So many polls of a kind of probe had this result."""
        ...

    def poll_took_many(self, durations: Sequence[float]) -> None:
        """How long polls took, in seconds."""
        ...

    def missed(self, n: int) -> None:
        """So many polls did not run in their turn."""
        ...

    def lag(self, seconds: float) -> None:
        """How late the loop was."""
        ...

    def wrote(self, seconds: float) -> None:
        """How long a batch took to store."""
        ...

    def clock_stepped(self) -> None:
        """The wall clock was set."""
        ...


class PollStore(Protocol):
    """What polling writes, and reads once at its start."""

    def register(self, targets: Sequence[Target], now: Instant) -> Mapping[str, int]:
        """Take the configuration's targets in: new ones get an id, changed ones a new set of
        attributes from `now`, those that are gone `dropped_at`, those that are back resume."""
        ...

    def resume(self) -> Resumption:
        """What the last run left."""
        ...

    def save_checks(self, checks: Sequence[CheckRecord]) -> None:
        """Replace the stored places on the wheel."""
        ...

    def write(self, batch: Batch) -> None:
        """Store a batch in one transaction; again with the same batch changes nothing."""
        ...

    def revision(self) -> int:
        """A number that moves when a command, not polling, changed something."""
        ...

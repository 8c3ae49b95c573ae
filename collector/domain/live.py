"""What holds right now: the immutable snapshot that exporters read instead of the polling."""

from dataclasses import dataclass
from typing import NamedTuple

from collector.domain.instants import Instant
from collector.domain.samples import Outcome
from collector.domain.states import State


class LiveCheck(NamedTuple):
    """One probe's last poll; `outcome` None before the first and when it no longer holds."""

    probe: str
    outcome: Outcome | None
    at: Instant | None


class LiveTarget(NamedTuple):
    """A target as it stands.

    `measured` is up, down or unknown as polled; `state` as accounted (unreachable while an ancestor
    is measured down, maintenance in a window); `since` is when `measured` began.
    `messages_sent` and `messages_failed` are counted since this agent first saw the target.
    """

    id: int
    name: str
    kind: str
    site: str
    measured: State
    state: State
    degraded: bool
    since: Instant | None
    reason: str
    restarts: int
    never_answered: bool
    checks: tuple[LiveCheck, ...]
    flapping: bool = False
    certificate_expires: Instant | None = None
    messages_sent: int | None = None
    messages_failed: int | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """All targets of the running configuration at an instant, and the collector's own state."""

    at: Instant
    targets: tuple[LiveTarget, ...]
    blind: bool = False
    writable: bool = True
    last_reload_successful: bool = True
    ready: bool = True

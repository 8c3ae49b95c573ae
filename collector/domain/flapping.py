"""Flapping: a target that changes state so often that each change is no news any more."""

from collector.domain.instants import Duration, Instant
from collector.domain.merging import Entries
from collector.domain.states import State


def flaps(
    entries: Entries, now: Instant, *, changes: int, within: Duration, flapping: bool
) -> bool:
    """Whether a target flaps: it went up or down at least `changes` times `within` the last while.

    One that is `flapping` already goes on until less than half of that remains, so that the mark
    itself does not flap. Every change is counted, whatever this says.
    """
    recent = sum(1 for at, state in entries if at > now - within and state is not State.UNKNOWN)
    return recent >= (changes / 2 if flapping else changes)

"""Several probes' or members' states as one, and the short memory of what held when."""

from collections.abc import Iterable

from collector.domain.instants import Instant
from collector.domain.states import State
from collector.domain.targets import Merge

Entries = list[tuple[Instant, State]]
"""What held from when, oldest first."""

REMEMBERED = 16
"""Entries kept: more than an outage that is confirmed late ever reaches behind."""


def merged(states: Iterable[State], merge: Merge) -> State:
    """Several probes' states at an instant as one (KPI.md "Samples to states").

    `any`: up if one is up, down if all are down, else unknown; `all`: down if one is down, up if
    all are up, else unknown.
    """
    found = set(states)
    decides, remains = (State.UP, State.DOWN) if merge is Merge.ANY else (State.DOWN, State.UP)
    if decides in found:
        return decides
    return remains if found == {remains} else State.UNKNOWN


def enough(states: Iterable[State], needs: int) -> State:
    """The state of what needs so many of its members: up if they are up, down if so many no longer
    can be, else unknown."""
    found = list(states)
    up, down = found.count(State.UP), found.count(State.DOWN)
    if up >= needs:
        return State.UP
    return State.DOWN if len(found) - down < needs else State.UNKNOWN


def held_at(entries: Entries, at: Instant) -> State:
    """What held at an instant."""
    for since, state in reversed(entries):
        if since <= at:
            return state
    return State.UNKNOWN


def before(entries: Entries, at: Instant) -> Entries:
    """The entries without those from `at` on."""
    return [entry for entry in entries if entry[0] < at]

"""How changes of state become rows: pure, so that a repeated or late change is thought out once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.domain.instants import Instant
from collector.domain.states import Change, State


@dataclass(slots=True)
class Row:
    """An interval of a target as it is about to be stored."""

    target: int
    start: Instant
    state: State
    confirmed_at: Instant | None = None
    reason: str = ""
    end: Instant | None = None
    stored: bool = False


@dataclass(slots=True)
class Edits:
    """What to close and what to add."""

    closed: list[Row] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)


def settled(changes: Iterable[Change]) -> dict[int, list[Change]]:
    """Each target's changes in order of time: one takes back what was said from its instant on."""
    kept: dict[int, list[Change]] = {}
    for change in changes:
        of_target = kept.setdefault(change.target, [])
        while of_target and of_target[-1].at >= change.at:
            of_target.pop()
        of_target.append(change)
    return kept


def fold(
    changes: Mapping[int, Iterable[Change]],
    opened: Mapping[int, tuple[State, Instant]],
    floors: Mapping[int, Instant],
) -> Edits:
    """The edits that changes make to the open intervals, which begin before them.

    `floors` is where the last interval of a target without an open one ended: nothing new begins
    before. A change to the state that holds already says nothing new.
    """
    edits = Edits()
    for target, of_target in changes.items():
        row = None
        if target in opened:
            state, start = opened[target]
            row = Row(target, start, state, stored=True)
        for change in of_target:
            if row is not None and change.state == row.state:
                continue
            start = max(change.at, floors.get(target, change.at))
            if row is not None:
                row.end = start
                if row.stored:
                    edits.closed.append(row)
            row = None
            if change.state is not None:
                row = Row(target, start, change.state, change.confirmed_at, change.reason or "")
                edits.added.append(row)
    edits.added = [row for row in edits.added if row.end != row.start]
    return edits

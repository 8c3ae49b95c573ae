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
    """What to do in this order: remove, close, add."""

    removed: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)


def fold(
    changes: Iterable[Change],
    opened: Mapping[int, tuple[State, Instant]],
    floors: Mapping[int, Instant],
) -> Edits:
    """The edits that a batch of changes makes to the open intervals.

    `floors` is where the last interval of a target without an open one ended. A change never
    reaches back past the start of the newest interval: there it replaces it. One to the state that
    holds already says nothing new. Applied again, the same changes in order of time give the same
    intervals.
    """
    edits = Edits()
    current = {
        target: Row(target, start, state, stored=True) for target, (state, start) in opened.items()
    }
    floor = dict(floors)
    for change in changes:
        row = current.get(change.target)
        if row is None:
            if change.state is None:
                continue
            start = max(change.at, floor.get(change.target, change.at))
        elif change.state == row.state and change.at > row.start:
            continue
        else:
            start = max(change.at, row.start)
            _end(row, start, edits)
            del current[change.target]
        floor[change.target] = start
        if change.state is not None:
            new = Row(change.target, start, change.state, change.confirmed_at, change.reason or "")
            current[change.target] = new
            edits.added.append(new)
    edits.added = [row for row in edits.added if row.end != row.start]
    return edits


def _end(row: Row, at: Instant, edits: Edits) -> None:
    row.end = at
    if row.stored:
        (edits.removed if at == row.start else edits.closed).append(row)

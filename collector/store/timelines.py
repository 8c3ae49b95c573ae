"""Open and closed intervals as polling changes them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from collector.domain.instants import Instant
from collector.domain.states import Change, Origin, State
from collector.store.changes import Edits, Row, fold, settled
from collector.store.rows import STATE, chunks
from collector.store.schema import intervals


def apply_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Close and add intervals as the changes say; what they take back is removed first."""
    by_target = settled(changes)
    opened: dict[int, tuple[State, Instant]] = {}
    floors: dict[int, Instant] = {}
    for ids in chunks(by_target):
        found = read_open(connection, ids)
        if late := [t for t in ids if t in found and by_target[t][0].at <= found[t][1]]:
            for target in late:
                _take_back(connection, target, by_target[target][0].at)
            found = read_open(connection, ids)
        opened |= found
        closed = [target for target in ids if target not in opened]
        last_ends = (
            select(intervals.c.target, func.max(intervals.c.end))
            .where(
                intervals.c.target.in_(closed),
                intervals.c.state != State.MAINTENANCE.value,
            )
            .group_by(intervals.c.target)
        )
        if closed:
            floors |= dict(connection.execute(last_ends).all())
    _store(connection, fold(by_target, opened, floors))


def _take_back(connection: Connection, target: int, at: Instant) -> None:
    """Remove what polling said of a target from an instant on, and open what held before it."""
    polled = (intervals.c.target == target) & (intervals.c.origin == Origin.POLLED.value)
    connection.execute(delete(intervals).where(polled, intervals.c.start >= at))
    connection.execute(update(intervals).where(polled, intervals.c.end >= at).values(end=None))


def _store(connection: Connection, edits: Edits) -> None:
    this_row = (
        (intervals.c.target == bindparam("of"))
        & (intervals.c.start == bindparam("since"))
        & (intervals.c.state == bindparam("was"))
    )
    if edits.closed:
        connection.execute(
            update(intervals).where(this_row).values(end=bindparam("until")),
            [_key(row) | {"until": row.end} for row in edits.closed],
        )
    if edits.added:
        connection.execute(
            intervals.insert(),
            [
                {
                    "target": row.target,
                    "start": row.start,
                    "end": row.end,
                    "state": row.state.value,
                    "confirmed_at": row.confirmed_at,
                    "origin": Origin.POLLED.value,
                    "reason": str(row.reason),
                }
                for row in edits.added
            ],
        )


def _key(row: Row) -> dict[str, Any]:
    return {"of": row.target, "since": row.start, "was": row.state.value}


def read_open(
    connection: Connection, ids: Sequence[int] | None = None
) -> dict[int, tuple[State, Instant]]:
    """The open intervals as (state, start), of all targets or of some."""
    statement = select(intervals.c.target, intervals.c.state, intervals.c.start).where(
        intervals.c.end.is_(None)
    )
    if ids is not None:
        statement = statement.where(intervals.c.target.in_(ids))
    return {target: (STATE[state], start) for target, state, start in connection.execute(statement)}

"""Between rows and the words of the domain."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, select, update

from collector.domain.samples import Reason, Result
from collector.domain.states import Origin, State
from collector.domain.targets import Kind, Merge
from collector.store.schema import REVISION, meta

STATE = {state.value: state for state in State}
KIND = {kind.value: kind for kind in Kind}
MERGE = {merge.value: merge for merge in Merge}
ORIGIN = {origin.value: origin for origin in Origin}
RESULT = {result.value: result for result in Result}
REASON: dict[str | None, Reason | None] = {reason.value: reason for reason in Reason}
REASON[None] = None

CHUNK = 500
"""Ids in one IN (…)."""


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """Ids in ascending order, some at a time."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def fetch(result: CursorResult[Any]) -> Sequence[tuple[Any, ...]]:
    """All rows as the driver gives them, without a Row around each: for very many rows."""
    assert result.cursor is not None
    rows: Sequence[tuple[Any, ...]] = result.cursor.fetchall()
    result.close()
    return rows


dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""JSON that is the same for the same value."""


def read_meta(connection: Connection, key: str) -> int:
    """One of schema.META_KEYS."""
    value: int = connection.scalars(select(meta.c.value).where(meta.c.key == key)).one()
    return value


def set_meta(connection: Connection, key: str, value: Any) -> None:
    """Store one of schema.META_KEYS; `value` may be an expression."""
    connection.execute(update(meta).where(meta.c.key == key).values(value=value))


def move_revision(connection: Connection) -> None:
    """Tell a running agent that something it holds in memory has changed."""
    set_meta(connection, REVISION, meta.c.value + 1)

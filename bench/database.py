"""What a run left in the database: samples against polls, delays, outages that were none."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

GAPS = """
SELECT (at - before) / 1000.0 AS gap FROM (
    SELECT target, at, lag(at) OVER (PARTITION BY target, probe ORDER BY at) AS before
    FROM samples WHERE at >= ? AND at < ?
) WHERE before IS NOT NULL AND target IN (SELECT id FROM live) ORDER BY gap
"""


def report(
    file: Path, live: set[str], window: tuple[int, int], interval: int, polls: float
) -> Iterator[str]:
    """The figures as lines; `live` are the targets that nothing ailed, the window is in
    microseconds since the epoch, `polls` how many the agent said that it did in it. What begins
    after the window is the stop's: a failure that is unconfirmed then is unknown."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TEMP TABLE live (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany(
            "INSERT INTO live SELECT id, name FROM targets WHERE name = ?",
            [(name,) for name in live],
        )
        stored = _number(
            connection, "SELECT count(*) FROM samples WHERE at >= ? AND at < ?", window
        )
        failed = _number(
            connection,
            "SELECT count(*) FROM samples WHERE at >= ? AND at < ? AND result > 2"
            " AND target IN (SELECT id FROM live)",
            window,
        )
        down = _number(
            connection,
            "SELECT count(*) FROM intervals WHERE state = 'down' AND start < ?"
            " AND target IN (SELECT id FROM live)",
            window[1:],
        )
        unknown = _number(
            connection,
            "SELECT count(*) FROM intervals WHERE state = 'unknown' AND start < ?"
            " AND target IN (SELECT id FROM live)",
            window[1:],
        )
        blips = _number(connection, "SELECT count(*) FROM events WHERE kind = 'blip'")
        gaps = [gap for (gap,) in connection.execute(GAPS, window)]
    yield f"samples in the window   {stored} stored, {polls:.0f} polls counted"
    yield f"failed samples          {failed} of targets that nothing ailed; {blips} blips in all"
    yield f"false outages stored    {down} down, {unknown} unknown"
    if gaps:
        late = [gap - 1000 * interval for gap in gaps]
        p50, p99 = late[len(late) // 2], late[len(late) * 99 // 100]
        yield (
            f"gap less the interval   p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {late[-1]:.1f} ms"
        )
    size = sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
    yield f"database                {size / 1e6:.1f} MB"


def _number(connection: sqlite3.Connection, query: str, values: tuple[int, ...] = ()) -> int:
    return int(connection.execute(query, values).fetchone()[0])

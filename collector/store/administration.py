"""What commands change and look up beside the agent."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, func, select, update

from collector.domain.instants import Instant, moment
from collector.domain.samples import Sample
from collector.domain.states import Interval, State
from collector.ports import Aggregate, ImportedRow
from collector.store.engine import Database, sqlite_path
from collector.store.rows import REASON, RESULT, STATE, chunks, move_revision
from collector.store.schema import daily as daily_table
from collector.store.schema import hourly, imports, intervals, samples, targets

FOREVER = 2**63 - 1

_pg_database_size = func.pg_database_size(func.current_database(), type_=BigInteger)


class Administration(Database):
    """Imports, look-ups and the size; renaming, retention, check and backup have their own."""

    def import_intervals(
        self, rows: Sequence[ImportedRow], author: str, file: str, now: Instant
    ) -> int:
        """Take in former outages in one transaction; how many intervals were new.

        A row that is stored already is skipped. ValueError, with both spans, for one that overlaps
        another or reaches into the future; maintenance may do both.
        """
        with self.writing() as connection:
            new = _new_rows(connection, rows, now)
            if not new:
                return 0
            number = connection.execute(
                imports.insert().values(author=author, file=file, at=now)
            ).inserted_primary_key
            assert number is not None
            connection.execute(
                intervals.insert(),
                [
                    {
                        "target": row.target,
                        "start": row.interval.start,
                        "end": row.interval.end,
                        "state": row.interval.state.value,
                        "confirmed_at": row.interval.confirmed_at,
                        "origin": row.interval.origin.value,
                        "reason": row.interval.reason,
                        "import_id": number[0],
                        "comment": row.comment,
                    }
                    for row in new
                ],
            )
            _keep_first_imported(connection, new)
            move_revision(connection)
        return len(new)

    def samples(self, target: int, start: Instant, end: Instant) -> Sequence[Sample]:
        """Raw samples of one target in [start, end), oldest first."""
        statement = (
            select(samples)
            .where(samples.c.at >= start, samples.c.at < end, samples.c.target == target)
            .order_by(samples.c.at, samples.c.probe)
        )
        with self.reading() as connection:
            return [
                Sample(of, probe, at, RESULT[result], REASON[reason], duration, loss)
                for at, of, probe, result, reason, duration, loss in connection.execute(statement)
            ]

    def aggregates(
        self, target: int, start: Instant, end: Instant, *, daily: bool = False
    ) -> Sequence[Aggregate]:
        """Hourly or daily (UTC) aggregates of one target that begin in [start, end)."""
        table = daily_table if daily else hourly
        columns = (
            "target",
            "probe",
            "start",
            "polls",
            "successes",
            "duration_min",
            "duration_mean",
            "duration_max",
            "loss",
        )
        statement = (
            select(*(table.c[name] for name in columns))
            .where(table.c.target == target, table.c.start >= start, table.c.start < end)
            .order_by(table.c.start, table.c.probe)
        )
        with self.reading() as connection:
            return [Aggregate(*row) for row in connection.execute(statement)]

    def size(self) -> int:
        """Bytes on disk, SQLite's write-ahead log included."""
        path = sqlite_path(self.url)
        if path is not None:
            files = (path, path.with_name(path.name + "-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        with self.reading() as connection:
            return connection.scalars(select(_pg_database_size)).one()


def _new_rows(
    connection: Connection, rows: Sequence[ImportedRow], now: Instant
) -> list[ImportedRow]:
    """The rows that are not stored yet; ValueError where one contradicts what is."""
    measured: dict[int, list[Interval]] = defaultdict(list)
    planned: dict[tuple[int, Instant], Interval] = {}
    names: dict[int, str] = {}
    for ids in chunks({row.target for row in rows}):
        found = connection.execute(
            select(intervals.c.target, intervals.c.start, intervals.c.end, intervals.c.state)
            .where(intervals.c.target.in_(ids))
            .order_by(intervals.c.target, intervals.c.start)
        )
        for target, start, end, state in found:
            span = Interval(start, end, STATE[state])
            if span.state is State.MAINTENANCE:
                planned[target, start] = span
            else:
                measured[target].append(span)
        named = select(targets.c.id, targets.c.name).where(targets.c.id.in_(ids))
        names |= dict(connection.execute(named).all())
    new = []
    for row in rows:
        span = row.interval
        _check_span(names[row.target], span, now)
        others = measured[row.target]
        where = bisect_left(others, span.start, key=lambda other: other.start)
        if span.state is State.MAINTENANCE:
            # Windows may overlap; but target, start and state are an interval's key.
            near = [planned[row.target, span.start]] if (row.target, span.start) in planned else []
        else:
            near = others[max(where - 1, 0) : where + 1]
        clash = next((other for other in near if _overlap(span, other)), None)
        if clash is None:
            new.append(row)
            if span.state is State.MAINTENANCE:
                planned[row.target, span.start] = span
            else:
                others.insert(where, span)
        elif span[:3] != clash[:3]:
            raise ValueError(
                f"{names[row.target]}: {_words(span)} overlaps {_words(clash)}, "
                "which is stored already"
            )
    return new


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < (other.end or FOREVER) and other.start < (one.end or FOREVER)


def _check_span(name: str, span: Interval, now: Instant) -> None:
    if span.end is None or span.end <= span.start:
        raise ValueError(f"{name}: {_words(span)} has no end after its start")
    if span.end > now and span.state is not State.MAINTENANCE:
        raise ValueError(f"{name}: {_words(span)} ends in the future")


def _words(span: Interval) -> str:
    end = "now" if span.end is None else _time(span.end)
    return f"{span.state.value} {_time(span.start)} to {end}"


def _time(at: Instant) -> str:
    return moment(at).isoformat(timespec="seconds").replace("+00:00", "Z")


def _keep_first_imported(connection: Connection, rows: Sequence[ImportedRow]) -> None:
    first: dict[int, Instant] = {}
    for row in rows:
        first[row.target] = min(row.interval.start, first.get(row.target, row.interval.start))
    column = targets.c.first_imported
    connection.execute(
        update(targets)
        .where(targets.c.id == bindparam("of"))
        .where(column.is_(None) | (column > bindparam("seen")))
        .values(first_imported=bindparam("seen")),
        [{"of": target, "seen": at} for target, at in first.items()],
    )

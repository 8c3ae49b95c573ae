"""Rolling samples up and deleting what is past its time, in steps that never stall a poll."""

from collections.abc import Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    case,
    delete,
    func,
    select,
    tuple_,
    update,
)

from collector.domain.instants import DAY, HOUR, Instant
from collector.domain.samples import Result
from collector.ports import Retention
from collector.store.cases import Cases
from collector.store.rows import chunks, read_meta, set_meta
from collector.store.schema import (
    RAW_FROM,
    RAW_ROWS,
    ROLLED_DAYS,
    ROLLED_HOURS,
    daily,
    events,
    hourly,
    intervals,
    meta,
    samples,
    targets,
)

STEP = 2_000
"""Rows in one transaction."""

PAGES = 500
"""Pages given back to the file system in one transaction: 2 MB."""

FREE_SHARE = 0.1
"""How much of the file may be empty pages; those are taken by the next samples anyway."""

ROW_OVERHEAD = {"sqlite": 26, "postgresql": 97}
"""Bytes of a raw sample but for its text and floats: row and index headers, keys and the share of
pages that stays empty; measured with dbstat and pg_total_relation_size."""

_SUCCESSES = (Result.UP.value, Result.DEGRADED.value)


class Retaining(Cases):
    """AdministrationStore.retain."""

    def retain(self, retention: Retention, now: Instant) -> Iterator[int]:
        """Roll up finished hours and days (UTC) and delete what is past its time.

        Each step is one transaction and yields the rows it touched. Raw samples that are not rolled
        up yet are deleted only where the size limit leaves no other way. Broken off anywhere it
        goes on where it was, and rolling an hour up again gives the same.
        """
        yield from self._roll_hours(now // HOUR * HOUR)
        hours, _ = self._rolled()
        yield from self._roll_days(hours // DAY * DAY)
        hours, days = self._rolled()
        yield from self._expire_raw(min(now - retention.raw, hours), None)
        yield from self._expire_raw(now, retention.raw_bytes)
        # An hour that late samples may still change must be there for its day to be rolled again.
        before = min(now - max(retention.hourly, retention.raw), days)
        yield from self._expire_aggregates(hourly, before)
        if retention.daily is not None:
            yield from self._expire_aggregates(daily, now - retention.daily)
        if retention.intervals is not None:
            before = now - retention.intervals
            yield from self._expire(intervals, intervals.c.end <= before)
            yield from self._expire(events, events.c.at < before)
        if retention.cases is not None:  # once a day, so that the log of it stays short
            yield from self.purge_steps((now - retention.cases) // DAY * DAY, now)
        if self.engine.dialect.name == "sqlite":
            yield from self._give_back()

    def _rolled(self) -> tuple[Instant, Instant]:
        """Up to when hours and days are rolled up."""
        with self.reading() as connection:
            return read_meta(connection, ROLLED_HOURS), read_meta(connection, ROLLED_DAYS)

    def _roll_hours(self, until: Instant) -> Iterator[int]:
        """Roll samples up into hours, read at once outside a write transaction."""
        while True:
            with self.reading() as connection:
                done = read_meta(connection, ROLLED_HOURS)
                first = connection.scalar(
                    select(func.min(samples.c.at)).where(samples.c.at >= done)
                )
                start = until if first is None else min(first // HOUR * HOUR, until)
                within = (samples.c.at >= start) & (samples.c.at < start + HOUR)
                rows = _summary(connection, samples, within) if start < until else []
            end = min(start + HOUR, until)
            kept = yield from self._keep(hourly, start, rows, (ROLLED_HOURS, done, end))
            if start == until or not kept:
                return

    def _roll_days(self, until: Instant) -> Iterator[int]:
        """Roll hours up into days, some targets at a time as hours are clustered by target."""
        with self.reading() as connection:
            done = read_meta(connection, ROLLED_DAYS)
            first = done or connection.scalar(select(func.min(hourly.c.start))) or until
            ids = connection.scalars(select(targets.c.id)).all()
        for start in range(first // DAY * DAY, until, DAY):
            rows: list[Row[Any]] = []
            for some in chunks(ids):
                day = (hourly.c.start >= start) & (hourly.c.start < start + DAY)
                with self.reading() as connection:
                    rows += _summary(connection, hourly, hourly.c.target.in_(some) & day)
            if rows:
                end = start + DAY
                if not (yield from self._keep(daily, start, rows, (ROLLED_DAYS, done, end))):
                    return
                done = end
        yield from self._keep(daily, until, [], (ROLLED_DAYS, done, until))

    def _keep(
        self,
        table: Table,
        start: Instant,
        rows: Sequence[Row[Any]],
        move: tuple[str, Instant, Instant],
    ) -> Generator[int, None, bool]:
        """Store the rows of a stretch, and move its marker with the last of them, so that a crash
        repeats the stretch; False where a late sample moved the marker back meanwhile, and it stays
        there."""
        marker, before, after = move
        if not rows and before == after:
            return True
        statement = self.insert(table)
        figures = [column.name for column in table.columns if not column.primary_key]
        statement = statement.on_conflict_do_update(
            index_elements=[*table.primary_key],
            set_={name: statement.excluded[name] for name in figures},
        )
        for index in range(0, max(len(rows), 1), STEP):
            some = [{"start": start, **row._mapping} for row in rows[index : index + STEP]]
            with self.writing() as connection:
                if some:
                    connection.execute(statement, some)
                if index + STEP >= len(rows):
                    moved = connection.execute(
                        update(meta)
                        .where(meta.c.key == marker, meta.c.value == before)
                        .values(value=after)
                    ).rowcount
            if some:
                yield len(some)
        return moved == 1

    def _expire_raw(self, before: Instant, limit: int | None) -> Iterator[int]:
        """Delete raw samples before an instant, oldest first; only what exceeds `limit` bytes
        where there is one."""
        with self.reading() as connection:
            allowed = 0 if limit is None else limit // _bytes_per_row(connection)
        while True:
            with self.writing() as connection:
                excess = read_meta(connection, RAW_ROWS) - allowed
                gone = _delete_some(connection, samples, samples.c.at < before, min(STEP, excess))
                if not gone:
                    return
                set_meta(connection, RAW_ROWS, meta.c.value - gone)
                oldest = connection.scalar(select(func.min(samples.c.at)))
                set_meta(connection, RAW_FROM, before if oldest is None else oldest)
            yield gone

    def _expire_aggregates(self, table: Table, before: Instant) -> Iterator[int]:
        with self.reading() as connection:
            ids = connection.scalars(select(targets.c.id)).all()
        for some in chunks(ids):
            yield from self._expire(table, table.c.target.in_(some) & (table.c.start < before))

    def _expire(self, table: Table, past: Any) -> Iterator[int]:
        while True:
            with self.writing() as connection:
                gone = _delete_some(connection, table, past, STEP)
            if gone:
                yield gone
            if gone < STEP:
                return

    def _give_back(self) -> Iterator[int]:
        """Give empty pages back to the file system, so that a size limit is one of the file."""
        while True:
            with self.writing() as connection:
                free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                if free <= pages * FREE_SHARE:
                    return
                for _ in range(min(free, PAGES)):
                    # One page a call whatever the number: the driver takes but the first step.
                    connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
            yield min(free, PAGES)


def _delete_some(connection: Connection, table: Table, past: Any, limit: int) -> int:
    if limit <= 0:
        return 0
    keys = [*table.primary_key]
    some = select(*keys).where(past).order_by(*keys).limit(limit)
    return connection.execute(delete(table).where(tuple_(*keys).in_(some))).rowcount


def _summary(connection: Connection, source: Table, within: Any) -> Sequence[Row[Any]]:
    """A row for each target and probe of a stretch; a day's loss is weighted with the polls."""
    of = source.c
    if source is samples:
        columns: dict[str, ColumnElement[Any]] = {
            "polls": func.count(),
            "successes": func.sum(case((of.result.in_(_SUCCESSES), 1), else_=0)),
            "timed": func.count(of.duration),
            "duration_min": func.min(of.duration),
            "duration_mean": func.avg(of.duration),
            "duration_max": func.max(of.duration),
            "loss": func.avg(of.loss),
        }
    else:
        lossy = func.sum(case((of.loss.is_not(None), of.polls)))
        columns = {
            "polls": func.sum(of.polls),
            "successes": func.sum(of.successes),
            "timed": func.sum(of.timed),
            "duration_min": func.min(of.duration_min),
            "duration_mean": func.sum(of.duration_mean * of.timed)
            / func.nullif(func.sum(of.timed), 0),
            "duration_max": func.max(of.duration_max),
            "loss": func.sum(of.loss * of.polls) / lossy,
        }
    figures = [expression.label(name) for name, expression in columns.items()]
    return connection.execute(
        select(of.target, of.probe, *figures).where(within).group_by(of.target, of.probe)
    ).all()


def _bytes_per_row(connection: Connection) -> int:
    """What a raw sample takes on disk, by the newest of them."""
    newest = select(samples).order_by(samples.c.at.desc()).limit(STEP).subquery()
    held = connection.scalar(
        select(
            func.avg(
                func.length(newest.c.probe)
                + func.coalesce(func.length(newest.c.reason), 0)
                + case((newest.c.duration.is_not(None), 8), else_=0)
                + case(((newest.c.loss > 0) & (newest.c.loss < 1), 8), else_=0)
            )
        )
    )
    return ROW_OVERHEAD[connection.dialect.name] + round(float(held or 0))

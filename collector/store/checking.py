"""What may be wrong with a database, found by looking."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Connection, Select, Table, func, literal, or_, select

from collector.domain.instants import MINUTE, moment
from collector.domain.states import State
from collector.ports import Finding
from collector.store.case_rows import sound
from collector.store.engine import Database
from collector.store.schema import (
    COLLECTOR,
    annotations,
    attributes,
    cases,
    checks,
    corrections,
    covered,
    daily,
    devices,
    events,
    hourly,
    intervals,
    runs,
    samples,
    targets,
    window_targets,
)

RESTORE = "restore the latest backup: driftkoll db restore FILE"
CORRECT = "correct it by hand: driftkoll outages correct"
MAX_DAMAGES = 10

CHUNK = 2_000
"""Cases in memory at a time."""


class Checking(Database):
    """AdministrationStore.check."""

    def check(self) -> Sequence[Finding]:
        """What is wrong with the database; empty when all is well. Reads all of it."""
        with self.reading() as connection:
            damage = list(_damage(connection))
            if damage:
                return damage  # what else would be read is not to be relied on
            return [
                *_intervals(connection),
                *_future(connection),
                *_orphans(connection),
                *_cases(connection),
                *_covered(connection),
            ]


def _damage(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL's own amcheck does it, with rights that we have no need of
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_DAMAGES})").scalars().all()
    if list(found) != ["ok"]:
        for line in found:
            yield Finding(f"the file is damaged: {line}", RESTORE)


def _intervals(connection: Connection) -> Iterator[Finding]:
    measured = (
        select(
            intervals.c.target,
            intervals.c.start,
            intervals.c.end,
            func.max(func.coalesce(intervals.c.end, 2**63 - 1))
            .over(
                partition_by=intervals.c.target,
                order_by=(intervals.c.start, intervals.c.state),
                rows=(None, -1),
            )
            .label("taken_until"),
        )
        .where(intervals.c.state != State.MAINTENANCE.value)
        .subquery()
    )
    overlapping = (
        select(targets.c.name, func.min(measured.c.start), func.count())
        .join(measured, measured.c.target == targets.c.id)
        .where(measured.c.taken_until > measured.c.start)
        .group_by(targets.c.name)
        .order_by(targets.c.name)
    )
    for name, first, count in connection.execute(overlapping):
        yield Finding(f"{name}: {count} overlapping intervals, first at {moment(first)}", CORRECT)
    several = (
        select(targets.c.name, func.count())
        .join(intervals, intervals.c.target == targets.c.id)
        .where(intervals.c.end.is_(None))
        .group_by(targets.c.name)
        .having(func.count() > 1)
        .order_by(targets.c.name)
    )
    for name, count in connection.execute(several):
        yield Finding(f"{name}: {count} open intervals", CORRECT)
    backward = (
        select(targets.c.name, func.count())
        .join(intervals, intervals.c.target == targets.c.id)
        .where(intervals.c.end <= intervals.c.start)
        .group_by(targets.c.name)
        .order_by(targets.c.name)
    )
    for name, count in connection.execute(backward):
        yield Finding(f"{name}: {count} intervals end before they start", CORRECT)


def _future(connection: Connection) -> Iterator[Finding]:
    """What lies after the collector's last sign of life; the store itself has no clock."""
    heartbeat = connection.scalar(select(runs.c.last_at).order_by(runs.c.id.desc()).limit(1))
    if heartbeat is None:
        return
    limit = heartbeat + MINUTE
    late = connection.scalar(select(func.count()).select_from(samples).where(samples.c.at > limit))
    begun = connection.scalar(
        select(func.count())
        .select_from(intervals)
        .where(
            intervals.c.state != State.MAINTENANCE.value,
            or_(intervals.c.start > limit, intervals.c.end > limit),
        )
    )
    remedy = "the clock was wrong: set it, and correct the outages of that time"
    if late:
        yield Finding(f"{late} samples from the future, after {moment(heartbeat)}", remedy)
    if begun:
        yield Finding(f"{begun} intervals from the future, after {moment(heartbeat)}", remedy)


def _orphans(connection: Connection) -> Iterator[Finding]:
    for table in (
        attributes,
        checks,
        intervals,
        devices,
        events,
        samples,
        hourly,
        daily,
        window_targets,
        corrections,
        annotations,
    ):
        count = connection.scalar(_orphaned(table))
        if count:
            yield Finding(f"{count} rows of {table.name} belong to no target", RESTORE)
    bare = connection.scalars(
        select(targets.c.name)
        .where(~select(attributes.c.target).where(attributes.c.target == targets.c.id).exists())
        .order_by(targets.c.name)
    )
    for name in bare:
        yield Finding(f"{name}: neither kind nor site is known", RESTORE)


def _orphaned(table: Table) -> Select[int]:
    known = select(literal(1)).where(targets.c.id == table.c.target).exists()
    query = select(func.count()).select_from(table).where(~known)
    return query.where(table.c.target != COLLECTOR) if table is events else query


def _cases(connection: Connection) -> Iterator[Finding]:
    """Rows that somebody wrote by hand: what follows from the other columns does not."""
    rows = connection.execute(
        select(cases).order_by(*cases.primary_key).execution_options(yield_per=CHUNK)
    )
    wrong = [(row.source, row.id) for some in rows.partitions() for row in some if not sound(row)]
    if wrong:
        source, id_ = wrong[0]
        yield Finding(
            f"{len(wrong)} cases are not as they were stored, first {source}:{id_}", RESTORE
        )


def _covered(connection: Connection) -> Iterator[Finding]:
    spans = connection.execute(select(covered).order_by(covered.c.source, covered.c.end)).all()
    apart = all(
        one.source != other.source or (other.start is not None and one.end < other.start)
        for one, other in pairwise(spans)
    )
    if not apart or any(span.start is not None and span.start >= span.end for span in spans):
        yield Finding("what the sources of cases cover is no list of spans apart", RESTORE)

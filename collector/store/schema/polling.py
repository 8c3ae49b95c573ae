"""Targets, and what polling found."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from collector.store.schema.base import metadata, target_key

targets = Table(
    "targets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("in_service_from", BigInteger),
    Column("retired_at", BigInteger),
    Column("dropped_at", BigInteger),
    Column("first_polled", BigInteger),
    Column("first_imported", BigInteger),
    Column("answered_at", BigInteger),
    sqlite_autoincrement=True,  # an id is never given to a second target
)

attributes = Table(
    "attributes",
    metadata,
    target_key(),
    Column("since", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("parent", Integer, ForeignKey("targets.id")),
    Column("tags", Text, nullable=False),
    sqlite_with_rowid=False,
)

checks = Table(
    "checks",
    metadata,
    target_key(),
    Column("probe", Text, primary_key=True),
    Column("interval", BigInteger, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("merge", Text, nullable=False),
    sqlite_with_rowid=False,
)

# No foreign key: it would be looked up for each of hundreds of samples a second.
samples = Table(
    "samples",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("target", Integer, primary_key=True),
    Column("probe", Text, primary_key=True),
    Column("result", SmallInteger, nullable=False),
    Column("reason", Text),
    Column("duration", Double),
    Column("loss", Double),
    sqlite_with_rowid=False,
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

intervals = Table(
    "intervals",
    metadata,
    target_key(),
    Column("start", BigInteger, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("end", BigInteger),
    Column("confirmed_at", BigInteger),
    Column("origin", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("import_id", Integer, ForeignKey("imports.id")),
    Column("comment", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
Index(
    "ix_intervals_open",
    intervals.c.target,
    unique=True,
    sqlite_where=intervals.c.end.is_(None),
    postgresql_where=intervals.c.end.is_(None),
)

events = Table(
    "events",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("detail", Text, nullable=False),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", BigInteger, nullable=False, unique=True),
    Column("last_at", BigInteger, nullable=False),
    Column("stopped", BigInteger),
)

devices = Table(
    "devices",
    metadata,
    target_key(),
    Column("at", BigInteger, nullable=False),
    Column("uptime", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("engine_time", BigInteger),
    Column("restarts", Integer, nullable=False),
    sqlite_with_rowid=False,
)


def _aggregates(name: str) -> Table:
    """`timed` counts the polls that have a duration: the weight of `duration_mean` in a day."""
    return Table(
        name,
        metadata,
        Column("target", Integer, primary_key=True, autoincrement=False),
        Column("start", BigInteger, primary_key=True, autoincrement=False),
        Column("probe", Text, primary_key=True),
        Column("polls", Integer, nullable=False),
        Column("successes", Integer, nullable=False),
        Column("timed", Integer, nullable=False),
        Column("duration_min", Double),
        Column("duration_mean", Double),
        Column("duration_max", Double),
        Column("loss", Double),
        sqlite_with_rowid=False,
    )


hourly = _aggregates("hourly")
daily = _aggregates("daily")

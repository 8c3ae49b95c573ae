"""Planned work, corrections and what was said of outages."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from collector.store.schema.base import metadata, target_key

windows = Table(
    "maintenance_windows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    # A recurring one: the RRULE, seconds after local midnight, µs, local days, the zone.
    Column("rule", Text),
    Column("time_of_day", Integer),
    Column("duration", BigInteger),
    Column("first_day", Text),
    Column("last_day", Text),
    Column("zone", Text),
    # JSON lists.
    Column("kinds", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("down", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("cancelled_at", BigInteger),
    Column("cancelled_by", Text),
    Column("cancelled_reason", Text),
)

window_targets = Table(
    "maintenance_targets",
    metadata,
    Column("window", Integer, ForeignKey("maintenance_windows.id"), primary_key=True),
    target_key(),
    # 1: with everything behind it.
    Column("behind", SmallInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

extensions = Table(
    "maintenance_extensions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("window", Integer, ForeignKey("maintenance_windows.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("old_end", BigInteger, nullable=False),
    Column("new_end", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("down", Text, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("target", Integer, ForeignKey("targets.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undoes", Integer, ForeignKey("corrections.id")),
)

annotations = Table(
    "annotations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("target", Integer, ForeignKey("targets.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

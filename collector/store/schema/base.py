"""What all tables share, and the table of the store itself."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)

HEAD = "0007"
"""The newest migration; revisions are numbers with leading zeros, so that they sort."""

COLLECTOR = 0
"""The `target` of an event that concerns the collector itself; no target has this id."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def target_key() -> Column[int]:
    return Column("target", Integer, ForeignKey("targets.id"), primary_key=True)


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

REVISION = "revision"
"""Moves with each administrative change."""
RAW_ROWS = "raw_rows"
"""How many raw samples there are; counting them would read the whole table."""
RAW_FROM = "raw_from"
"""Raw samples before this instant have been deleted."""
ROLLED_HOURS = "rolled_hours"
"""The hours before this instant are rolled up."""
ROLLED_DAYS = "rolled_days"
"""The days before this instant are rolled up."""

META_KEYS = (REVISION, RAW_ROWS, RAW_FROM, ROLLED_HOURS, ROLLED_DAYS)
"""All of them are there from the first migration on, with 0."""

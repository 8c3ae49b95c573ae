"""What people register beside a servicedesk, figures that others supply, and what was purged."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
)

from collector.store.schema.base import metadata

disruption_reports = Table(
    "disruption_reports",
    metadata,
    Column("number", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("change", Text, nullable=False),
    Column("change_at", BigInteger),
    Column("outage", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("registered", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

security_incidents = Table(
    "security_incidents",
    metadata,
    Column("number", Text, primary_key=True),
    Column("detected", BigInteger, nullable=False),
    Column("severity", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("registered", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

attestations = Table(
    "attestations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("indicator", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

supplied_figures = Table(
    "supplied_figures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("indicator", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("n", Integer),
    Column("source", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
)
Index("ix_supplied_figures_indicator", supplied_figures.c.indicator, supplied_figures.c.period)

purges = Table(
    "purges",
    metadata,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("before", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    sqlite_with_rowid=False,
)

"""The figures of closed months."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from collector.store.schema.base import metadata

frozen_versions = Table(
    "frozen_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("period", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("definitions", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    UniqueConstraint("period", "version"),
)

# A key has no NULL: "" is no kind, and no target has the id 0.
frozen_figures = Table(
    "frozen_figures",
    metadata,
    Column("frozen", Integer, ForeignKey("frozen_versions.id"), primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("target", Integer, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("coverage", Double),
    Column("decided_op", Text),
    Column("decided_value", Double),
    Column("verdict", Text),
    Column("detail", Text, nullable=False),
    sqlite_with_rowid=False,
)

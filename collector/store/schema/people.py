"""Who may sign in."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Table,
    Text,
)

from collector.store.schema.base import metadata

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("token_hash", Text, unique=True),
    Column("token_start", Text),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("removed_at", BigInteger),
    Column("removed_by", Text),
)
Index(
    "ix_users_present",
    users.c.name,
    unique=True,
    sqlite_where=users.c.removed_at.is_(None),
    postgresql_where=users.c.removed_at.is_(None),
)

"""Cases of servicedesks, and where reading each source stands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from collector.store.schema.base import metadata

# No history is kept of a case: its row is what its source said last, with what follows from it.
cases = Table(
    "cases",
    metadata,
    Column("source", Text),
    Column("id", Text),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("type", Text),
    Column("status", Text),
    Column("first_response", BigInteger),
    Column("resolved", BigInteger),
    Column("resolved_from", Text),
    Column("closed", BigInteger),
    Column("group", Text, nullable=False),
    Column("resolving_group", Text, nullable=False),
    Column("group_from", Text),
    # JSON lists: the names of all groups that had it and, where known, since when; NULL where the
    # source does not tell. The names alone repeat, and so are read fast.
    Column("groups", Text),
    Column("assigned", Text),
    Column("waiting", BigInteger, nullable=False),
    Column("scheduled", BigInteger, nullable=False),
    # JSON: [[start, end, status], …].
    Column("pauses", Text),
    Column("category", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("satisfaction", Double),
    Column("satisfaction_at", BigInteger),
    Column("reopened", Integer),
    Column("reassignments", Integer),
    Column("change", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("major", SmallInteger, nullable=False),
    Column("excluded", Text),
    # A JSON object; NULL where everything is mapped.
    Column("unmapped", Text),
    Column("waiting_since", BigInteger),
    Column("deleted", BigInteger),
    # What follows from the others: when it counts and when it was rated, for an index, and a number
    # of what repeats from case to case: those that have the same are alike in all of that.
    Column("counted", BigInteger),
    Column("answered", BigInteger),
    Column("alike", BigInteger, nullable=False),
    # In this order: PostgreSQL would look among all of a source's for each id of a page.
    PrimaryKeyConstraint("id", "source"),
)
# The type is looked at in the index, before the row is.
Index("ix_cases_created", cases.c.created, cases.c.type)


def _index_of(name: str, only: str, columns: Sequence[str], **where: Any) -> None:
    """An index of one of the databases."""
    index = Index(name, *(cases.c[each] for each in columns), info={"only": only}, **where)
    index.ddl_if(dialect=only)


def _partial_index(name: str, column: Column[Any], having: ColumnElement[bool]) -> None:
    Index(name, column, sqlite_where=having, postgresql_where=having)


_ANSWERED = cases.c.answered.is_not(None)
Index("ix_cases_counted", cases.c.counted, cases.c.type)
_partial_index("ix_cases_answered", cases.c.answered, _ANSWERED)
# All that figures of a year read, those that are alike together: SQLite would look each row up, for
# twice the time. PostgreSQL reads rows in the order of the disk, and has no room in an index for
# long text.
_index_of(
    "ix_cases_figures",
    "sqlite",
    ("alike", "counted", "deleted", "created", "waiting", "scheduled", "pauses", "assigned"),
)
_index_of("ix_cases_alike", "postgresql", ("alike", "counted"))
_index_of(
    "ix_cases_answers",
    "sqlite",
    ("alike", "answered", "deleted", "satisfaction", "satisfaction_at"),
    sqlite_where=_ANSWERED,
)


_partial_index("ix_cases_deleted", cases.c.deleted, cases.c.deleted.is_not(None))
_partial_index("ix_cases_report", cases.c.report, cases.c.report != "")

source_states = Table(
    "source_states",
    metadata,
    Column("source", Text, primary_key=True),
    Column("watermark", BigInteger),
    Column("place", Text),
    Column("pass_started", BigInteger),
    Column("complete_at", BigInteger),
    Column("swept_at", BigInteger),
    Column("tried_at", BigInteger),
    Column("failure", Text),
    Column("failing_since", BigInteger),
    Column("message", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Spans of a source are apart from each other, so that their ends tell them apart.
covered = Table(
    "covered",
    metadata,
    Column("source", Text, primary_key=True),
    Column("end", BigInteger, primary_key=True, autoincrement=False),
    Column("start", BigInteger),
    sqlite_with_rowid=False,
)

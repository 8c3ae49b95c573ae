"""The tables. Times are microseconds since the epoch (BIGINT), durations of samples seconds.

Raw samples are clustered by time, so that inserts append and expiry deletes from the front; all
other history is clustered by target, as it is read.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0005"
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


def _target_key() -> Column[int]:
    return Column("target", Integer, ForeignKey("targets.id"), primary_key=True)


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
    _target_key(),
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
    _target_key(),
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
    _target_key(),
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
    _target_key(),
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
    _target_key(),
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
    # What follows from the others: when it counts and when it was rated, for an index, and a JSON
    # list of what repeats from case to case, which is read in the time of one value.
    Column("counted", BigInteger),
    Column("answered", BigInteger),
    Column("facets", Text, nullable=False),
    # In this order: PostgreSQL would look among all of a source's for each id of a page.
    PrimaryKeyConstraint("id", "source"),
)
# The type is looked at in the index, before the row is.
Index("ix_cases_created", cases.c.created, cases.c.type)


def _index_of(name: str, only: str, columns: Sequence[str], **where: Any) -> None:
    """An index of one of the databases."""
    index = Index(name, *(cases.c[each] for each in columns), info={"only": only}, **where)
    index.ddl_if(dialect=only)


_ANSWERED = cases.c.answered.is_not(None)
# All that figures of a year read: SQLite would look each row up, for twice the time. PostgreSQL
# reads rows in the order of the disk, and has no room in an index for long text.
_index_of(
    "ix_cases_figures",
    "sqlite",
    (
        "counted",
        "type",
        "deleted",
        "created",
        "waiting",
        "scheduled",
        "satisfaction",
        "facets",
        "pauses",
        "assigned",
    ),
)
_index_of(
    "ix_cases_answers",
    "sqlite",
    (
        "answered",
        "type",
        "deleted",
        "created",
        "counted",
        "satisfaction",
        "satisfaction_at",
        "facets",
    ),
    sqlite_where=_ANSWERED,
)
_index_of("ix_cases_counted", "postgresql", ("counted", "type"))
_index_of("ix_cases_answered", "postgresql", ("answered",), postgresql_where=_ANSWERED)


def _partial_index(name: str, column: Column[Any], having: ColumnElement[bool]) -> None:
    Index(name, column, sqlite_where=having, postgresql_where=having)


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

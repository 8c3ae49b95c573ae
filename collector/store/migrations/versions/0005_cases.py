"""Cases, the sources they come from, the registers beside them, and what was purged."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FIGURES = [
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
]
"""What figures of a year read: an index that holds it saves SQLite looking each row up."""

ANSWERS = [
    "answered",
    "type",
    "deleted",
    "created",
    "counted",
    "satisfaction",
    "satisfaction_at",
    "facets",
]


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("first_response", sa.BigInteger),
        sa.Column("resolved", sa.BigInteger),
        sa.Column("resolved_from", sa.Text),
        sa.Column("closed", sa.BigInteger),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("resolving_group", sa.Text, nullable=False),
        sa.Column("group_from", sa.Text),
        sa.Column("groups", sa.Text),
        sa.Column("assigned", sa.Text),
        sa.Column("waiting", sa.BigInteger, nullable=False),
        sa.Column("scheduled", sa.BigInteger, nullable=False),
        sa.Column("pauses", sa.Text),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("satisfaction", sa.Double),
        sa.Column("satisfaction_at", sa.BigInteger),
        sa.Column("reopened", sa.Integer),
        sa.Column("reassignments", sa.Integer),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("major", sa.SmallInteger, nullable=False),
        sa.Column("excluded", sa.Text),
        sa.Column("unmapped", sa.Text),
        sa.Column("waiting_since", sa.BigInteger),
        sa.Column("deleted", sa.BigInteger),
        sa.Column("counted", sa.BigInteger),
        sa.Column("answered", sa.BigInteger),
        sa.Column("facets", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", "source", name="pk_cases"),
    )
    op.create_index("ix_cases_created", "cases", ["created", "type"])
    answered = sa.text("answered IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_cases_figures", "cases", FIGURES)
        op.create_index("ix_cases_answers", "cases", ANSWERS, sqlite_where=answered)
    else:
        op.create_index("ix_cases_counted", "cases", ["counted", "type"])
        op.create_index("ix_cases_answered", "cases", ["answered"], postgresql_where=answered)
    for name, column, having in (
        ("ix_cases_deleted", "deleted", "deleted IS NOT NULL"),
        ("ix_cases_report", "report", "report != ''"),
    ):
        where = sa.text(having)
        op.create_index(name, "cases", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "source_states",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("watermark", sa.BigInteger),
        sa.Column("place", sa.Text),
        sa.Column("pass_started", sa.BigInteger),
        sa.Column("complete_at", sa.BigInteger),
        sa.Column("swept_at", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("failure", sa.Text),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_states"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "covered",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("end", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger),
        sa.PrimaryKeyConstraint("source", "end", name="pk_covered"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "disruption_reports",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("change_at", sa.BigInteger),
        sa.Column("outage", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("registered", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_disruption_reports"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "security_incidents",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("detected", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("registered", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_security_incidents"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attestations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attestations"),
    )
    op.create_table(
        "supplied_figures",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("n", sa.Integer),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplied_figures"),
    )
    op.create_index("ix_supplied_figures_indicator", "supplied_figures", ["indicator", "period"])
    op.create_table(
        "purges",
        sa.Column("at", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("before", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("at", "what", name="pk_purges"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in (
        "purges",
        "supplied_figures",
        "attestations",
        "security_incidents",
        "disruption_reports",
        "covered",
        "source_states",
        "cases",
    ):
        op.drop_table(name)

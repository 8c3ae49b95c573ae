"""The first schema: targets, samples, intervals, events, runs, aggregates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("in_service_from", sa.BigInteger),
        sa.Column("retired_at", sa.BigInteger),
        sa.Column("dropped_at", sa.BigInteger),
        sa.Column("first_polled", sa.BigInteger),
        sa.Column("first_imported", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
        sa.UniqueConstraint("name", name="uq_targets_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "attributes",
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("tags", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("target", "since", name="pk_attributes"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_attributes_target"),
        sa.ForeignKeyConstraint(["parent"], ["targets.id"], name="fk_attributes_parent"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checks",
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("probe", sa.Text, nullable=False),
        sa.Column("interval", sa.BigInteger, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("merge", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("target", "probe", name="pk_checks"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_checks_target"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "samples",
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("probe", sa.Text, nullable=False),
        sa.Column("result", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("duration", sa.Double),
        sa.Column("loss", sa.Double),
        sa.PrimaryKeyConstraint("at", "target", "probe", name="pk_samples"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_table(
        "intervals",
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("end", sa.BigInteger),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("import_id", sa.Integer),
        sa.Column("comment", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("target", "start", "state", name="pk_intervals"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_intervals_target"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_intervals_import_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_intervals_open",
        "intervals",
        ["target"],
        unique=True,
        sqlite_where=sa.column("end").is_(None),
        postgresql_where=sa.column("end").is_(None),
    )
    op.create_table(
        "events",
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("at", "kind", "target", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("stopped", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("started", name="uq_runs_started"),
    )
    op.create_table(
        "devices",
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("uptime", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("engine_time", sa.BigInteger),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_devices"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_devices_target"),
        sqlite_with_rowid=False,
    )
    for name in ("hourly", "daily"):
        op.create_table(
            name,
            sa.Column("target", sa.Integer, autoincrement=False, nullable=False),
            sa.Column("start", sa.BigInteger, autoincrement=False, nullable=False),
            sa.Column("probe", sa.Text, nullable=False),
            sa.Column("polls", sa.Integer, nullable=False),
            sa.Column("successes", sa.Integer, nullable=False),
            sa.Column("timed", sa.Integer, nullable=False),
            sa.Column("duration_min", sa.Double),
            sa.Column("duration_mean", sa.Double),
            sa.Column("duration_max", sa.Double),
            sa.Column("loss", sa.Double),
            sa.PrimaryKeyConstraint("target", "start", "probe", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    meta = op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
        sqlite_with_rowid=False,
    )
    keys = ("revision", "raw_rows", "raw_from", "rolled_hours", "rolled_days")
    op.bulk_insert(meta, [{"key": key, "value": 0} for key in keys])


def downgrade() -> None:
    for name in (
        "meta",
        "daily",
        "hourly",
        "devices",
        "runs",
        "events",
        "intervals",
        "imports",
        "samples",
        "checks",
        "attributes",
        "targets",
    ):
        op.drop_table(name)

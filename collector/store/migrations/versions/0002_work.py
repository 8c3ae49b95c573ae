"""Work on what is watched: maintenance windows, corrections, causes of outages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "maintenance_windows",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("time_of_day", sa.Integer),
        sa.Column("duration", sa.BigInteger),
        sa.Column("first_day", sa.Text),
        sa.Column("last_day", sa.Text),
        sa.Column("zone", sa.Text),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("sites", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("down", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("registered_at", sa.BigInteger, nullable=False),
        sa.Column("cancelled_at", sa.BigInteger),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("cancelled_reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_windows"),
    )
    op.create_table(
        "maintenance_targets",
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("behind", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("window", "target", "behind", name="pk_maintenance_targets"),
        sa.ForeignKeyConstraint(
            ["window"], ["maintenance_windows.id"], name="fk_maintenance_targets_window"
        ),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_maintenance_targets_target"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "maintenance_extensions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("old_end", sa.BigInteger, nullable=False),
        sa.Column("new_end", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("down", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_extensions"),
        sa.ForeignKeyConstraint(
            ["window"], ["maintenance_windows.id"], name="fk_maintenance_extensions_window"
        ),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_corrections_target"),
        sa.ForeignKeyConstraint(["undoes"], ["corrections.id"], name="fk_corrections_undoes"),
    )
    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("supplier", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_annotations_target"),
    )


def downgrade() -> None:
    for name in (
        "annotations",
        "corrections",
        "maintenance_extensions",
        "maintenance_targets",
        "maintenance_windows",
    ):
        op.drop_table(name)

"""Frozen months: versions, and their figures in all scopes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("definitions", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frozen_versions"),
        sa.UniqueConstraint("period", "version", name="uq_frozen_versions_period"),
    )
    op.create_table(
        "frozen_figures",
        sa.Column("frozen", sa.Integer, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("coverage", sa.Double),
        sa.Column("decided_op", sa.Text),
        sa.Column("decided_value", sa.Double),
        sa.Column("verdict", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(
            "frozen", "indicator", "period", "site", "kind", "target", name="pk_frozen_figures"
        ),
        sa.ForeignKeyConstraint(
            ["frozen"], ["frozen_versions.id"], name="fk_frozen_figures_frozen"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("frozen_figures")
    op.drop_table("frozen_versions")

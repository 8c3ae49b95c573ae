"""Users: people with passwords, scripts with tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("token_hash", sa.Text),
        sa.Column("token_start", sa.Text),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("removed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("token_hash", name="uq_users_token_hash"),
    )
    op.create_index(
        "ix_users_present",
        "users",
        ["name"],
        unique=True,
        sqlite_where=sa.column("removed_at").is_(None),
        postgresql_where=sa.column("removed_at").is_(None),
    )


def downgrade() -> None:
    op.drop_table("users")

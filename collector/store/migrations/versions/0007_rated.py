"""Whether a case was rated is told by what it is alike in: the index of figures goes without it."""

from collections.abc import Sequence

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = ["alike", "counted", "deleted", "created", "waiting", "scheduled", "satisfaction"]
AFTER = BEFORE[:-1]
LONG = ["pauses", "assigned"]


def upgrade() -> None:
    _index_anew([*AFTER, *LONG])


def downgrade() -> None:
    _index_anew([*BEFORE, *LONG])


def _index_anew(columns: Sequence[str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_cases_figures", "cases")
        op.create_index("ix_cases_figures", "cases", columns)

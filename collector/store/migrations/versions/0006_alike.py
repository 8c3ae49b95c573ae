"""Cases that are alike have a number in place of the text of what repeats, and lie together."""

import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACETS = [
    "type",
    "status",
    "excluded",
    "resolved_from",
    "group_from",
    "resolving_group",
    "severity",
    "groups",
    "site",
    "unmapped",
]
COLUMNS: list[sa.Column[Any]] = [
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
]
"""Those that stay as they are."""


AT_ONCE = 2000
"""Cases in memory."""
MEASURED = ["created", "waiting", "scheduled", "satisfaction"]
RATED = ["satisfaction", "satisfaction_at"]


def upgrade() -> None:
    _remake(sa.Column("alike", sa.BigInteger, nullable=False), _number)
    op.create_index("ix_cases_counted", "cases", ["counted", "type"])
    _index_some("ix_cases_answered", ["answered"], "answered IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        figures = ["alike", "counted", "deleted", *MEASURED, "pauses", "assigned"]
        op.create_index("ix_cases_figures", "cases", figures)
        answers = ["alike", "answered", "deleted", *RATED]
        _index_some("ix_cases_answers", answers, "answered IS NOT NULL")
    else:
        op.create_index("ix_cases_alike", "cases", ["alike", "counted"])


def downgrade() -> None:
    _remake(sa.Column("facets", sa.Text, nullable=False), _text)
    if op.get_bind().dialect.name == "sqlite":
        figures = ["counted", "type", "deleted", *MEASURED, "facets", "pauses", "assigned"]
        op.create_index("ix_cases_figures", "cases", figures)
        answers = ["answered", "type", "deleted", "created", "counted", *RATED, "facets"]
        _index_some("ix_cases_answers", answers, "answered IS NOT NULL")
    else:
        op.create_index("ix_cases_counted", "cases", ["counted", "type"])
        _index_some("ix_cases_answered", ["answered"], "answered IS NOT NULL")


def _remake(last: sa.Column[Any], value_of: Callable[[Sequence[Any]], int | str]) -> None:
    """Make the table anew with another last column, which follows from what repeats from case to
    case, and the indexes that are there either way."""
    connection = op.get_bind()
    op.rename_table("cases", "cases_before")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_cases RENAME TO pk_cases_before")
    op.create_table(
        "cases",
        *(sa.Column(it.name, it.type, nullable=it.nullable) for it in COLUMNS),
        last,
        sa.PrimaryKeyConstraint("id", "source", name="pk_cases"),
    )
    names = [column.name for column in COLUMNS]
    before = sa.table("cases_before", *(sa.column(name) for name in names))
    after = sa.table("cases", *(sa.column(name) for name in (*names, last.name)))
    of = before.c
    waited = sa.case(
        ((of.waiting != 0) | (of.scheduled != 0) | (of.pauses != "[]"), 1),
        (of.pauses.is_(None), None),
        else_=0,
    )
    rated = sa.case((of.satisfaction.is_(None), 0), else_=1)
    everything = sa.select(*(of[name] for name in names), waited, rated)
    rows = connection.execute(everything.execution_options(yield_per=AT_ONCE))
    places = [names.index(name) for name in FACETS]
    for some in rows.partitions():
        made = [
            (*row[:-2], value_of([*(row[place] for place in places), row[-2], row[-1]]))
            for row in some
        ]
        connection.execute(
            after.insert(), [dict(zip(after.c.keys(), it, strict=True)) for it in made]
        )
    op.drop_table("cases_before")
    op.create_index("ix_cases_created", "cases", ["created", "type"])
    _index_some("ix_cases_deleted", ["deleted"], "deleted IS NOT NULL")
    _index_some("ix_cases_report", ["report"], "report != ''")


def _index_some(name: str, columns: list[str], having: str) -> None:
    where = sa.text(having)
    op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)


def _text(repeats: Sequence[Any]) -> str:
    return _json(list(repeats[: len(FACETS)]))


def _number(repeats: Sequence[Any]) -> int:
    *facets, waited, rated = repeats
    text = _json([*facets, None if waited is None else bool(waited), bool(rated)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _json(values: list[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

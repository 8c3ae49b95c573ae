"""Where reading each source stands, and what it is known to be complete for."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from collector.domain.instants import Instant
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.store.engine import Database
from collector.store.rows import move_revision
from collector.store.schema import covered, source_states

_ALWAYS: Instant = -(2**63)


class Sources(Database):
    """Of ports.CaseStore what is said of sources."""

    def source_state(self, source: str) -> SourceState:
        """Where reading a source stands; one that was never read has the empty state."""
        of_source = select(source_states).where(source_states.c.source == source)
        with self.reading() as connection:
            row = connection.execute(of_source).mappings().one_or_none()
        if row is None:
            return SourceState(source)
        failure = row["failure"]
        return SourceState(**{**row, "failure": SourceFailure(failure) if failure else None})

    def save_source_state(self, state: SourceState) -> None:
        """Replace it."""
        with self.writing() as connection:
            save_state(self, connection, state)

    def covered(self, source: str | None = None) -> Sequence[Covered]:
        """What sources are known to be complete for, by source and start."""
        with self.reading() as connection:
            return _spans(connection, source)

    def cover(self, covered: Covered) -> None:
        """Add to it; what touches or overlaps becomes one."""
        with self.writing() as connection:
            before = _spans(connection, covered.source)
            _replace(connection, before, _joined([*before, covered]))


def save_state(database: Database, connection: Connection, state: SourceState) -> None:
    """Replace a source's state within a transaction."""
    failure = state.failure
    values = asdict(state) | {"failure": None if failure is None else failure.value}
    statement = database.insert(source_states).values(values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[source_states.c.source],
            set_={name: statement.excluded[name] for name in values if name != "source"},
        )
    )


def forget_before(connection: Connection, instant: Instant) -> None:
    """Say that no source is complete for what was before an instant."""
    before = _spans(connection, None)
    after = [
        Covered(one.source, max(_start(one), instant), one.end)
        for one in before
        if one.end > instant
    ]
    _replace(connection, before, after)


def _spans(connection: Connection, source: str | None) -> list[Covered]:
    chosen = select(covered.c.source, covered.c.start, covered.c.end)
    if source is not None:
        chosen = chosen.where(covered.c.source == source)
    # Spans of a source are apart, so that their order is that of their ends.
    rows = connection.execute(chosen.order_by(covered.c.source, covered.c.end))
    return [Covered(*row) for row in rows]


def _replace(connection: Connection, before: Sequence[Covered], after: Sequence[Covered]) -> None:
    if before == after:
        return
    for span in before:
        connection.execute(
            delete(covered).where(covered.c.source == span.source, covered.c.end == span.end)
        )
    if after:
        connection.execute(insert(covered), [asdict(span) for span in after])
    move_revision(connection)


def _joined(spans: Sequence[Covered]) -> list[Covered]:
    """Spans of one source, empty ones left out, those that touch or overlap as one."""
    joined: list[Covered] = []
    for span in sorted((one for one in spans if _start(one) < one.end), key=_start):
        if joined and _start(span) <= joined[-1].end:
            last = joined.pop()
            span = Covered(last.source, last.start, max(last.end, span.end))  # noqa: PLW2901
        joined.append(span)
    return joined


def _start(span: Covered) -> Instant:
    return _ALWAYS if span.start is None else span.start

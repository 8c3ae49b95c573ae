"""Cases as rows: taken in page by page, read by when they count."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from collector.domain.cases import Case, CaseType
from collector.domain.instants import Instant
from collector.domain.sources import SourceState
from collector.ports import Purge, Upserted
from collector.services.unswept import unswept
from collector.store.case_choosing import where_cases
from collector.store.case_columns import CaseColumns
from collector.store.case_rows import (
    CHANGED,
    COLUMNS,
    case_of,
    row_of,
    says_the_same,
)
from collector.store.rows import fetch, move_revision
from collector.store.schema import cases, purges
from collector.store.sources import Sources, forget_before, save_state

STEP = 400
"""Cases in one transaction: a few tens of milliseconds."""

CASES = "cases"
"""What the log of what was purged calls them."""


Row = tuple[Any, ...]


class Cases(CaseColumns, Sources):
    """ports.CaseStore but for where reading a source stands."""

    def upsert_cases(self, cases: Sequence[Case], state: SourceState | None = None) -> Upserted:
        """Take in cases, each by (source, id), some at a time; `state` is stored with the last.

        What is older than what is kept (`changed`) changes nothing, nor does the same again.
        """
        newest: dict[Row, Row] = {}
        for row in map(row_of, cases):
            kept = newest.get(row[:2])
            if kept is None or kept[CHANGED] <= row[CHANGED]:
                newest[row[:2]] = row
        rows = list(newest.values())
        new = changed = 0
        for start in range(0, max(len(rows), 1), STEP):
            with self.writing() as connection:
                added, altered = self._upsert(connection, rows[start : start + STEP])
                if state is not None and start + STEP >= len(rows):
                    save_state(self, connection, state)
            new, changed = new + added, changed + altered
        return Upserted(new, changed)

    def _upsert(self, connection: Connection, rows: Sequence[Row]) -> tuple[int, int]:
        kept = {row[:2]: row for row in _rows_of(connection, (row[:2] for row in rows))}
        added: list[Row] = []
        altered: list[Row] = []
        moved: list[Row] = []
        for row in rows:
            old = kept.get(row[:2])
            if old is None:
                added.append(row)
            elif row[CHANGED] >= old[CHANGED] and row != old:
                (moved if says_the_same(row, old) else altered).append(row)
        written = [*added, *altered, *moved]
        if written:
            connection.exec_driver_sql(self._case_upsert, written)
        if added or altered:
            move_revision(connection)
        return len(added), len(altered)

    @cached_property
    def _case_upsert(self) -> str:
        """As text, so that rows go to the driver as tuples."""
        statement = self.insert(cases)
        key = [*cases.primary_key]
        names = [column.name for column in cases.columns if not column.primary_key]
        statement = statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in names}
        )
        compiled = statement.compile(
            dialect=self.engine.dialect, column_keys=[*COLUMNS], for_executemany=True
        )
        assert compiled.positiontup == [*COLUMNS]
        return str(compiled)

    def case_ids(self, source: str) -> frozenset[str]:
        """The ids of a source's cases that are not deleted."""
        present = select(cases.c.id).where(cases.c.source == source, cases.c.deleted.is_(None))
        with self.reading() as connection:
            return frozenset(id_ for (id_,) in fetch(connection.execute(present)))

    def mark_deleted(self, source: str, ids: Iterable[str], at: Instant) -> int:
        """Say that a source no longer has these; how many had not been marked."""
        marked = 0
        for some in _some(sorted(set(ids))):
            gone = (
                update(cases)
                .where(cases.c.source == source, cases.c.id.in_(some), cases.c.deleted.is_(None))
                .values(deleted=at)
            )
            with self.writing() as connection:
                found = connection.execute(gone).rowcount
                if found:
                    move_revision(connection)
            marked += found
        return marked

    def cases(
        self,
        *,
        resolved: tuple[Instant, Instant] | None = None,
        answered: tuple[Instant, Instant] | None = None,
        created: tuple[Instant, Instant] | None = None,
        open_at: Instant | None = None,
        types: Iterable[CaseType] | None = None,
        site: str | None = None,
        reported: bool = False,
        ids: Iterable[tuple[str, str]] | None = None,
    ) -> Sequence[Case]:
        """Cases that all of what is asked for holds of, without deleted ones, by source and id."""
        chosen = where_cases(
            select(*cases.columns), resolved, answered, created, open_at, types, site, reported
        )
        with self.reading() as connection, unswept():
            if ids is None:
                rows = fetch(connection.execute(chosen))
            else:
                rows = list(_rows_of(connection, ids, chosen))
            groups_of: dict[str, list[str]] = {}
            found = [case_of(row, groups_of) for row in rows]
        found.sort(key=lambda case: (case.source, case.id))
        return found

    def purge_cases(self, before: Instant, now: Instant) -> int:
        """Delete cases that counted or were deleted before an instant, and log how many."""
        return sum(self.purge_steps(before, now))

    def purge_steps(self, before: Instant, now: Instant) -> Iterator[int]:
        """As `purge_cases`, a step a transaction; each yields the rows that went.

        No source covers what was purged of it any longer.
        """
        past = or_(cases.c.counted < before, cases.c.deleted < before)
        keys = [*cases.primary_key]
        some = delete(cases).where(tuple_(*keys).in_(select(*keys).where(past).limit(STEP)))
        log = self.insert(purges)
        while True:
            with self.writing() as connection:
                gone = connection.execute(some).rowcount
                if not gone:
                    return
                forget_before(connection, before)
                connection.execute(
                    log.values(at=now, what=CASES, before=before, rows=gone).on_conflict_do_update(
                        index_elements=[*purges.primary_key],
                        set_={"before": before, "rows": purges.c.rows + gone},
                    )
                )
                move_revision(connection)
            yield gone

    def purges(self) -> Sequence[Purge]:
        """What was deleted because its time was over, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(purges).order_by(*purges.primary_key))
            return [Purge(row.at, row.what, row.before, row.rows) for row in rows]


def _rows_of(
    connection: Connection, keys: Iterable[tuple[Any, ...]], statement: Select[Any] | None = None
) -> Iterator[Row]:
    chosen = select(*cases.columns) if statement is None else statement
    of_source: dict[str, set[str]] = {}
    for source, id_ in keys:
        of_source.setdefault(source, set()).add(id_)
    for source, ids in of_source.items():
        for some in _some(sorted(ids)):
            yield from fetch(
                connection.execute(chosen.where(cases.c.source == source, cases.c.id.in_(some)))
            )


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), STEP):
        yield ids[start : start + STEP]

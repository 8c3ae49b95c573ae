"""Very many cases as columns, read by what they have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from collector.domain.cases import CaseType
from collector.domain.instants import Instant
from collector.services.unswept import unswept
from collector.store.case_choosing import where_cases
from collector.store.case_likeness import (
    AS_JSON,
    LIKENESS,
    Kinds,
    columns_from,
    differing,
    likeness,
)
from collector.store.engine import Database
from collector.store.json_lists import listed, row_as_json, values_of
from collector.store.rows import chunks, fetch
from collector.store.schema import cases

AT_ONCE = 2000
"""Numbers of what is alike in one IN (…)."""

_NUMBERS_ONE_BY_ONE = select(func.min(cases.c.alike).label("number")).cte("numbers", recursive=True)
_NUMBERS_ONE_BY_ONE = _NUMBERS_ONE_BY_ONE.union_all(
    select(
        select(func.min(cases.c.alike))
        .where(cases.c.alike > _NUMBERS_ONE_BY_ONE.c.number)
        .scalar_subquery()
    ).where(_NUMBERS_ONE_BY_ONE.c.number.is_not(None))
)
_NUMBERS = select(_NUMBERS_ONE_BY_ONE.c.number).where(_NUMBERS_ONE_BY_ONE.c.number.is_not(None))
"""The different numbers by a step in the index for each, where DISTINCT would read all of it."""

_ONE_OF = select(row_as_json(AS_JSON[name] for name in LIKENESS)).limit(1)
_EACH = _NUMBERS.add_columns(
    _ONE_OF.where(cases.c.alike == _NUMBERS_ONE_BY_ONE.c.number).scalar_subquery()
)
"""And with each of them what any of the cases says that has it."""

_LISTED = {name: listed(value) for name, value in AS_JSON.items()}


class CaseColumns(Database):
    """ports.CaseStore.case_columns."""

    def case_columns(
        self,
        columns: Sequence[str],
        *,
        resolved: tuple[Instant, Instant] | None = None,
        answered: tuple[Instant, Instant] | None = None,
        created: tuple[Instant, Instant] | None = None,
        open_at: Instant | None = None,
        types: Iterable[CaseType] | None = None,
        site: str | None = None,
        reported: bool = False,
    ) -> Mapping[str, Sequence[Any]]:
        """As `cases`, but columns, each with a value a case, in the same order for all: those that
        are alike follow each other."""
        spans = (resolved, answered, created, open_at)
        with self.reading() as connection, unswept():
            kinds = self._kinds_in(connection)
            numbers = kinds.such(types, columns, rated=answered is not None)
            if not numbers and types is not None:
                return dict.fromkeys(columns, ())

            def read(
                types: Iterable[CaseType] | None, *such: Any, constants: Sequence[str] = ()
            ) -> dict[str, list[Any]]:
                # A sum is in no index: the few that are chosen are put in order afterwards.
                number = (cases.c.alike if such else cases.c.alike + 0).label("number")
                lists = (_LISTED[name] for name in differing(columns, constants))
                chosen = select(number, func.count(), *lists).where(*such)
                chosen = where_cases(chosen, *spans, types, site, reported).group_by("number")
                rows = fetch(connection.execute(chosen))
                return columns_from(columns, rows, kinds.likenesses, constants)

            if resolved is None and answered is None:
                return read(types)
            # A year's cases are read kind by kind, out of an index that holds all that is asked
            # for, and of most of them only their times.
            parts = [
                read(None, cases.c.alike.in_(some), constants=constants)
                for constants, alike in numbers.items()
                for some in chunks(alike, AT_ONCE)
            ]
        return _joined(columns, parts)

    _kinds = Kinds({})

    def _kinds_in(self, connection: Connection) -> Kinds:
        """What kinds there are now; looked up anew where there are others than before."""
        kinds = self._kinds  # another thread's reading may be of a later state
        if [number for (number,) in fetch(connection.execute(_NUMBERS))] != kinds.numbers:
            rows = fetch(connection.execute(_EACH))
            said = values_of([text for _, text in rows])
            its = {number: likeness(row) for (number, _), row in zip(rows, said, strict=True)}
            self._kinds = kinds = Kinds(its)
        return kinds


def _joined(
    names: Sequence[str], parts: Sequence[dict[str, list[Any]]]
) -> Mapping[str, Sequence[Any]]:
    """Columns one after the other."""
    if not parts:
        return dict.fromkeys(names, ())
    first, *others = parts
    for name in first:
        for other in others:
            first[name] += other[name]
    return first

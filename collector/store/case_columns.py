"""Very many cases as columns, read by what they have in common."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from collector.domain.cases import CaseType
from collector.domain.instants import Instant
from collector.services.unswept import unswept
from collector.store.case_choosing import where_cases
from collector.store.case_likeness import (
    LIKENESS,
    LISTED,
    Likeness,
    columns_from,
    differing,
    likeness,
)
from collector.store.engine import Database
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

_ONE_OF = select(*(cases.c[name] for name in LIKENESS))
_ONE_OF = _ONE_OF.where(cases.c.alike == bindparam("number")).limit(1)


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

            def read(
                types: Iterable[CaseType] | None, *such: Any, constants: Sequence[str] = ()
            ) -> dict[str, list[Any]]:
                # A sum is in no index: the few that are chosen are put in order afterwards.
                number = (cases.c.alike if such else cases.c.alike + 0).label("number")
                lists = (LISTED[name] for name in differing(columns, constants))
                chosen = select(number, func.count(), *lists).where(*such)
                chosen = where_cases(chosen, *spans, types, site, reported).group_by("number")
                rows = fetch(connection.execute(chosen))
                known = self._likenesses(connection, (row[0] for row in rows))
                return columns_from(columns, rows, known, constants)

            numbers = self._numbers(connection, columns, types, rated=answered is not None)
            if not numbers and types is not None:
                return dict.fromkeys(columns, ())
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

    def _numbers(
        self,
        connection: Connection,
        columns: Sequence[str],
        types: Iterable[CaseType] | None,
        *,
        rated: bool,
    ) -> Mapping[tuple[str, ...], Sequence[int]]:
        """The numbers of what is alike, or of those of some types and of none and of the rated
        ones, by which of the columns are the same for all cases that have one of them."""
        numbers = [number for (number,) in fetch(connection.execute(_NUMBERS))]
        known = self._likenesses(connection, numbers)
        wanted = None if types is None else {None, *(type_.value for type_ in types)}
        found: dict[tuple[str, ...], list[int]] = {}
        for number in numbers:
            facets = known[number].facets
            if (wanted is None or facets.type in wanted) and (facets.rated or not rated):
                same = tuple(name for name in known[number].constants if name in columns)
                found.setdefault(same, []).append(number)
        return found

    @cached_property
    def _known(self) -> dict[int, Likeness]:
        """What numbers stand for; they follow from it, so that it holds for good."""
        return {}

    def _likenesses(self, connection: Connection, numbers: Iterable[int]) -> Mapping[int, Likeness]:
        for number in numbers:
            if number not in self._known:
                row = connection.execute(_ONE_OF, {"number": number}).one()
                self._known[number] = likeness(row)
        return self._known


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

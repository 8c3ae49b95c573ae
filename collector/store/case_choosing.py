"""Which cases a reading is of."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_

from collector.domain.cases import CaseType
from collector.domain.instants import Instant
from collector.store.schema import cases

_NO_REPORT: BindParameter[str] = bindparam("none", "", literal_execute=True)  # as the index has it


def where_cases(
    statement: Select[Any],
    resolved: tuple[Instant, Instant] | None,
    answered: tuple[Instant, Instant] | None,
    created: tuple[Instant, Instant] | None,
    open_at: Instant | None,
    types: Iterable[CaseType] | None,
    site: str | None,
    reported: bool,
) -> Select[Any]:
    """The statement, of those that all of what is asked for holds of, without deleted ones."""
    of = cases.c
    statement = statement.where(of.deleted.is_(None))
    for column, span in ((of.counted, resolved), (of.answered, answered), (of.created, created)):
        if span is not None:
            statement = statement.where(column >= span[0], column < span[1])
    if open_at is not None:
        still = of.counted.is_(None) | (of.counted >= open_at)
        # A sum is in no index: by when they were made all but a few would be looked through.
        statement = statement.where(of.created + 0 < open_at, still)
    if types is not None:
        named = of.type.in_(sorted(type_.value for type_ in types))
        statement = statement.where(or_(named, of.type.is_(None)))
    if site is not None:
        statement = statement.where(of.site == site)
    if reported:
        statement = statement.where(of.report != _NO_REPORT)
    return statement

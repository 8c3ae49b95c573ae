"""The query language of the made-up servicedesk: as much of Request Tracker's as one needs to fetch
cases. `LastUpdated >= '2026-11-23 00:00:00' AND (Status = 'open' OR id > 5)`; AND, OR, brackets.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from collector.domain.instants import Instant, instant

Value = str | int
Row = Mapping[str, Value]
Condition = Callable[[Row], bool]

_TOKEN = re.compile(r"""\s*(?:(')((?:[^'\\]|\\.)*)'|(>=|<=|!=|=|>|<|\(|\))|([\w.{}-]+))""")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    ">": gt,
    "<": lt,
    ">=": ge,
    "<=": le,
}


@dataclass(frozen=True, slots=True)
class _Equal:
    """That a column has a value."""

    column: str
    value: Value

    def __call__(self, row: Row) -> bool:
        return row[self.column] == self.value


class QueryError(Exception):
    """What was asked for is not understood."""


def as_condition(query: str, columns: Mapping[str, type], zone: tzinfo) -> Condition:
    """A query that was found sound. Columns are Instant (a time in `zone`), int or str."""
    return _Reader(query, columns, zone).whole()


class _Reader:
    def __init__(self, query: str, columns: Mapping[str, type], zone: tzinfo) -> None:
        self._tokens = [*_tokens(query)]
        self._columns = columns
        self._zone = zone

    def whole(self) -> Condition:
        found = self._any()
        if self._tokens:
            raise QueryError(f"{self._tokens[0][1]!r} is not understood")
        return found

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._took("OR"):
            parts.append(self._all())
        if len(parts) == 1:
            return parts[0]
        among = {part.value for part in parts if isinstance(part, _Equal)}
        columns = {part.column for part in parts if isinstance(part, _Equal)}
        if len(among) == len(parts) and len(columns) == 1:
            # `id = 1 OR id = 2 OR …`, of which there may be a hundred.
            (column,) = columns
            return lambda row: row[column] in among
        return lambda row: any(part(row) for part in parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._took("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self) -> Condition:
        if self._took("("):
            found = self._any()
            self._expect(")")
            return found
        column = self._next()
        kind = self._columns.get(column)
        if kind is None:
            raise QueryError(f"there is no {column!r}")
        compare = _COMPARE.get(self._next())
        if compare is None:
            raise QueryError(f"how is {column!r} to be compared?")
        value = self._value(kind)
        if compare is eq:
            return _Equal(column, value)
        return lambda row: compare(row[column], value)

    def _value(self, kind: type) -> Value:
        text = self._next()
        try:
            if kind is datetime:
                return _time(text, self._zone)
            return int(text) if kind is int else text
        except ValueError:
            raise QueryError(f"{text!r} is no {kind.__name__}") from None

    def _next(self) -> str:
        if not self._tokens:
            raise QueryError("the query ends too early")
        return self._tokens.pop(0)[1]

    def _took(self, word: str) -> bool:
        """Whether a word, no quoted text, comes next; it is taken then."""
        if self._tokens and not self._tokens[0][0] and self._tokens[0][1].upper() == word:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._took(word):
            raise QueryError(f"{word!r} is missing")


def _tokens(query: str) -> Iterator[tuple[bool, str]]:
    """Each token, and whether it was quoted."""
    at = 0
    text = query.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise QueryError(f"{text[at:].strip()!r} is not understood")
        quoted = found[1] is not None
        yield quoted, found[2] if quoted else found[3] or found[4]
        at = found.end()


def _time(text: str, zone: tzinfo) -> Instant:
    """A time as Request Tracker reads it: in the zone of who asks, whatever zone it tells."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=zone))

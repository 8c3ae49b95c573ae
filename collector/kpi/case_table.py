"""Many cases as columns, of which some are chosen without a step of Python for each."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress, groupby, repeat
from typing import Any, NamedTuple, TypeVar

from collector.domain.cases import Facets

_Key = TypeVar("_Key")


class _Run(NamedTuple):
    """Cases that follow each other in the columns and have the same facets."""

    facets: Facets
    start: int
    stop: int


class CaseTable:
    """Cases as columns by the names of Case's fields; `facets` has what repeats of them.

    What holds of facets is asked once for each run of cases that have the same, so that choosing
    by them takes no time where those that are alike follow each other.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._all: Mapping[str, Sequence[Any]] = columns
        self._runs: Sequence[_Run] = list(_runs(columns.get("facets", ())))
        self._length = len(next(iter(columns.values()), ()))
        self._columns = dict(columns)

    def __len__(self) -> int:
        return self._length

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def names(self) -> Sequence[str]:
        """The columns that were read."""
        return tuple(self._all)

    def __getitem__(self, name: str) -> Sequence[Any]:
        """A column; KeyError for one that was not read, unless there are no cases at all."""
        found = self._columns.get(name)
        if found is None:
            if not len(self):
                return ()
            column = self._all[name]
            found = self._columns[name] = []
            for start, stop in self._spans:
                found += column[start:stop]
        return found

    @cached_property
    def _spans(self) -> Sequence[tuple[int, int]]:
        """Where its cases are in the columns, each span as long as it can be."""
        spans: list[tuple[int, int]] = []
        for _, start, stop in self._runs:
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]  # noqa: PLW2901 - the two are one
            spans.append((start, stop))
        return spans

    def tally(self, key: Callable[[Facets], _Key]) -> Counter[_Key]:
        """How many cases have facets of each key."""
        counts: Counter[_Key] = Counter()
        for facets, start, stop in self._runs:
            counts[key(facets)] += stop - start
        return counts

    def each(self, key: Callable[[Facets], _Key]) -> list[_Key]:
        """The key of each case's facets."""
        keys = (repeat(key(facets), stop - start) for facets, start, stop in self._runs)
        return list(chain.from_iterable(keys))

    def having(self, test: Callable[[Facets], object]) -> "CaseTable":
        """The cases of whose facets something is true."""
        passing = [run for run in self._runs if test(run.facets)]
        if len(passing) == len(self._runs):
            return self
        part = CaseTable({})
        part._all, part._runs = self._all, passing
        part._length = sum(stop - start for _, start, stop in passing)
        return part

    def where(self, selectors: Iterable[bool]) -> "CaseTable":
        """The cases whose selector, one for each in order, is true; columns are cut when asked."""
        chosen = list(selectors)
        length = chosen.count(True)
        if length == len(self):
            return self
        part = CaseTable({})
        part._all = _Cut(self, chosen)
        part._runs = list(_cut_runs(self._runs, chosen))
        part._length = length
        return part


class _Cut(Mapping[str, Sequence[Any]]):
    """The columns of a table's chosen cases, made when they are asked for."""

    def __init__(self, table: CaseTable, chosen: Sequence[bool]) -> None:
        self._table = table
        self._chosen = chosen
        self._made: dict[str, Sequence[Any]] = {}

    def __getitem__(self, name: str) -> Sequence[Any]:
        if name not in self._made:
            self._made[name] = list(compress(self._table[name], self._chosen))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.names)

    def __len__(self) -> int:
        return len(self._table.names)


def _runs(facets: Sequence[Facets]) -> Iterator[_Run]:
    start = 0
    for alike, each in groupby(facets):
        stop = start + len(list(each))
        yield _Run(alike, start, stop)
        start = stop


def _cut_runs(runs: Iterable[_Run], chosen: Sequence[bool]) -> Iterator[_Run]:
    """The runs that are left of a table's own, of whose cases some are chosen."""
    place = start = 0
    for facets, first, last in runs:
        beyond = place + last - first
        stop = start + chosen[place:beyond].count(True)
        if stop > start:
            yield _Run(facets, start, stop)
        place, start = beyond, stop

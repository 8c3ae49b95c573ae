"""Many cases as columns, of which some are chosen without a step of Python for each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import Any, TypeVar

from collector.domain.cases import Facets

_Key = TypeVar("_Key")


class CaseTable:
    """Cases as columns by the names of Case's fields; `facets` has what repeats of them.

    What holds of facets is asked once for all cases that have the same.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = dict(columns)
        self._of: CaseTable | None = None
        self._selectors: Sequence[object] = ()
        self._length = len(next(iter(self._columns.values()), ()))

    def __len__(self) -> int:
        return self._length

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def names(self) -> Sequence[str]:
        """The columns that were read."""
        return tuple(self._columns) if self._of is None else self._of.names

    def __getitem__(self, name: str) -> Sequence[Any]:
        """A column; KeyError for one that was not read, unless there are no cases at all."""
        found = self._columns.get(name)
        if found is None:
            if not len(self):
                return ()
            if self._of is None:
                raise KeyError(name)
            found = list(compress(self._of[name], self._selectors))
            self._columns[name] = found
        return found

    @cached_property
    def _codes(self) -> Sequence[int]:
        """Which facets each case has: equal ones are one object."""
        if self._of is None:
            return list(map(id, self["facets"]))
        return list(compress(self._of._codes, self._selectors))

    @cached_property
    def _counts(self) -> Counter[int]:
        return Counter(self._codes)

    @cached_property
    def _facets(self) -> Mapping[int, Facets]:
        if self._of is None:
            return dict(zip(self._codes, self["facets"], strict=True))
        return self._of._facets

    def tally(self, key: Callable[[Facets], _Key]) -> Counter[_Key]:
        """How many cases have facets of each key."""
        counts: Counter[_Key] = Counter()
        for code, count in self._counts.items():
            counts[key(self._facets[code])] += count
        return counts

    def each(self, key: Callable[[Facets], _Key]) -> list[_Key]:
        """The key of each case's facets."""
        known = {code: key(self._facets[code]) for code in self._counts}
        return list(map(known.__getitem__, self._codes))

    def having(self, test: Callable[[Facets], object]) -> "CaseTable":
        """The cases of whose facets something is true."""
        passes = {code: bool(test(self._facets[code])) for code in self._counts}
        if all(passes.values()):
            return self
        if not any(passes.values()):
            return CaseTable(dict.fromkeys(self.names, ()))
        return self.where(map(passes.__getitem__, self._codes))

    def where(self, selectors: Iterable[bool]) -> "CaseTable":
        """The cases whose selector, one for each in order, is true; columns are cut when asked."""
        chosen = list(selectors)
        length = chosen.count(True)
        if length == len(self):
            return self
        part = CaseTable({})
        part._of, part._selectors, part._length = self, chosen, length
        return part

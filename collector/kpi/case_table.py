"""Many cases as columns, of which some are chosen without a step of Python for each."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any


class CaseTable:
    """Cases as columns by the names of Case's fields; enums are their values."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = dict(columns)
        self._of: CaseTable | None = None
        self._selectors: Sequence[object] = ()
        self._length = len(next(iter(self._columns.values()), ()))

    def __len__(self) -> int:
        return self._length

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

    @property
    def names(self) -> Sequence[str]:
        """The columns that were read."""
        return tuple(self._columns) if self._of is None else self._of.names

    def __contains__(self, name: str) -> bool:
        return name in self._columns or (self._of is not None and name in self._of)

    def where(self, selectors: Iterable[object]) -> "CaseTable":
        """The cases whose selector, one for each in order, is true; columns are cut when asked."""
        chosen = [bool(each) for each in selectors]
        length = sum(chosen)
        if length == len(self):
            return self
        part = CaseTable({})
        part._of, part._selectors, part._length = self, chosen, length
        return part

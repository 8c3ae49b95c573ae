"""What cases have in common that are alike, and columns made of it and of what they have not."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from collector.domain.cases import Facets
from collector.store.case_rows import waited

FACETS = Facets._fields
"""The columns that repeat from case to case, in the order in which `facets` has them."""


class Likeness(NamedTuple):
    """What cases have in common that have the same number: their facets, whether they waited at all
    (None where nothing is known of when) and whether they were rated."""

    facets: Facets
    waited: bool | None
    rated: bool

    @property
    def constants(self) -> tuple[str, ...]:
        """The columns that are the same for all of them, and so need not be read."""
        waiting = () if self.waited else ("waiting", "scheduled", "pauses")
        return waiting if self.rated else (*waiting, "satisfaction")


LIKENESS = (*FACETS, "waiting", "scheduled", "pauses", "satisfaction")
"""The columns that it shows in."""


def likeness(row: Sequence[Any]) -> Likeness:
    """That of a case, of whose row these are the columns LIKENESS."""
    *of_facets, waiting, scheduled, pauses, satisfaction = row
    facets = Facets(*of_facets)
    groups: Any = facets.groups and tuple(json.loads(str(facets.groups)))
    unmapped: Any = json.loads(str(facets.unmapped)) if facets.unmapped else {}
    return Likeness(
        facets._replace(groups=groups, unmapped=unmapped),
        waited(waiting, scheduled, None if pauses is None else json.loads(pauses)),
        satisfaction is not None,
    )


_CONSTANT: Mapping[str, Callable[[Likeness], Any]] = {
    "waiting": lambda _: 0,
    "scheduled": lambda _: 0,
    "pauses": lambda alike: None if alike.waited is None else [],
    "satisfaction": lambda _: None,
}


def columns_of(names: Sequence[str], constants: Sequence[str] = ()) -> Sequence[str]:
    """The table's columns that `columns_from` makes these of."""
    follow = {"facets", *FACETS, *constants}
    return ["alike", *(name for name in names if name not in follow)]


def columns_from(
    names: Sequence[str],
    read: Mapping[str, list[Any]],
    known: Callable[[Iterable[int]], Mapping[int, Likeness]],
    constants: Sequence[str] = (),
) -> dict[str, list[Any]]:
    """Columns by name, of those that `columns_of` says, cases that are alike together.

    `known` gives what numbers stand for; `constants` are the columns that follow from that.
    """
    found = {name: _READ[name](its) if name in _READ else its for name, its in read.items()}
    numbered = [(number, len(list(each))) for number, each in groupby(found.pop("alike"))]
    alike = known({number for number, _ in numbered})
    runs = [(alike[number], length) for number, length in numbered]
    for name in names:
        if name == "facets":
            found[name] = _spread((it.facets, length) for it, length in runs)
        elif name in FACETS:
            place = FACETS.index(name)
            found[name] = _spread((it.facets[place], length) for it, length in runs)
        elif name in constants:
            found[name] = _spread((_CONSTANT[name](it), length) for it, length in runs)
    return found


def _spread(runs: Iterable[tuple[Any, int]]) -> list[Any]:
    spread: list[Any] = []
    for value, length in runs:
        spread += [value] * length
    return spread


def _flags(values: list[int]) -> list[bool]:
    return [value == 1 for value in values]


def _parsed(values: list[str | None]) -> list[Any]:
    """Many small JSON texts at once: a call for each takes longer than what it does."""
    texts = [text or "null" for text in values]
    found: list[Any] = json.loads(f"[{','.join(texts)}]")
    return found


def _pauses_of(texts: list[str | None]) -> list[Any]:
    """As `_parsed`, where many may be empty."""
    if None not in texts and "[]" not in texts:
        return _parsed(texts)
    parsed = iter(_parsed([text for text in texts if text and text != "[]"]))
    return [next(parsed) if text and text != "[]" else text and [] for text in texts]


_READ: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "assigned": _parsed,
    "pauses": _pauses_of,
    "major": _flags,
}
"""How a column's values are read, of those that are not kept as they are."""

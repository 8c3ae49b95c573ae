"""What cases have in common that are alike, and columns made of it and of what they have not."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from collector.domain.cases import Facets
from collector.store.case_rows import waited
from collector.store.json_lists import listed, values_of
from collector.store.schema import cases

FACETS = Facets._fields[: Facets._fields.index("rated")]
"""The columns that repeat from case to case, in the order in which `facets` has them."""


class Likeness(NamedTuple):
    """What cases have in common that have the same number: their facets, and whether they waited at
    all (None where nothing is known of when)."""

    facets: Facets
    waited: bool | None

    @property
    def constants(self) -> tuple[str, ...]:
        """The columns that are the same for all of them, and so need not be read."""
        waiting = () if self.waited else ("waiting", "scheduled", "pauses")
        return waiting if self.facets.rated else (*waiting, "satisfaction")


LIKENESS = (*FACETS, "waiting", "scheduled", "pauses", "satisfaction")
"""The columns that it shows in."""


def likeness(row: Sequence[Any]) -> Likeness:
    """That of a case, of whose row these are the columns LIKENESS."""
    *of_facets, waiting, scheduled, pauses, satisfaction = row
    facets = Facets._make([*of_facets, satisfaction is not None])
    groups: Any = facets.groups and tuple(json.loads(str(facets.groups)))
    unmapped: Any = json.loads(str(facets.unmapped)) if facets.unmapped else {}
    return Likeness(
        facets._replace(groups=groups, unmapped=unmapped),
        waited(waiting, scheduled, None if pauses is None else json.loads(pauses)),
    )


_CONSTANT: Mapping[str, Callable[[Likeness], Any]] = {
    "waiting": lambda _: 0,
    "scheduled": lambda _: 0,
    "pauses": lambda alike: None if alike.waited is None else [],
    "satisfaction": lambda _: None,
}


LISTED = {
    column.name: listed(column, json_text=column.name in {"assigned", "pauses"})
    for column in cases.columns
}
"""What a column is read by."""


def differing(names: Iterable[str], constants: Iterable[str] = ()) -> Sequence[str]:
    """Of some columns those that `columns_from` makes of what is read of each case."""
    follow = {"facets", *FACETS, *constants}
    return [name for name in names if name not in follow]


def columns_from(
    names: Sequence[str],
    groups: Sequence[Sequence[Any]],
    known: Mapping[int, Likeness],
    constants: Sequence[str] = (),
) -> dict[str, list[Any]]:
    """Columns by name, cases that are alike together: of rows of the number of what they are alike
    in, how many they are, and LISTED of the columns that are `differing`.

    `known` has what numbers stand for; `constants` are the columns that follow from that.
    """
    if not groups:
        return {name: [] for name in names}
    numbers, lengths, *lists = zip(*groups, strict=True)
    read = dict(zip(differing(names, constants), lists, strict=True))
    runs = [(known[number], length) for number, length in zip(numbers, lengths, strict=True)]
    found: dict[str, list[Any]] = {}
    for name in names:
        if name == "facets":
            found[name] = _spread((it.facets, length) for it, length in runs)
        elif name in FACETS:
            place = FACETS.index(name)
            found[name] = _spread((it.facets[place], length) for it, length in runs)
        elif name in constants:
            found[name] = _spread((_CONSTANT[name](it), length) for it, length in runs)
        else:
            found[name] = values_of(read[name])
    if "major" in found:
        found["major"] = [value == 1 for value in found["major"]]
    return found


def _spread(runs: Iterable[tuple[Any, int]]) -> list[Any]:
    spread: list[Any] = []
    for value, length in runs:
        spread += [value] * length
    return spread

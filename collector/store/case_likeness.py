"""What cases have in common that are alike, and columns made of it and of what they have not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from collector.domain.cases import CaseType, Facets
from collector.store.case_rows import waited
from collector.store.json_lists import as_json, values_of
from collector.store.schema import cases

FACETS = Facets._fields[: Facets._fields.index("rated")]
"""The columns that repeat from case to case, in the order in which `facets` has them."""


AS_JSON = {
    column.name: as_json(
        column, json_text=column.name in {"groups", "assigned", "pauses", "unmapped"}
    )
    for column in cases.columns
}
"""What a column's value is read by where there are many."""


class Likeness(NamedTuple):
    """What cases have in common that have the same number: their facets, whether they waited at all
    (None where nothing is known of when), and the columns that are the same for all of them, which
    need not be read."""

    facets: Facets
    waited: bool | None
    constants: tuple[str, ...]


LIKENESS = (*FACETS, "waiting", "scheduled", "pauses", "satisfaction")
"""The columns that it shows in."""


def likeness(row: Sequence[Any]) -> Likeness:
    """That of a case, of which these are the columns LIKENESS."""
    *of_facets, waiting, scheduled, pauses, satisfaction = row
    facets = Facets._make([*of_facets, satisfaction is not None])
    groups = None if facets.groups is None else tuple(facets.groups)
    ever = waited(waiting, scheduled, pauses)
    constants = () if ever else ("waiting", "scheduled", "pauses")
    return Likeness(
        facets._replace(groups=groups, unmapped=facets.unmapped or {}),
        ever,
        constants if facets.rated else (*constants, "satisfaction"),
    )


class Kinds:
    """What the different numbers of a table's cases stand for."""

    def __init__(self, likenesses: Mapping[int, Likeness]) -> None:
        self.numbers = list(likenesses)
        self.likenesses = likenesses
        self._classes: dict[tuple[str | None, bool, tuple[str, ...]], list[int]] = {}
        for number, alike in likenesses.items():
            of_class = (alike.facets.type, alike.facets.rated, alike.constants)
            self._classes.setdefault(of_class, []).append(number)

    def such(
        self, types: Iterable[CaseType] | None, columns: Sequence[str], *, rated: bool
    ) -> Mapping[tuple[str, ...], Sequence[int]]:
        """The numbers, or those of some types and of none and of the rated ones, by which of the
        columns are the same for all cases that have one of them."""
        wanted = None if types is None else {None, *(type_.value for type_ in types)}
        found: dict[tuple[str, ...], list[int]] = {}
        for (type_, its_rated, constants), numbers in self._classes.items():
            if (wanted is None or type_ in wanted) and (its_rated or not rated):
                same = tuple(name for name in constants if name in columns)
                found.setdefault(same, []).extend(numbers)
        return found


_CONSTANT: Mapping[str, Callable[[Likeness], Any]] = {
    "waiting": lambda _: 0,
    "scheduled": lambda _: 0,
    "pauses": lambda alike: None if alike.waited is None else [],
    "satisfaction": lambda _: None,
}


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
    in, how many they are, and lists of the columns that are `differing`.

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

"""What is wrong between targets: names given twice, parents, circles, sentinels."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from collector.domain.targets import Target
from collector.settings.entries import Entry
from collector.settings.errors import Problem, hint

_MOST_HINTS = 20
"""Looking for the nearest of 20,000 names takes a tenth of a second; a column of parents that is
wrong altogether needs no hint in each row."""


def duplicates(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Names that more than one target has, each naming the first."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.name and first.setdefault(entry.name, entry) is not entry:
            message = f"{entry.name!r} is already the name of {first[entry.name].place}; rename one"
            yield entry.problem(("name",), message)


def missing_parents(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Parents that are no targets."""
    names = {entry.name for entry in entries}
    told: dict[str, str] = {}
    for entry in entries:
        parent = entry.values.get("parent")
        if isinstance(parent, str) and parent and parent not in names:
            if parent not in told:
                known = names if len(told) < _MOST_HINTS else ()
                told[parent] = no_target(parent, known)
            yield entry.problem(("parent",), told[parent])


def no_target(name: str, names: Collection[str]) -> str:
    """Says that no target has a name, with the nearest that one has."""
    return f"{name!r} is no target{hint(name, names)}"


def circles(entries: Mapping[str, Entry], targets: Mapping[str, Target]) -> Iterator[Problem]:
    """Targets that are their own ancestors; each circle once, at the target first come upon."""
    seen: set[str] = set()
    for start in targets:
        chain: dict[str, None] = {}
        name: str | None = start
        while name is not None and name in targets and name not in seen and name not in chain:
            chain[name] = None
            name = targets[name].parent
        seen.update(chain)
        if name is not None and name in chain:
            names = list(chain)
            circle = names[names.index(name) :]
            message = f"circle {' → '.join([*circle, name])}; take one of the parents away"
            yield entries[name].problem(("parent",), message)


def sentinel_warnings(sentinels: Sequence[str], targets: Sequence[Target]) -> Iterator[str]:
    """What makes sentinels worth less (KPI.md "Not knowing")."""
    if not sentinels:
        yield (
            "none are given; without two targets beside the collector, its own loss of network "
            "counts as downtime of them all"
        )
    elif len(set(sentinels)) < 2:
        yield (
            f"only {sentinels[0]!r} is given; name at least two, or its outage alone makes all "
            "failures unknown"
        )
    behind = Counter(target.parent for target in targets)
    for name in dict.fromkeys(sentinels):
        if count := behind[name]:
            yield (
                f"{name!r} has {count} {'target' if count == 1 else 'targets'} behind it; choose "
                "one with none, or its outage makes theirs unknown"
            )

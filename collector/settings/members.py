"""What is wrong with targets that are made of members."""

from collections.abc import Iterator, Mapping, Sequence

from collector.domain.targets import Target
from collector.settings.checks import no_target
from collector.settings.entries import Entry, TargetEntry
from collector.settings.errors import Problem

_OF_POLLING = (
    *("address", "probes", "merge", "interval", "timeout"),
    *("snmp_profile", "snmp_port"),
)
"""What only a target that is polled itself has."""


def made_of_members(entry: Entry) -> bool:
    """Whether a target is written as one that is made of members."""
    return "members" in entry.values


def own_problems(entry: Entry, given: TargetEntry) -> Iterator[Problem]:
    """What is wrong with its members and how many it needs, whatever the others are."""
    if not made_of_members(entry):
        if given.needs is not None:
            message = "goes with members; name them, or take it away"
            yield entry.problem(("needs",), message)
        return
    for key in _OF_POLLING:
        if key in entry.values:
            message = "a target made of members is not polled itself; take this away"
            yield entry.problem((key,), message)
    for index, name in enumerate(given.members):
        if name == given.name:
            yield entry.problem(("members", index), "a target cannot be a member of itself")
        elif name in given.members[:index]:
            yield entry.problem(("members", index), f"{name!r} is named twice")
    written = entry.values["members"]
    if not isinstance(written, list):
        return
    number = len(written)
    if number < 2:
        yield entry.problem(("members",), "must name at least two targets")
    elif given.needs is not None and not 1 <= given.needs <= number:
        message = f"must be at least 1 and at most {number}, the number of members"
        yield entry.problem(("needs",), message)


def member_problems(
    entries: Sequence[Entry], places: Mapping[str, Entry], targets: Mapping[str, Target]
) -> Iterator[Problem]:
    """Members that are no targets, that are made of members themselves, or that lie behind the
    target that they make; and targets that outlive too many of theirs."""
    groups = {entry.name for entry in entries if made_of_members(entry)}
    if not groups:
        return
    names = {entry.name for entry in entries}
    for entry in filter(made_of_members, entries):
        members = entry.values["members"]
        for index, name in enumerate(members if isinstance(members, list) else ()):
            if not isinstance(name, str) or name == entry.name:
                continue
            if name not in names:
                yield entry.problem(("members", index), no_target(name, names))
            elif name in groups:
                message = f"{name!r} is made of members itself; name those instead"
                yield entry.problem(("members", index), message)
            elif _is_behind(name, entry.name, targets):
                message = f"{name!r} lies behind {entry.name!r}; give one of them another parent"
                yield entry.problem(("members", index), message)
    for name in groups & targets.keys():
        if _outlives_its_members(targets[name], targets):
            message = "fewer members than that are left when the others are retired"
            yield places[name].problem(("needs",), message)


def _is_behind(name: str, ancestor: str, targets: Mapping[str, Target]) -> bool:
    seen = set()
    parent: str | None = name
    while parent is not None and parent in targets and parent not in seen:
        seen.add(parent)
        parent = targets[parent].parent
        if parent == ancestor:
            return True
    return False


def _outlives_its_members(group: Target, targets: Mapping[str, Target]) -> bool:
    """Whether it is in service when fewer of its members are than it needs."""
    forever = float("inf")
    ends = sorted(targets[name].retired_at or forever for name in group.members if name in targets)
    left = len(group.members) - group.needs
    return len(ends) == len(group.members) and ends[left] < (group.retired_at or forever)

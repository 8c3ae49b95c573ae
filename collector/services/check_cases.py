"""Check cases: what the configuration does not map, and what no figure can use."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.domain.cases import Case, CaseStatus, CaseType, Exclusion, Membership
from collector.domain.desks import Desk
from collector.kpi.case_history import DONE, STATUS_HISTORY
from collector.kpi.teams import Teams
from collector.ports import CaseStore

EXAMPLES = 5
"""Ids that are told of what cannot be used."""

CHOOSE = "CHOOSE"
"""What stands in the snippet where somebody has to choose: no word of ours, so that it is refused
where nobody did."""


class Reason(StrEnum):
    """Why a case can be used by no figure, or not by all that it belongs to."""

    TYPE_UNMAPPED = "type_unmapped"
    STATUS_UNMAPPED = "status_unmapped"
    RESOLVED_BEFORE_CREATED = "resolved_before_created"
    RESOLVED_UNDATED = "resolved_undated"
    NO_GROUP = "no_group"
    GROUP_UNMAPPED = "group_unmapped"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A word of a source that the configuration does not map, and how many cases have it; `field`
    is type, status, group, excluded or site."""

    source: str
    field: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Unusable:
    """How many cases of a source cannot be used for one reason, and the ids of some."""

    source: str
    reason: Reason
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, most frequent first; nothing where all is well."""

    cases: int
    unmapped: tuple[Unmapped, ...]
    unusable: tuple[Unusable, ...]

    def __bool__(self) -> bool:
        return bool(self.unmapped or self.unusable)


def check_cases(store: CaseStore, desk: Desk) -> Checked:
    """Look through all cases that are kept; those that are left out of the figures have only their
    words looked at."""
    teams = Teams(desk.memberships)
    words: Counter[tuple[str, str, str]] = Counter()
    reasons: dict[tuple[str, Reason], list[str]] = {}
    cases = store.cases()
    for case in cases:
        words.update((case.source, field, value) for field, value in _words(case, teams))
        if case.excluded is None:
            for reason in _reasons(case, teams):
                reasons.setdefault((case.source, reason), []).append(case.id)
    unmapped = [Unmapped(*key, count) for key, count in words.items()]
    unusable = [
        Unusable(source, reason, len(ids), tuple(ids[:EXAMPLES]))
        for (source, reason), ids in reasons.items()
    ]
    return Checked(
        len(cases),
        tuple(sorted(unmapped, key=lambda it: (it.source, it.field, -it.count, it.value))),
        tuple(sorted(unusable, key=lambda it: (it.source, -it.count, it.reason))),
    )


def _words(case: Case, teams: Teams) -> Iterator[tuple[str, str]]:
    """The fields and words that are not mapped; each once."""
    found = {
        ("status" if field == STATUS_HISTORY else field, value)
        for field, value in case.unmapped.items()
        if value
    }
    for group in _groups(case):
        if not teams.maps(group):
            found.add(("group", group))
    yield from found


def _groups(case: Case) -> set[str]:
    """All groups that are known to have had a case that a share is worked out from."""
    if case.type not in (CaseType.INCIDENT, CaseType.REQUEST):
        return set()
    had = {one.group for one in case.groups or ()}
    return {group for group in (case.group, case.resolving_group, *had) if group}


def _reasons(case: Case, teams: Teams) -> Iterator[Reason]:
    if case.type is None:
        yield Reason.TYPE_UNMAPPED
    if "status" in case.unmapped or STATUS_HISTORY in case.unmapped:
        yield Reason.STATUS_UNMAPPED
    if case.resolved is None:
        if case.status in DONE:
            yield Reason.RESOLVED_UNDATED
        return
    if case.resolved < case.created:
        yield Reason.RESOLVED_BEFORE_CREATED
    if case.type in (CaseType.INCIDENT, CaseType.REQUEST) and teams:
        if not case.resolving_group:
            yield Reason.NO_GROUP
        elif not teams.maps(case.resolving_group):
            yield Reason.GROUP_UNMAPPED


_SECTIONS = {
    "type": ("types", ", ".join(CaseType)),
    "status": ("statuses", ", ".join(CaseStatus)),
    "excluded": ("excluded", f"{', '.join(Exclusion)}, none"),
    "site": ("sites", ""),
}


def snippet(
    unmapped: Sequence[Unmapped],
    memberships: Mapping[str, Sequence[Membership]],
    sites: Collection[str],
) -> str:
    """YAML for the configuration with all that is not mapped, where each CHOOSE is to be replaced;
    `memberships` are those of each source, so that groups can be given to a team."""
    lines = ["sources:"]
    for source in dict.fromkeys(it.source for it in unmapped):
        lines.append(f"  {source}:")
        of_source = [it for it in unmapped if it.source == source]
        for field, (section, choices) in _SECTIONS.items():
            if words := [it for it in of_source if it.field == field]:
                lines.append(f"    {section}:  # {choices or ', '.join(sites) or 'a key of sites'}")
                lines += [f"      {_quoted(it.value)}: {CHOOSE}  # {_cases(it)}" for it in words]
        if groups := [it for it in of_source if it.field == "group"]:
            teams = dict.fromkeys(each.team for each in memberships.get(source, ()))
            lines.append(f"    groups:  # put each under its team: {', '.join(teams)} or another")
            lines.append(f"      {CHOOSE}:")
            lines += [f"        - {_quoted(it.value)}  # {_cases(it)}" for it in groups]
    return "\n".join(lines)


def _quoted(word: str) -> str:
    """A word as YAML, whatever is in it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cases(it: Unmapped) -> str:
    return f"{it.count} case{'' if it.count == 1 else 's'}"

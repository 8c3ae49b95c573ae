"""Open cases: how old they are, whose they are, and what has happened to them too seldom or too
often. Nothing here tells one person from another."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from collector.domain.cases import Case, CaseStatus, CaseType, Membership
from collector.domain.instants import DAY, Duration, Instant
from collector.kpi.case_history import DONE, PAUSED
from collector.kpi.service_hours import Hours
from collector.kpi.teams import Teams

AGES: Sequence[tuple[str, Duration]] = (
    ("0-1d", DAY),
    ("1-3d", 3 * DAY),
    ("3-7d", 7 * DAY),
    ("7-30d", 30 * DAY),
)
OLDEST = "30d-"
"""The age of a case older than all of these."""

NO_TEAM, OTHER_TEAM = "none", "other"
"""The team of a case that no group has, and of one whose group is in no team."""

DESK_TYPES = frozenset({CaseType.INCIDENT, CaseType.REQUEST, None})
"""What a servicedesk works off; what has no known type is among it until somebody maps it."""


def is_open(case: Case) -> bool:
    """Whether somebody has still to do something."""
    return case.resolved is None and case.status not in DONE and case.excluded is None


def age_of(case: Case, now: Instant) -> str:
    """How old a case is, as one of the ages above."""
    age = now - case.created
    return next((name for name, bound in AGES if age < bound), OLDEST)


def team_of(case: Case, memberships: Iterable[Membership], now: Instant) -> str:
    """The team that has a case now."""
    if not case.group:
        return NO_TEAM
    for each in memberships:
        begun = each.start is None or each.start <= now
        if each.group == case.group and begun and (each.end is None or now < each.end):
            return each.team
    return OTHER_TEAM


def handled(case: Case, now: Instant) -> Duration:
    """An open case's handling time so far, in calendar time (KPI.md "Handling time")."""
    off = case.waiting
    if case.type is CaseType.REQUEST:
        off += case.scheduled
    if case.waiting_since is not None:
        off += now - case.waiting_since
    return max(0, now - case.created - off)


def passes_within(case: Case, target: Duration, within: Duration, now: Instant) -> bool:
    """Whether a case will have taken longer than the target if nobody resolves it within a time;
    one that waits gets no older."""
    so_far = handled(case, now)
    return case.status not in PAUSED and so_far <= target < so_far + within


def unanswered(case: Case, longest: Duration, hours: Hours, now: Instant) -> bool:
    """Whether nobody has answered for longer than a time of service."""
    return case.first_response is None and hours.between(case.created, now) > longest


def waits_since(case: Case) -> Instant | None:
    """Since when a case waits for the customer; None where it does not, or nobody knows."""
    return case.waiting_since if case.status is CaseStatus.WAITING_CUSTOMER else None


def counted(cases: Iterable[Case], by: Callable[[Case], str]) -> dict[str, int]:
    """How many cases there are of each, most first."""
    found = Counter(map(by, cases))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """A category of which others than the servicedesk resolve so many, of so many; `share` is what
    the servicedesk's would be if it resolved all of these."""

    category: str
    elsewhere: int
    resolved: int
    share: float


@dataclass(frozen=True, slots=True)
class SecondLine:
    """What others than the servicedesk resolved, of the cases whose group is known.

    `missing` is how many more the servicedesk would have had to resolve to reach the target; None
    without a target.
    """

    resolved: int
    by_desk: int
    missing: int | None
    categories: tuple[CategoryShare, ...]


def second_line(
    cases: Iterable[Case], teams: Teams, target: float | None, most: int
) -> SecondLine | None:
    """Resolved cases by who resolved them, with the categories that others resolve most; None where
    no case's group is known, or no group is the servicedesk's."""
    total: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    for case in cases:
        group, at = case.resolving_group, case.resolved
        if at is None or not group or not teams.maps(group):
            continue
        total[case.category] += 1
        elsewhere[case.category] += not teams.in_desk(group, at)
    resolved = total.total()
    if not resolved or not teams:
        return None
    by_desk = resolved - elsewhere.total()
    # Less what a float of the target is too much by.
    missing = None if target is None else max(0, ceil(target * resolved - by_desk - 1e-9))
    ranked = sorted(
        ((count, name) for name, count in elsewhere.items() if count),
        key=lambda each: (-each[0], each[1]),
    )
    return SecondLine(
        resolved,
        by_desk,
        missing,
        tuple(
            CategoryShare(name, count, total[name], (by_desk + count) / resolved)
            for count, name in ranked[:most]
        ),
    )


def open_counts(
    cases: Iterable[Case], memberships: Sequence[Membership], now: Instant
) -> Mapping[tuple[str, str, str], int]:
    """How many open cases there are by type, team and age: words of ours and of the configuration,
    so that there are never many."""
    found: Counter[tuple[str, str, str]] = Counter()
    for case in cases:
        if is_open(case):
            type_ = NO_TEAM if case.type is None else case.type.value
            found[type_, team_of(case, memberships, now), age_of(case, now)] += 1
    return found

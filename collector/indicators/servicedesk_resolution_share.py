"""Resolved by the servicedesk (KPI.md "Resolved by the servicedesk")."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from collector.domain.cases import CaseType, GroupFrom
from collector.indicators._cases import (
    Asked,
    CaseFigure,
    Definition,
    Facts,
    Need,
    Pick,
    coverage,
    judged,
    serve,
)
from collector.kpi.case_table import CaseTable
from collector.kpi.teams import Teams

__all__ = ["ID", "NEEDS", "REGISTER", "Definition", "compute"]

ID = "servicedesk_resolution_share"
REGISTER = None
_TYPES = frozenset({CaseType.INCIDENT, CaseType.REQUEST})
NEEDS = (Need(Pick.COUNTED, ("resolving_group", "group_from", "groups", "assigned"), _TYPES),)


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """The share of cases whose group at resolution is one of the servicedesk's.

    Beside it the strict share: of the cases whose groups all are known, those that never were with
    another. A group that is in no team, where there are others than the servicedesk, is not known.
    """
    teams = facts.teams
    served = serve(facts.part(asked), _TYPES)
    groups = Counter(served.cases["resolving_group"])
    mapped = {group for group in groups if teams and group and teams.maps(group)}
    known = served.cases.where(map(mapped.__contains__, served.cases["resolving_group"]))
    by_desk = _by_desk(teams, known)
    strict = Counter(_never_outside(teams, known, by_desk))
    n, told = len(known), strict[True] + strict[False]
    lenient = sum(by_desk) / n if n else None
    detail = {
        "lenient": lenient,
        "strict": strict[True] / told if told else None,
        "n": n,
        "no_group": groups[""],
        "unmapped_group": sum(n for group, n in groups.items() if group and group not in mapped),
        "no_history": n - told,
        "excluded": served.excluded,
        "flags": {"present_group": known["group_from"].count(GroupFrom.PRESENT.value)},
    }
    covered = coverage(facts.covers(asked.period), n, served.of)
    return judged(lenient, covered, detail, definition, cases=known)


def _by_desk(teams: Teams, cases: CaseTable) -> list[bool]:
    """Whether each case was resolved by the servicedesk."""
    if teams.change:
        return list(map(teams.in_desk, cases["resolving_group"], cases["resolved"]))
    of_group = {group: teams.in_desk(group, 0) for group in set(cases["resolving_group"])}
    return [of_group[group] for group in cases["resolving_group"]]


def _never_outside(teams: Teams, cases: CaseTable, by_desk: Sequence[bool]) -> list[bool | None]:
    """Whether each never was with a group outside the servicedesk; None where nobody can tell.

    When a group got a case matters only where a group was the servicedesk's for some of the time;
    where it is not known it is taken as when the case was resolved.
    """
    if not teams.change:
        always = cache(lambda groups: teams.all_in_desk(groups, [0] * len(groups)))
        return [
            None if groups is None else always(groups) if ours else False
            for groups, ours in zip(cases["groups"], by_desk, strict=True)
        ]
    columns = (cases[name] for name in ("groups", "assigned", "resolved"))
    return [
        None
        if groups is None
        else ours
        and teams.all_in_desk(groups, [at or resolved for at in assigned or [None] * len(groups)])
        for groups, assigned, resolved, ours in zip(*columns, by_desk, strict=True)
    ]

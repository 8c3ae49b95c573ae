"""Resolved by the servicedesk (KPI.md "Resolved by the servicedesk")."""

from collections import Counter
from collections.abc import Sequence

from collector.domain.cases import CaseType, Facets, GroupFrom
from collector.domain.instants import Instant
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
NEEDS = (Need(Pick.COUNTED, (), _TYPES, if_teams_change=("assigned",)),)


def compute(facts: Facts, asked: Asked, definition: Definition) -> CaseFigure:
    """The share of cases whose group at resolution is one of the servicedesk's.

    Beside it the strict share: of the cases whose groups all are known, those that never were with
    another. A group that is in no team, where there are others than the servicedesk, is not known.
    """
    teams = facts.teams
    served = serve(facts.part(asked), _TYPES)
    groups = served.cases.tally(lambda it: it.resolving_group)
    mapped = {group for group in groups if teams and group and teams.maps(group)}
    known = served.cases.having(lambda it: it.resolving_group in mapped)
    ours, strict = _resolved(teams, known)
    n, told = len(known), strict[True] + strict[False]
    lenient = ours[True] / n if n else None
    detail = {
        "lenient": lenient,
        "strict": strict[True] / told if told else None,
        "n": n,
        "no_group": groups[""],
        "unmapped_group": sum(
            count for group, count in groups.items() if group and group not in mapped
        ),
        "no_history": n - told,
        "excluded": served.excluded,
        "flags": {"present_group": known.tally(_present_group)[True]},
    }
    covered = coverage(facts.covers(asked.period), n, served.of)
    return judged(lenient, covered, detail, definition, cases=known)


def _present_group(facets: Facets) -> bool:
    return facets.group_from == GroupFrom.PRESENT


def _resolved(teams: Teams, cases: CaseTable) -> tuple[Counter[bool], Counter[bool | None]]:
    """How many cases were resolved by the servicedesk, and how many of them never were with a group
    outside it; None where nobody can tell.

    When a group got a case matters only where a group was the servicedesk's for some of the time;
    where it is not known it is taken as when the case was resolved.
    """
    if not teams.change:
        return cases.tally(lambda it: _ours(teams, it, 0)), cases.tally(
            lambda it: _strict(teams, it, 0, None)
        )
    columns = (cases["facets"], cases["counted"], cases["assigned"])
    each = [
        (_ours(teams, facets, resolved), _strict(teams, facets, resolved, assigned))
        for facets, resolved, assigned in zip(*columns, strict=True)
    ]
    return Counter(ours for ours, _ in each), Counter(strict for _, strict in each)


def _ours(teams: Teams, facets: Facets, resolved: Instant) -> bool:
    return teams.in_desk(facets.resolving_group, resolved)


def _strict(
    teams: Teams, facets: Facets, resolved: Instant, assigned: Sequence[Instant | None] | None
) -> bool | None:
    if facets.groups is None:
        return None
    since = assigned or [None] * len(facets.groups)
    return _ours(teams, facets, resolved) and teams.all_in_desk(
        facets.groups, [resolved if at is None else at for at in since]
    )

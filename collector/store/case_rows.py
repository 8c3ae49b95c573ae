"""A case as a row of the table and back."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from collector.domain.cases import (
    Assignment,
    Case,
    CaseStatus,
    CaseType,
    Exclusion,
    GroupFrom,
    Pause,
    ResolvedFrom,
)
from collector.domain.instants import Instant
from collector.store.rows import dumps
from collector.store.schema import cases

COLUMNS = tuple(column.name for column in cases.columns)
CHANGED = COLUMNS.index("changed")
_COUNTED = COLUMNS.index("counted")

_E = TypeVar("_E", bound=StrEnum)


def _values(words: Iterable[StrEnum]) -> Mapping[StrEnum | None, str | None]:
    return {None: None, **{word: word.value for word in words}}


def _words(words: Iterable[_E]) -> Mapping[str | None, _E | None]:
    return {None: None, **{word.value: word for word in words}}


_VALUE = _values([*CaseType, *CaseStatus, *Exclusion, *ResolvedFrom, *GroupFrom])
_TYPE, _STATUS, _EXCLUSION = _words(CaseType), _words(CaseStatus), _words(Exclusion)
_RESOLVED_FROM, _GROUP_FROM = _words(ResolvedFrom), _words(GroupFrom)


def row_of(case: Case) -> tuple[Any, ...]:
    """A case's values in the order of the table's columns."""
    value, groups, pauses = _VALUE, case.groups, case.pauses
    return (
        case.source,
        case.id,
        case.created,
        case.changed,
        value[case.type],
        value[case.status],
        case.first_response,
        case.resolved,
        value[case.resolved_from],
        case.closed,
        case.group,
        case.resolving_group,
        value[case.group_from],
        None if groups is None else dumps([one.group for one in groups]),
        None
        if not groups or not any(one.at for one in groups)
        else dumps([one.at for one in groups]),
        case.waiting,
        case.scheduled,
        None if pauses is None else dumps([[one.start, one.end, one.status] for one in pauses]),
        case.category,
        case.priority,
        case.channel,
        case.site,
        case.satisfaction,
        case.satisfaction_at,
        case.reopened,
        case.reassignments,
        case.change,
        case.report,
        case.severity,
        int(case.major),
        value[case.excluded],
        dumps(dict(case.unmapped)) if case.unmapped else None,
        case.waiting_since,
        case.deleted,
        _counted(case),
        _answered(case),
    )


def _counted(case: Case) -> Instant | None:
    """When a case counts: when it was resolved; an excluded one when it was closed or changed."""
    if case.resolved is not None or case.excluded is None:
        return case.resolved
    return case.changed if case.closed is None else case.closed


def _answered(case: Case) -> Instant | None:
    """When a case was rated, as near as is known."""
    if case.satisfaction is None:
        return None
    known = (at for at in (case.satisfaction_at, case.closed, case.resolved) if at is not None)
    return next(known, None)


def says_the_same(row: Sequence[Any], kept: Sequence[Any]) -> bool:
    """Whether two rows differ in nothing but when the case was changed."""
    return all(
        new == old
        for place, (new, old) in enumerate(zip(row, kept, strict=True))
        if place not in {CHANGED, _COUNTED}
    )


def case_of(row: Sequence[Any], groups_of: dict[str, list[str]]) -> Case:
    """The case of a row; `groups_of` remembers lists of names, which repeat."""
    (
        source, id_, created, changed, type_, status, first_response, resolved, resolved_from,
        closed, group, resolving_group, group_from, groups, assigned, waiting, scheduled, pauses,
        category, priority, channel, site, satisfaction, satisfaction_at, reopened, reassignments,
        change, report, severity, major, excluded, unmapped, waiting_since, deleted, _, _,
    ) = row  # fmt: skip
    return Case(
        source,
        id_,
        created,
        changed,
        _TYPE[type_],
        _STATUS[status],
        first_response,
        resolved,
        _RESOLVED_FROM[resolved_from],
        closed,
        group,
        resolving_group,
        _GROUP_FROM[group_from],
        _assignments(groups, assigned, groups_of),
        waiting,
        scheduled,
        _pauses(pauses),
        category,
        priority,
        channel,
        site,
        satisfaction,
        satisfaction_at,
        reopened,
        reassignments,
        change,
        report,
        severity,
        bool(major),
        _EXCLUSION[excluded],
        json.loads(unmapped) if unmapped else {},
        waiting_since,
        deleted,
    )


def _assignments(
    groups: str | None, assigned: str | None, groups_of: dict[str, list[str]]
) -> tuple[Assignment, ...] | None:
    if groups is None:
        return None
    names = groups_of.get(groups)
    if names is None:
        names = groups_of[groups] = json.loads(groups)
    if assigned is None:
        return tuple(map(Assignment, names))
    return tuple(map(Assignment, names, json.loads(assigned)))


def _pauses(pauses: str | None) -> tuple[Pause, ...] | None:
    if not pauses:
        return None
    return tuple(Pause(start, end, CaseStatus(status)) for start, end, status in json.loads(pauses))


def _flags(values: Iterable[int]) -> Sequence[bool]:
    return [value == 1 for value in values]


def _parsed(values: Iterable[str | None]) -> Sequence[Any]:
    """Many small JSON texts at once: a call for each takes longer than what it does."""
    found: Sequence[Any] = json.loads(f"[{','.join(text or 'null' for text in values)}]")
    return found


def _names(values: Iterable[str | None]) -> Sequence[tuple[str, ...] | None]:
    """Lists of names, of which there are few different ones."""
    known: dict[str | None, tuple[str, ...] | None] = {None: None}
    found = []
    for text in values:
        if text not in known:
            known[text] = tuple(json.loads(text))  # type: ignore[arg-type]  # None is known
        found.append(known[text])
    return found


def _unmapped(values: Iterable[str | None]) -> Sequence[Mapping[str, str]]:
    none: Mapping[str, str] = {}
    return [none if text is None else json.loads(text) for text in values]


READ: Mapping[str, Callable[[Iterable[Any]], Sequence[Any]]] = {
    "groups": _names,
    "assigned": _parsed,
    "pauses": _parsed,
    "unmapped": _unmapped,
    "major": _flags,
}
"""How a column's values are read, of those that are not kept as they are."""

"""A case as a row of the table and back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
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

_ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)

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
    value, groups = _VALUE, case.groups
    type_, status, excluded = value[case.type], value[case.status], value[case.excluded]
    resolved_from, group_from = value[case.resolved_from], value[case.group_from]
    names = None if groups is None else _list_of(tuple(one.group for one in groups))
    unmapped = dumps(dict(case.unmapped)) if case.unmapped else None
    return (
        case.source,
        case.id,
        case.created,
        case.changed,
        type_,
        status,
        case.first_response,
        case.resolved,
        resolved_from,
        case.closed,
        case.group,
        case.resolving_group,
        group_from,
        names,
        _since(groups),
        case.waiting,
        case.scheduled,
        _pauses_text(case.pauses),
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
        excluded,
        unmapped,
        case.waiting_since,
        case.deleted,
        _counted(case),
        _answered(case),
        _number_of(
            (
                type_,
                status,
                excluded,
                resolved_from,
                group_from,
                case.resolving_group,
                case.severity,
                names,
                case.site,
                unmapped,
                waited(case.waiting, case.scheduled, case.pauses),
                case.satisfaction is not None,
            )
        ),
    )


@lru_cache(maxsize=4096)
def _list_of(values: tuple[str, ...]) -> str:
    """JSON of names, which repeat from case to case."""
    return dumps(values)


def waited(waiting: int, scheduled: int, pauses: object) -> bool | None:
    """Whether a case waited at all or was scheduled; None where that it did not is only by totals,
    which know nothing of when."""
    if waiting or scheduled or pauses:
        return True
    return None if pauses is None else False


@lru_cache(maxsize=4096)
def _number_of(values: tuple[str | bool | None, ...]) -> int:
    """A number of what repeats from case to case, 64 bits of a digest: that any two of ten thousand
    different ones share one has a chance of 1 to 10^11."""
    digest = blake2b(dumps(values).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _since(groups: Sequence[Assignment] | None) -> str | None:
    if not groups or all(one.at is None for one in groups):
        return None
    return f"[{','.join('null' if one.at is None else str(one.at) for one in groups)}]"


def _pauses_text(pauses: Sequence[Pause] | None) -> str | None:
    if pauses is None:
        return None
    stretches = [f'[{one.start},{one.end},"{one.status}"]' for one in pauses]
    return f"[{','.join(stretches)}]"


def _counted(case: Case) -> Instant | None:
    """When a case counts: when it was resolved; where that is not known of one that has ended or is
    excluded, when it was closed or changed."""
    if case.resolved is None and (case.excluded is not None or case.status in _ENDED):
        return case.changed if case.closed is None else case.closed
    return case.resolved


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


def sound(row: Sequence[Any]) -> bool:
    """Whether a row is as this module writes it."""
    try:
        return row_of(case_of(row, {})) == tuple(row)
    except (ValueError, TypeError, KeyError):  # no JSON, or not of this shape; no word of ours
        return False


def case_of(row: Sequence[Any], groups_of: dict[str, list[str]]) -> Case:
    """The case of a row; `groups_of` remembers lists of names, which repeat."""
    (
        source, id_, created, changed, type_, status, first_response, resolved, resolved_from,
        closed, group, resolving_group, group_from, groups, assigned, waiting, scheduled, pauses,
        category, priority, channel, site, satisfaction, satisfaction_at, reopened, reassignments,
        change, report, severity, major, excluded, unmapped, waiting_since, deleted, *_,
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

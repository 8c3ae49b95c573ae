"""The events of a case's history as statuses and groups through time."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.domain.cases import Assignment, CaseStatus, StatusChange
from collector.domain.instants import Instant
from collector.sources.parts import EventFields

Status = tuple[CaseStatus | None] | None
"""None for an event that tells of no status, (None,) for a status that is not mapped."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an event tells; "" and None for what it is not about."""

    at: Instant
    status: Status = None
    status_before: Status = None
    group: str = ""
    group_before: str = ""


def statuses_and_groups(
    changes: Sequence[Change],
    told: EventFields,
    created: Instant,
    present: tuple[CaseStatus | None, str],
) -> tuple[tuple[StatusChange, ...] | None, tuple[Assignment, ...] | None]:
    """Both histories, each None where events do not tell of such.

    The first change tells what held from `created` on; where none tells of any, what holds now
    has held all the time.
    """
    changes = sorted(changes, key=lambda change: change.at)
    status, group = present
    statuses, groups = None, None
    if told.status is not None:
        about = [it for it in changes if it.status is not None]
        first = about[0].status_before if about else (status,)
        statuses = tuple(
            StatusChange(at, word[0])
            for at, word in [(created, first), *((it.at, it.status) for it in about)]
            if word is not None
        )
    if told.group is not None:
        moves = [it for it in changes if it.group]
        before = moves[0].group_before if moves else group
        groups = tuple(
            Assignment(name, at)
            for at, name in [(created, before), *((it.at, it.group) for it in moves)]
            if name
        )
    return statuses, groups

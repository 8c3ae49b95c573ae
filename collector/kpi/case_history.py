"""From a case as a source tells it to what is kept: what follows from its histories (KPI.md "Cases
from the servicedesk")."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from collector.domain.cases import (
    Assignment,
    Case,
    CaseStatus,
    GroupFrom,
    Pause,
    ReadCase,
    ResolvedFrom,
    StatusChange,
)
from collector.domain.instants import Duration, Instant

DONE = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED})
"""The classes of a case that nobody works on any more."""

PAUSED = frozenset({CaseStatus.WAITING_CUSTOMER, CaseStatus.SCHEDULED})
"""The classes whose time is no handling time; waiting for a supplier is."""

STATUS_HISTORY = "statuses"
"""The field of `unmapped` that says that a status of the history is not mapped."""

_ORDER = (None, *CaseStatus)
"""Of changes at the same instant the one that is further on is the later."""


def settle(read: ReadCase) -> Case:
    """What is kept of a case.

    The order in which its histories are told does not matter. A status that is known and neither
    resolved nor closed makes it open, whatever its resolved time says.
    """
    history = _in_order(read.statuses or ())
    status = _status(read, history)
    resolved, resolved_from = _resolution(read, status, history)
    pauses = None
    waiting, scheduled = read.waiting or 0, read.scheduled or 0
    if read.statuses is not None:
        pauses = tuple(_pauses(history, read.created, resolved))
        waiting = _length(pauses, CaseStatus.WAITING_CUSTOMER)
        scheduled = _length(pauses, CaseStatus.SCHEDULED)
    elif resolved is not None:
        stretch = max(0, resolved - read.created)
        waiting = min(waiting, stretch)
        scheduled = min(scheduled, stretch - waiting)
    group, group_from = _resolving_group(read, resolved)
    waits = status is CaseStatus.WAITING_CUSTOMER and bool(history)
    return Case(
        source=read.source,
        id=read.id,
        created=read.created,
        changed=read.changed,
        type=read.type,
        status=status,
        first_response=read.first_response,
        resolved=resolved,
        resolved_from=resolved_from,
        closed=read.closed,
        group=read.group,
        resolving_group=group,
        group_from=group_from,
        groups=None if read.assignments is None else tuple(_dated_first(read.assignments)),
        waiting=waiting,
        scheduled=scheduled,
        pauses=pauses,
        category=read.category,
        priority=read.priority,
        channel=read.channel,
        site=read.site,
        satisfaction=read.satisfaction,
        satisfaction_at=read.satisfaction_at,
        reopened=_reopened(read, history),
        reassignments=_reassignments(read),
        change=read.change,
        report=read.report,
        severity=read.severity,
        major=read.major,
        excluded=read.excluded,
        unmapped=_unmapped(read),
        waiting_since=_began(history) if waits else None,
    )


def _in_order(changes: Iterable[StatusChange]) -> list[StatusChange]:
    return sorted(changes, key=lambda it: (it.at, _ORDER.index(it.status)))


def _status(read: ReadCase, history: Sequence[StatusChange]) -> CaseStatus | None:
    """The present status; where a source says nothing of it, the last of the history."""
    if read.status is not None or "status" in read.unmapped or not history:
        return read.status
    return history[-1].status


def _resolution(
    read: ReadCase, status: CaseStatus | None, history: Sequence[StatusChange]
) -> tuple[Instant | None, ResolvedFrom | None]:
    """When a case last was resolved, and what tells so."""
    if status is not None and status not in DONE:
        return None, None
    last = _last_done(history)
    told = bool(last) and history[-1].status in DONE
    if told and any(it.status is CaseStatus.RESOLVED for it in last):
        return last[0].at, ResolvedFrom.HISTORY
    if read.resolved is not None and not (told and _was_opened_since(read.resolved, history, last)):
        return read.resolved, ResolvedFrom.STATED
    if told:
        return last[0].at, ResolvedFrom.CLOSED
    if read.closed is not None:
        return read.closed, ResolvedFrom.CLOSED
    return (last[0].at, ResolvedFrom.HISTORY) if last else (None, None)


def _last_done(history: Sequence[StatusChange]) -> list[StatusChange]:
    """The changes that made up the last stretch in which a case was resolved or closed."""
    run: list[StatusChange] = []
    for i, change in enumerate(history):
        if change.status in DONE:
            run = [*run, change] if i and history[i - 1].status in DONE else [change]
    return run


def _was_opened_since(
    at: Instant, history: Sequence[StatusChange], last: Sequence[StatusChange]
) -> bool:
    """Whether a stated time is that of an earlier resolution: some keep the first."""
    before = history.index(last[0])
    return before > 0 and at < history[before - 1].at


def _pauses(
    history: Sequence[StatusChange], created: Instant, resolved: Instant | None
) -> Iterator[Pause]:
    """The stretches in [created, resolved) that are no handling time, those under way left out."""
    for change, after in pairwise(history):
        start = max(change.at, created)
        end = after.at if resolved is None else min(after.at, resolved)
        if change.status in PAUSED and start < end:
            yield Pause(start, end, change.status)
    # Its histories may lag behind the resolved time that a source states.
    if resolved is not None and history and history[-1].status in PAUSED:
        start = max(history[-1].at, created)
        if start < resolved:
            yield Pause(start, resolved, history[-1].status)


def _length(pauses: Iterable[Pause], status: CaseStatus) -> Duration:
    return sum(it.end - it.start for it in pauses if it.status is status)


def _began(history: Sequence[StatusChange]) -> Instant | None:
    """Since when the last status of a history holds; None where it waits no longer by that."""
    since = None
    for change in reversed(history):
        if change.status is not CaseStatus.WAITING_CUSTOMER:
            break
        since = change.at
    return since


def _resolving_group(read: ReadCase, resolved: Instant | None) -> tuple[str, GroupFrom | None]:
    """The group that had a case when it was resolved."""
    if resolved is None:
        return "", None
    if read.resolving_group:
        return read.resolving_group, GroupFrom.STATED
    had = [it for it in read.assignments or () if it.at is not None and it.at <= resolved]
    if had:
        # Of those at the same instant the present group is the later.
        last = max(had, key=lambda it: (it.at or 0, it.group == read.group, it.group))
        return last.group, GroupFrom.HISTORY
    only = {it.group for it in read.assignments or ()}
    if len(only) == 1 and (not read.group or only == {read.group}):
        return only.pop(), GroupFrom.HISTORY
    return (read.group, GroupFrom.PRESENT) if read.group else ("", None)


def _dated_first(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Each once, by time and name."""
    return sorted(set(assignments), key=lambda it: (it.at is None, it.at or 0, it.group))


def _reopened(read: ReadCase, history: Sequence[StatusChange]) -> int | None:
    """How often it was opened again; as stated, else by the history."""
    if read.reopened is not None or read.statuses is None:
        return read.reopened
    return sum(
        before.status in DONE and after.status is not None and after.status not in DONE
        for before, after in pairwise(history)
    )


def _reassignments(read: ReadCase) -> int | None:
    """How often it changed group; as stated, else by a history that has all its times."""
    if read.reassignments is not None or read.assignments is None:
        return read.reassignments
    had = _dated_first(read.assignments)
    if any(it.at is None for it in had):
        return None
    return sum(before.group != after.group for before, after in pairwise(had))


def _unmapped(read: ReadCase) -> dict[str, str]:
    """What is not mapped, a status of the history among it."""
    told = dict(read.unmapped)
    if any(it.status is None for it in read.statuses or ()):
        told.setdefault(STATUS_HISTORY, told.get("status", ""))
    return told

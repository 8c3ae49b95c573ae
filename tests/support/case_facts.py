"""Facts of cases without a database: cases in a few words, and the columns that a store makes."""

from collections.abc import Iterable, Sequence
from typing import Any

from support.figures import ZONE, at

from collector.domain.cases import (
    SERVICEDESK,
    Case,
    CaseStatus,
    CaseType,
    Facets,
    Membership,
    ReadCase,
    StatusChange,
)
from collector.domain.desks import Desk, Feed
from collector.domain.instants import Instant
from collector.domain.periods import Period
from collector.domain.sources import Covered
from collector.indicators._cases import Facts
from collector.kpi.case_history import settle
from collector.kpi.case_table import CaseTable
from collector.kpi.periods import parse_period

DESK = Desk((Feed("desk"),), (Membership(SERVICEDESK, "Servicedesk"),))
NOW = at("2026-11-15")


def period(text: str = "2026-10", now: Instant = NOW) -> Period:
    """A period by its text."""
    return parse_period(text, zone=ZONE, now=now)


def case(
    id_: object,
    created: str,
    resolved: str = "",
    *history: tuple[str, CaseStatus | None],
    **more: Any,
) -> Case:
    """An incident of the servicedesk, settled; with a history it is resolved by that."""
    done = bool(resolved) or any(status is CaseStatus.RESOLVED for _, status in history)
    stated: dict[str, Any] = {
        "type": CaseType.INCIDENT,
        "status": CaseStatus.RESOLVED if done else CaseStatus.OPEN,
        "resolved": at(resolved) if resolved else None,
        "resolving_group": "Servicedesk",
    }
    if history:
        stated["statuses"] = tuple(StatusChange(at(when), status) for when, status in history)
    changed = at(resolved or created)
    return settle(ReadCase("desk", str(id_), at(created), changed, **{**stated, **more}))


def table(cases: Iterable[Case]) -> CaseTable:
    """Cases as the columns that a store gives of them."""
    rows = list(cases)
    alike: dict[tuple[Any, ...], Facets] = {}
    return CaseTable(
        {
            "source": [it.source for it in rows],
            "id": [it.id for it in rows],
            "created": [it.created for it in rows],
            "changed": [it.changed for it in rows],
            "counted": [_counted(it) for it in rows],
            "answered": [it.satisfaction_at or it.closed or it.resolved for it in rows],
            "waiting": [it.waiting for it in rows],
            "scheduled": [it.scheduled for it in rows],
            "pauses": [
                None if it.pauses is None else [[p.start, p.end, p.status.value] for p in it.pauses]
                for it in rows
            ],
            "assigned": [None if it.groups is None else [g.at for g in it.groups] for it in rows],
            "satisfaction": [it.satisfaction for it in rows],
            "satisfaction_at": [it.satisfaction_at for it in rows],
            "severity": [it.severity for it in rows],
            "report": [it.report for it in rows],
            "change": [it.change for it in rows],
            "facets": [_facets(it, alike) for it in rows],
        }
    )


def facts(
    cases: Sequence[Case],
    *periods: Period,
    covered: Sequence[Covered] = (Covered("desk", None, NOW),),
    desk: Desk = DESK,
    **more: Any,
) -> Facts:
    """What a store would give for some periods, October 2026 unless told otherwise."""
    asked = periods or (period(),)
    start, end = min(it.start for it in asked), max(it.measured_end for it in asked)

    def within(when: Instant | None) -> bool:
        return when is not None and start <= when < end

    given = table(it for it in cases if it.satisfaction is not None)
    return Facts(
        zone=ZONE,
        span=(start, end),
        desk=desk,
        covered=covered,
        counted=table(it for it in cases if within(_counted(it))),
        answered=given.where([within(when) for when in given["answered"]]),
        made=table(it for it in cases if within(it.created)),
        reported=table(it for it in cases if it.report),
        open={
            it.measured_end: table(
                each
                for each in cases
                if each.created < it.measured_end
                and ((done := _counted(each)) is None or done >= it.measured_end)
            )
            for it in asked
        },
        **more,
    )


def _counted(it: Case) -> Instant | None:
    ended = it.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED)
    if it.resolved is None and (it.excluded is not None or ended):
        return it.closed or it.changed
    return it.resolved


def _facets(it: Case, alike: dict[tuple[Any, ...], Facets]) -> Facets:
    found = Facets(
        type=it.type and it.type.value,
        status=it.status and it.status.value,
        excluded=it.excluded and it.excluded.value,
        resolved_from=it.resolved_from and it.resolved_from.value,
        group_from=it.group_from and it.group_from.value,
        resolving_group=it.resolving_group,
        severity=it.severity,
        groups=None if it.groups is None else tuple(g.group for g in it.groups),
        site=it.site,
        unmapped=it.unmapped,
        rated=it.satisfaction is not None,
    )
    key = (*found[:-2], tuple(sorted(it.unmapped.items())), found.rated)
    return alike.setdefault(key, found)

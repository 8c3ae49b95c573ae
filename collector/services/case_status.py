"""Case status: what the servicedesk's manager looks at each day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from collector.domain.cases import Case, CaseType
from collector.domain.desks import Desk
from collector.domain.instants import DAY, HOUR, Duration, Instant, moment
from collector.domain.measurements import Indicator, Unit
from collector.domain.sources import SourceState
from collector.kpi.case_backlog import (
    DESK_TYPES,
    SecondLine,
    age_of,
    counted,
    handled,
    is_open,
    passes_within,
    second_line,
    unanswered,
    waits_since,
)
from collector.kpi.periods import midnight
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours, hours_of
from collector.kpi.teams import Teams
from collector.ports import CaseStore

DAYS_SHOWN = 14
MOST = 20
"""Cases in a list; it says how many there are."""
CATEGORIES = 10

ANSWER_WITHIN: Duration = 8 * HOUR
"""Of service."""
SOON: Duration = 3 * DAY
LONG_WAIT: Duration = 14 * DAY
MANY_REASSIGNMENTS = 3
RECENT = 90
"""Days of resolved cases that the categories are counted over; a month is 30 of them."""

_TARGETS = {
    "incident_handling_time": CaseType.INCIDENT,
    "request_handling_time": CaseType.REQUEST,
}
_SHARE = "servicedesk_resolution_share"


@dataclass(frozen=True, slots=True)
class Flow:
    """How many cases came and how many were resolved on a local day; of the last so far."""

    day: date
    created: int
    resolved: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case, how old it is and how much of that is handling time."""

    case: Case
    age: Duration
    handled: Duration


@dataclass(frozen=True, slots=True)
class CaseList:
    """So many cases, the oldest of them in full."""

    count: int
    cases: tuple[OpenCase, ...]


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """How the servicedesk stands.

    A list is None where the sources do not supply what it is picked by. `late` counts open cases
    that have passed the target already. `second_line` is of the last RECENT days.
    """

    at: Instant
    site: str | None
    sources: tuple[SourceState, ...]
    flow: tuple[Flow, ...]
    open: int
    backlog: Mapping[str, Mapping[str, int]]
    unassigned: CaseList
    unanswered: CaseList | None
    nearing: CaseList | None
    late: int | None
    oldest: CaseList
    waiting: CaseList | None
    reassigned: CaseList | None
    reopened: CaseList | None
    majors: CaseList
    second_line: SecondLine | None


def case_status(
    store: CaseStore,
    desk: Desk,
    register: Iterable[Indicator],
    *,
    zone: ZoneInfo,
    now: Instant,
    site: str | None = None,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> DeskStatus:
    """Incidents and requests (and what has no known type) of all sites or one, as they stand now;
    majors of any type."""
    decided = {each.id: each for each in register}
    year = moment(now).astimezone(zone).year
    opened = [case for case in store.cases(open_at=now, site=site) if is_open(case)]
    own = [case for case in opened if case.type in DESK_TYPES]
    resolved = [
        case
        for case in store.cases(
            resolved=(now - RECENT * DAY, now),
            types=[CaseType.INCIDENT, CaseType.REQUEST],
            site=site,
        )
        if case.excluded is None and case.type is not None
    ]
    told = _Telling(now)
    targets = {type_: _target_days(decided.get(id_), year) for id_, type_ in _TARGETS.items()}
    share = decided[_SHARE].target_for(year) if _SHARE in decided else None
    oldest_open = min((case.created for case in own), default=now)
    hours = hours_of(service.office, zone, oldest_open, now)
    return DeskStatus(
        at=now,
        site=site,
        sources=tuple(store.source_state(feed.source) for feed in desk.feeds),
        flow=_flow(store, zone, now, site),
        open=len(own),
        backlog={
            "type": counted(own, lambda case: case.type.value if case.type else ""),
            "group": counted(own, lambda case: case.group),
            "age": counted(own, lambda case: age_of(case, now)),
            "priority": counted(own, lambda case: case.priority),
            "site": counted(own, lambda case: case.site),
        },
        unassigned=told.those(own, lambda case: not case.group),
        unanswered=told.where_known(
            [*own, *resolved],
            lambda case: case.first_response is not None,
            own,
            lambda case: unanswered(case, ANSWER_WITHIN, hours, now),
        ),
        nearing=told.those(own, lambda case: _nears(case, targets, now))
        if any(targets.values())
        else None,
        late=sum(_is_late(case, targets, now) for case in own) if any(targets.values()) else None,
        oldest=told.those(own, lambda case: True),
        waiting=told.where_known(
            [*own, *resolved],
            lambda case: case.pauses is not None,
            own,
            lambda case: (since := waits_since(case)) is not None and now - since > LONG_WAIT,
        ),
        reassigned=told.where_known(
            [*own, *resolved],
            lambda case: case.reassignments is not None,
            own,
            lambda case: (case.reassignments or 0) >= MANY_REASSIGNMENTS,
        ),
        reopened=told.where_known(
            [*own, *resolved],
            lambda case: case.reopened is not None,
            own,
            lambda case: bool(case.reopened),
        ),
        majors=told.those(opened, lambda case: case.major),
        second_line=second_line(
            resolved, Teams(desk.memberships), share.value if share else None, CATEGORIES
        ),
    )


class _Telling:
    """Makes lists of cases, oldest first."""

    def __init__(self, now: Instant) -> None:
        self._now = now

    def those(self, cases: Iterable[Case], wanted: Callable[[Case], bool]) -> CaseList:
        found = sorted(filter(wanted, cases), key=lambda case: (case.created, case.source, case.id))
        return CaseList(
            len(found),
            tuple(
                OpenCase(case, self._now - case.created, handled(case, self._now))
                for case in found[:MOST]
            ),
        )

    def where_known(
        self,
        all_: Sequence[Case],
        known: Callable[[Case], bool],
        cases: Iterable[Case],
        wanted: Callable[[Case], bool],
    ) -> CaseList | None:
        """None where there are cases, and of none of them is known what is asked: nobody supplies
        it, which is not the same as that there are none."""
        if all_ and not any(map(known, all_)):
            return None
        return self.those(cases, wanted)


def _flow(store: CaseStore, zone: ZoneInfo, now: Instant, site: str | None) -> tuple[Flow, ...]:
    today = moment(now).astimezone(zone).date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    start = midnight(first, zone)

    def days(cases: Iterable[Case], at: Callable[[Case], Instant | None]) -> Mapping[str, int]:
        own = [case for case in cases if case.type in DESK_TYPES and case.excluded is None]
        return counted(own, lambda case: _day(at(case), zone))

    created = days(store.cases(created=(start, now), site=site), lambda case: case.created)
    resolved = days(store.cases(resolved=(start, now), site=site), lambda case: case.resolved)
    shown = (first + timedelta(days=n) for n in range(DAYS_SHOWN))
    return tuple(
        Flow(day, created.get(day.isoformat(), 0), resolved.get(day.isoformat(), 0))
        for day in shown
    )


def _day(at: Instant | None, zone: ZoneInfo) -> str:
    return "" if at is None else moment(at).astimezone(zone).date().isoformat()


def _target_days(indicator: Indicator | None, year: int) -> Duration | None:
    """A handling time's target, in calendar time; None where there is none, or in working days."""
    if indicator is None or indicator.unit is not Unit.DAYS:
        return None
    if indicator.definition.get("clock") == "working":
        return None
    decided = indicator.target_for(year)
    return None if decided is None else round(decided.value * DAY)


def _nears(case: Case, targets: Mapping[CaseType, Duration | None], now: Instant) -> bool:
    target = targets.get(case.type) if case.type else None
    return target is not None and passes_within(case, target, SOON, now)


def _is_late(case: Case, targets: Mapping[CaseType, Duration | None], now: Instant) -> bool:
    target = targets.get(case.type) if case.type else None
    return target is not None and handled(case, now) > target

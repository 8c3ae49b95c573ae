"""Case facts: reading what figures of cases are worked out from, once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from collector.domain.cases import CaseType
from collector.domain.desks import Desk
from collector.domain.instants import Instant
from collector.domain.periods import Period
from collector.domain.registers import DisruptionReport, Register
from collector.indicators._cases import (
    ALWAYS_READ,
    IDENTITY,
    CaseIndicator,
    Facts,
    Need,
    Pick,
)
from collector.kpi.case_table import CaseTable
from collector.kpi.service_hours import Calendar
from collector.kpi.teams import Teams
from collector.ports import CaseFigureStore


def read_facts(
    store: CaseFigureStore,
    indicators: Iterable[CaseIndicator],
    periods: Sequence[Period],
    *,
    desk: Desk,
    zone: ZoneInfo,
    calendar: Calendar,
    ids: bool = False,
) -> Facts:
    """What some indicators need for some periods; with `ids` also what the cases are called."""
    chosen = list(indicators)
    needs = [need for each in chosen for need in each.NEEDS]
    read = _Reading(store, needs, IDENTITY if ids else (), Teams(desk.memberships).change)
    span = min(it.start for it in periods), max(it.measured_end for it in periods)
    reported = read(Pick.REPORTED, reported=True)
    registers = {each.REGISTER for each in chosen}
    reports = store.disruption_reports() if Register.DISRUPTION_REPORTS in registers else ()
    incidents = store.security_incidents() if Register.SECURITY_INCIDENTS in registers else ()
    return Facts(
        zone,
        span,
        desk,
        store.covered(),
        read(Pick.COUNTED, resolved=span),
        read(Pick.ANSWERED, answered=span),
        read(Pick.MADE, created=span),
        reported,
        {at: read(Pick.OPEN, open_at=at) for at in sorted({it.measured_end for it in periods})},
        _changes(store, desk, reports, reported),
        reports,
        incidents,
        {each.ID: store.attestations(each.ID) for each in chosen if each.REGISTER},
        calendar,
    )


class _Reading:
    """Reads each pick with all the columns that any of the needs has of it."""

    def __init__(
        self,
        store: CaseFigureStore,
        needs: Sequence[Need],
        columns: tuple[str, ...],
        teams_change: bool,
    ) -> None:
        self._store = store
        self._needs = needs
        self._columns = columns
        self._teams_change = teams_change

    def __call__(
        self,
        pick: Pick,
        *,
        resolved: tuple[Instant, Instant] | None = None,
        answered: tuple[Instant, Instant] | None = None,
        created: tuple[Instant, Instant] | None = None,
        open_at: Instant | None = None,
        reported: bool = False,
    ) -> CaseTable:
        mine = [need for need in self._needs if need.pick is pick]
        if not mine:
            return CaseTable({})
        # The rated are picked by when that was, whenever the case itself was.
        times = ("facets",) if pick is Pick.ANSWERED else ALWAYS_READ
        columns = [*times, *self._columns]
        for need in mine:
            columns += need.columns
            columns += need.if_teams_change if self._teams_change else ()
        types: set[CaseType] | None = set().union(*(need.types for need in mine))
        if not all(need.types for need in mine):
            types = None
        found = self._store.case_columns(
            list(dict.fromkeys(columns)),
            resolved=resolved,
            answered=answered,
            created=created,
            open_at=open_at,
            reported=reported,
            types=types,
        )
        return CaseTable(found)


def _changes(
    store: CaseFigureStore, desk: Desk, reports: Iterable[DisruptionReport], reported: CaseTable
) -> Mapping[str, tuple[Instant, str]]:
    """The date and site of the changes that have a report and are cases themselves; a register
    does not say of which source they are."""
    keys = {(source, change) for source, change in _pairs(reported) if change}
    keys |= {(feed.source, it.change) for feed in desk.feeds for it in reports if it.change}
    if not keys:
        return {}
    cases = store.cases(ids=sorted(keys))
    return {
        case.id: (case.created if case.resolved is None else case.resolved, case.site)
        for case in cases
    }


def _pairs(reported: CaseTable) -> Iterable[tuple[str, str]]:
    return zip(reported["source"], reported["change"], strict=True)

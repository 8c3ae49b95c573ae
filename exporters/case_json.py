"""What machines read of cases: the same JSON from the command line and over HTTP."""

from datetime import tzinfo
from math import ceil

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.cases import Case
from collector.domain.instants import DAY, Instant
from collector.kpi.case_backlog import SecondLine
from collector.kpi.groups import ALL
from collector.services.case_list import group_of
from collector.services.case_status import RECENT, CaseList, DeskStatus, OpenCase
from exporters.json_text import time


class CaseData(TypedDict):
    """A case: its id, its times, and the classes that it is counted by.

    `unmapped` has the source's own words that the configuration does not map, by field.
    """

    source: str
    id: str
    type: str | None
    status: str | None
    created: str
    first_response: str | None
    resolved: str | None
    closed: str | None
    group: str
    site: str
    excluded: str | None
    unmapped: dict[str, str]


def case(it: Case, zone: tzinfo) -> CaseData:
    """The form of `cases list --format json`."""
    return {
        "source": it.source,
        "id": it.id,
        "type": None if it.type is None else it.type.value,
        "status": None if it.status is None else it.status.value,
        "created": time(it.created, zone),
        "first_response": _time(it.first_response, zone),
        "resolved": _time(it.resolved, zone),
        "closed": _time(it.closed, zone),
        "group": group_of(it),
        "site": it.site,
        "excluded": None if it.excluded is None else it.excluded.value,
        "unmapped": dict(it.unmapped),
    }


def _time(at: Instant | None, zone: tzinfo) -> str | None:
    return None if at is None else time(at, zone)


class OpenCaseData(TypedDict):
    """An open case: how old it is, and how much of that is handling time."""

    source: str
    id: str
    type: str | None
    status: str | None
    created: str
    group: str
    site: str
    age_days: float
    handled_days: float


class CaseListData(TypedDict):
    """So many cases; the oldest of them are listed."""

    count: int
    cases: list[OpenCaseData]


class FlowData(TypedDict):
    """A local day's inflow and how many were resolved; of today so far."""

    day: str
    created: int
    resolved: int


class CategoryData(TypedDict):
    """A category of which others than the servicedesk resolve most; a month is 30 days.

    `share` is the servicedesk's of all cases, if it resolved all of this category too.
    """

    category: str
    elsewhere_a_month: float
    resolved_a_month: float
    share: float


class SecondLineData(TypedDict):
    """What others than the servicedesk resolve, over the last 90 days; `missing_a_month` is how
    many more the servicedesk would have to resolve to reach the target."""

    share: float
    resolved_a_month: float
    missing_a_month: int | None
    categories: list[CategoryData]


class SourceData(TypedDict):
    """Where reading a source stands; `failure` is null while all is well."""

    source: str
    complete_at: str | None
    failure: str | None


class DeskStatusData(TypedDict):
    """What the servicedesk's manager looks at each day; a list is null where the sources do not
    supply what it is picked by."""

    at: str
    site: str
    sources: list[SourceData]
    flow: list[FlowData]
    open: int
    late: int | None
    backlog: dict[str, dict[str, int]]
    unassigned: CaseListData
    unanswered: CaseListData | None
    nearing_target: CaseListData | None
    oldest: CaseListData
    waiting_for_customer: CaseListData | None
    reassigned: CaseListData | None
    reopened: CaseListData | None
    majors: CaseListData
    second_line: SecondLineData | None


def desk_status(it: DeskStatus, zone: tzinfo) -> DeskStatusData:
    """The form of `cases status --format json`."""
    return {
        "at": time(it.at, zone),
        "site": it.site or ALL,
        "sources": [
            {
                "source": each.source,
                "complete_at": _time(each.complete_at, zone),
                "failure": None if each.failure is None else each.failure.value,
            }
            for each in it.sources
        ],
        "flow": [
            {"day": each.day.isoformat(), "created": each.created, "resolved": each.resolved}
            for each in it.flow
        ],
        "open": it.open,
        "late": it.late,
        "backlog": {by: dict(counts) for by, counts in it.backlog.items()},
        "unassigned": _listed(it.unassigned, zone),
        "unanswered": _listed_if_known(it.unanswered, zone),
        "nearing_target": _listed_if_known(it.nearing, zone),
        "oldest": _listed(it.oldest, zone),
        "waiting_for_customer": _listed_if_known(it.waiting, zone),
        "reassigned": _listed_if_known(it.reassigned, zone),
        "reopened": _listed_if_known(it.reopened, zone),
        "majors": _listed(it.majors, zone),
        "second_line": None if it.second_line is None else _second_line(it.second_line),
    }


def _listed_if_known(it: CaseList | None, zone: tzinfo) -> CaseListData | None:
    return None if it is None else _listed(it, zone)


def _listed(it: CaseList, zone: tzinfo) -> CaseListData:
    return {"count": it.count, "cases": [_open_case(each, zone) for each in it.cases]}


def _open_case(it: OpenCase, zone: tzinfo) -> OpenCaseData:
    own = case(it.case, zone)
    return {
        "source": own["source"],
        "id": own["id"],
        "type": own["type"],
        "status": own["status"],
        "created": own["created"],
        "group": own["group"],
        "site": own["site"],
        "age_days": it.age / DAY,
        "handled_days": it.handled / DAY,
    }


def _second_line(it: SecondLine) -> SecondLineData:
    months = RECENT / 30
    return {
        "share": it.by_desk / it.resolved,
        "resolved_a_month": it.resolved / months,
        "missing_a_month": None if it.missing is None else ceil(it.missing / months),
        "categories": [
            {
                "category": each.category,
                "elsewhere_a_month": each.elsewhere / months,
                "resolved_a_month": each.resolved / months,
                "share": each.share,
            }
            for each in it.categories
        ],
    }

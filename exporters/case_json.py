"""What machines read of cases: the same JSON from the command line and over HTTP."""

from datetime import tzinfo

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.cases import Case
from collector.domain.instants import Instant
from collector.services.case_list import group_of
from exporters.jsonable import time


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

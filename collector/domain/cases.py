"""Cases of a servicedesk: what a source says of one, and what is kept of it (KPI.md "Cases").

Nothing here can hold a name, a title or a description: a case is its times, its classes and its
links. Instants are UTC, durations µs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from collector.domain.instants import Duration, Instant


class CaseType(StrEnum):
    """What a case is about."""

    INCIDENT = "incident"
    REQUEST = "request"
    CHANGE = "change"
    PROBLEM = "problem"
    SECURITY_INCIDENT = "security_incident"
    OTHER = "other"


class CaseStatus(StrEnum):
    """The class of a status; a source has many statuses of each."""

    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_SUPPLIER = "waiting_supplier"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Exclusion(StrEnum):
    """Why a case is left out of all figures, and counted as left out."""

    SPAM = "spam"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"
    TEST = "test"
    AUTOMATIC = "automatic"


class ResolvedFrom(StrEnum):
    """What a case's resolved time was taken from."""

    STATED = "stated"
    HISTORY = "history"
    CLOSED = "closed"


class GroupFrom(StrEnum):
    """What the group at resolution was taken from; the present group is flagged in the figures."""

    STATED = "stated"
    HISTORY = "history"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """From when a case had a status; None where the source's own word is not mapped."""

    at: Instant
    status: CaseStatus | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """That a group had a case, from `at` where it is known."""

    group: str
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case as a source tells it, mapped to our words but nothing derived yet.

    `type` and `status` are None where the source says nothing of them or where what it says is not
    mapped; `unmapped` tells these apart: field → the source's own word. `resolving_group` is the
    group at resolution where the source states just that (the CSV's `group`), `group` the present
    one. `statuses` and `assignments` are histories, None where the source has none; `waiting` and
    `scheduled` bare totals. `satisfaction` is rescaled to 1-5. `changed` is when the source last
    changed it (its cursor); where the source does not say, when it was read.
    """

    source: str
    id: str
    created: Instant
    changed: Instant
    type: CaseType | None = None
    status: CaseStatus | None = None
    first_response: Instant | None = None
    resolved: Instant | None = None
    closed: Instant | None = None
    group: str = ""
    resolving_group: str = ""
    statuses: tuple[StatusChange, ...] | None = None
    assignments: tuple[Assignment, ...] | None = None
    waiting: Duration | None = None
    scheduled: Duration | None = None
    category: str = ""
    priority: str = ""
    channel: str = ""
    site: str = ""
    satisfaction: float | None = None
    satisfaction_at: Instant | None = None
    reopened: int | None = None
    reassignments: int | None = None
    change: str = ""
    report: str = ""
    severity: str = ""
    major: bool = False
    excluded: Exclusion | None = None
    unmapped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a case waited for the customer, or was ordered for a later date."""

    start: Instant
    end: Instant
    status: CaseStatus


@dataclass(frozen=True, slots=True)
class Case:
    """What is kept of a case: as it was read, with what follows from its histories.

    `resolved` is the *last* time it was resolved, None while it is open (also after it was opened
    again); `waiting` and `scheduled` are totals within [created, resolved or now), `pauses` their
    stretches where the source gives them, else None, and then neither can be clipped to working
    hours. `resolving_group` is the group at resolution, "" where none is known. `groups` are all
    groups that ever had it, None where the source does not tell. `deleted` is when a sweep no
    longer found it in the source.
    """

    source: str
    id: str
    created: Instant
    changed: Instant
    type: CaseType | None
    status: CaseStatus | None
    first_response: Instant | None
    resolved: Instant | None
    resolved_from: ResolvedFrom | None
    closed: Instant | None
    group: str
    resolving_group: str
    group_from: GroupFrom | None
    groups: tuple[Assignment, ...] | None
    waiting: Duration
    scheduled: Duration
    pauses: tuple[Pause, ...] | None
    category: str
    priority: str
    channel: str
    site: str
    satisfaction: float | None
    satisfaction_at: Instant | None
    reopened: int | None
    reassignments: int | None
    change: str
    report: str
    severity: str
    major: bool
    excluded: Exclusion | None
    unmapped: Mapping[str, str]
    waiting_since: Instant | None = None
    deleted: Instant | None = None


class Facets(NamedTuple):
    """What repeats from case to case, enums as their values, of groups the names alone and of the
    satisfaction whether there is any: of many cases there are few different ones, and what holds of
    one holds of all that have it."""

    type: str | None
    status: str | None
    excluded: str | None
    resolved_from: str | None
    group_from: str | None
    resolving_group: str
    severity: str
    groups: tuple[str, ...] | None
    site: str
    unmapped: Mapping[str, str]
    rated: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """That a group belongs to a team, as the servicedesk, within [start, end); open where None."""

    team: str
    group: str
    start: Instant | None = None
    end: Instant | None = None


SERVICEDESK = "servicedesk"
"""The team whose share of resolved cases is an indicator."""

"""Maintenance windows: when people work on what, and when they said so (KPI.md "Accounting")."""

from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from collector.domain.instants import Duration, Instant
from collector.domain.targets import Attributes, Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """What a window is for: objects by id, those in `behind` with everything behind them, and all
    that are of one of the kinds, at one of the sites and have one of the tags.

    Kinds, sites and tags narrow each other, where they are given: all access points in Laxå.
    """

    targets: frozenset[int] = frozenset()
    behind: frozenset[int] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    sites: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @property
    def general(self) -> bool:
        """Whether it is for all objects of some description."""
        return bool(self.kinds or self.sites or self.tags)

    def describes(self, held: Attributes) -> bool:
        """Whether an object that is such is of the kinds, sites and tags."""
        return (
            self.general
            and (not self.kinds or held.kind in self.kinds)
            and (not self.sites or held.site in self.sites)
            and (not self.tags or not self.tags.isdisjoint(held.tags))
        )


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When a window comes back: by an RRULE (RFC 5545) of days, at a local time of each.

    `first` and `last` are local days, `last` included; `duration` is elapsed time, in µs.
    """

    rule: str
    at: time
    duration: Duration
    first: date
    last: date | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Extension:
    """That the occurrence which ended at `old` was said at `at` to end at `new`.

    `down` are the objects that were down when it was said.
    """

    at: Instant
    old: Instant
    new: Instant
    author: str
    reason: str
    down: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Cancellation:
    """That nothing more comes of a window from `at` on; what was before stays."""

    at: Instant
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window, single from `start` to `end` or recurring.

    Of a recurring one `start` and `end` are those of its first occurrence. `down` are the objects
    that were down when it was registered: work on them is urgent, not planned. `id` is 0 until the
    store has given one.
    """

    id: int
    scope: Scope
    start: Instant
    end: Instant
    author: str
    reason: str
    registered_at: Instant
    recurrence: Recurrence | None = None
    down: frozenset[int] = frozenset()
    extensions: tuple[Extension, ...] = field(default=())
    cancelled: Cancellation | None = None

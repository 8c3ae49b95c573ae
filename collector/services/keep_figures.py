"""Keep figures: works the figures out again at intervals, for the exporters."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from collector.domain.desks import NO_DESK, Desk
from collector.domain.figures import Figures
from collector.domain.instants import MINUTE, SECOND, Duration, Instant
from collector.domain.measurements import Indicator, Seconds
from collector.domain.targets import Kind
from collector.kpi.case_backlog import open_counts
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import Clock, Store
from collector.services.overview import overview
from collector.services.remember import Remembering

log = logging.getLogger(__name__)

_AT_MOST_EVERY: Duration = 15 * SECOND
_SHARE_OF_TIME = 400
"""Working the figures out may take a four-hundredth of the time."""

_SETTLED_AFTER: Duration = 6 * MINUTE
"""Older than this no confirmation and no doubt changes a state any more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the configuration the figures depend on."""

    zone: ZoneInfo
    register: Sequence[Indicator]
    sites: Mapping[str, str]
    population: Mapping[Kind, int]
    service: ServiceHours = AROUND_THE_CLOCK
    desk: Desk = NO_DESK


class FigureKeeper:
    """The latest figures, as an immutable object that is swapped when there are newer ones."""

    def __init__(
        self, store: Store, clock: Clock, known_until: Callable[[Instant], Mapping[int, Instant]]
    ) -> None:
        self._store = store
        self._remembering = Remembering(store)
        self._clock = clock
        self._known_until = known_until
        self._settled_until = clock.now()
        self._settled: dict[tuple[str, str], Seconds] = {}
        self._revision: int | None = None
        self._not_before = 0
        self.figures: Figures | None = None

    def refresh(self, scope: Scope) -> None:
        """Work everything out again if it is time to or a command changed something.

        Takes up to seconds of computing: call it in a thread.
        """
        began = self._clock.monotonic()
        revision = self._store.revision()
        if revision == self._revision and began < self._not_before:
            return
        self._revision = revision
        now = self._clock.now()
        until = max(self._settled_until, now - _SETTLED_AFTER)
        figures = overview(
            self._remembering,
            scope.register,
            zone=scope.zone,
            sites=scope.sites,
            population=scope.population,
            service=scope.service,
            desk=scope.desk,
            now=now,
            known_until=self._known_until(now),
            settled_since=self._settled_until,
            settled_until=until,
        )
        for key, seconds in figures.settled.items():
            self._settled[key] = self._settled.get(key, Seconds()) + seconds
        self._settled_until = until
        opened = self._store.cases(open_at=now) if scope.desk else ()
        self.figures = replace(
            figures,
            settled=dict(self._settled),
            cases_open=open_counts(opened, scope.desk.memberships, now),
        )
        took = self._clock.monotonic() - began
        self._not_before = began + max(_AT_MOST_EVERY, _SHARE_OF_TIME * took)

"""Working: which targets somebody works on, known ahead of time so that alerts can be silent."""

from collections.abc import Mapping

from collector.domain.instants import HOUR, Duration, Instant
from collector.kpi.maintenance import Work
from collector.kpi.spans import Spans, clip
from collector.kpi.timelines import Timelines
from collector.ports import Clock, Store

_AHEAD: Duration = 24 * HOUR
_READ_AGAIN: Duration = HOUR


class WorkCalendar:
    """The windows of the day to come, planned maintenance and urgent work alike."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._revision: int | None = None
        self._read_again = 0
        self._spans: Mapping[int, Spans] = {}
        self._latest: tuple[Mapping[int, Spans], Instant, Instant, frozenset[int]] = (
            {},
            0,
            0,
            frozenset(),
        )

    def refresh(self) -> None:
        """Read the windows again where a command changed something, and now and then."""
        revision, now = self._store.revision(), self._clock.now()
        if revision == self._revision and self._read_again - _READ_AGAIN <= now < self._read_again:
            return
        until = now + _AHEAD
        windows = self._store.maintenance(now, until)
        spans: dict[int, Spans] = {}
        if windows:
            records = self._store.targets()
            work = Work(windows, now, until, Timelines(records, {}, {}))
            spans = {it.id: clip(found, now, until) for it in records if (found := work.all(it.id))}
        self._spans, self._revision, self._read_again = spans, revision, now + _READ_AGAIN

    def at(self, now: Instant) -> frozenset[int]:
        """The ids of the targets that are in a window; callable from any thread."""
        spans = self._spans
        of, since, until, found = self._latest
        if of is spans and since <= now < until:
            return found
        found = frozenset(
            id_ for id_, own in spans.items() if any(start <= now < end for start, end in own)
        )
        edges = (edge for own in spans.values() for span in own for edge in span if edge > now)
        self._latest = (spans, now, min(edges, default=now + _READ_AGAIN), found)
        return found

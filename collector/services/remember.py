"""Remember closed intervals: what keeps figures reads them once, not anew four times a minute."""

from collections.abc import Iterable, Mapping, Sequence

from collector.domain.instants import MINUTE, Duration, Instant
from collector.domain.states import Interval
from collector.ports import Store

_MARGIN: Duration = 10 * MINUTE
"""What ended later may still be taken back; a reading that is asked for anyway brings it along."""


class Remembering:
    """A MeasuredStore that asks for the closed intervals of all objects only once.

    It forgets when a command changed something, and when an earlier time is asked for than before.
    A batch may be written hours late, when the database was away; then an object's next interval
    does not begin where it should, and the object is read anew. What retention deletes is
    remembered until all is forgotten.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revision: int | None = None
        self._since: Instant = 0
        self._until: Instant = 0
        self._closed: dict[int, list[Interval]] = {}
        self._next: dict[int, Instant] = {}
        """Where the first interval of an object begins that is not remembered."""
        self.targets = store.targets
        self.events = store.events
        self.maintenance = store.maintenance
        self.corrections = store.corrections
        self.annotations = store.annotations
        self.tail = store.tail
        self.sums = store.sums
        self.known_at_least = store.known_at_least
        self.case_columns = store.case_columns
        self.cases = store.cases
        self.covered = store.covered
        self.disruption_reports = store.disruption_reports
        self.security_incidents = store.security_incidents
        self.attestations = store.attestations
        self.supplied = store.supplied

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        """As FigureStore.intervals; those of some targets alone are not remembered."""
        if targets is not None:
            return self._store.intervals(start, end, targets)
        # Before the reading: what changes meanwhile is noticed the next time.
        revision = self._store.revision()
        if revision != self._revision or start < self._since or end < self._until:
            self._closed, self._next, self._until = {}, {}, start
            found = {id_: list(own) for id_, own in self._store.intervals(start, end).items()}
        else:
            found = self._joined(start, end)
        self._revision = revision
        self._since, self._until = start, max(start, end - _MARGIN)
        self._closed, self._next = {}, {}
        for id_, own in found.items():
            closed = self._closed[id_] = []
            for interval in own:
                if interval.end is None or interval.end > self._until:
                    self._next.setdefault(id_, interval.start)
                else:
                    closed.append(interval)
        return found

    def _joined(self, start: Instant, end: Instant) -> dict[int, list[Interval]]:
        """What is remembered with what is new, by target."""
        found: dict[int, list[Interval]] = {}
        apart: list[int] = []
        fresh = self._store.intervals(self._until, end)
        for id_ in sorted(fresh.keys() | self._closed.keys()):
            closed, new = self._closed.get(id_, []), fresh.get(id_, ())
            begins = self._next.get(id_, closed[-1].end if closed else None)
            # Imported maintenance may lie within what is not remembered.
            if not new or new[0].start != begins or (closed and closed[-1].start > begins):
                apart.append(id_)
            else:
                found[id_] = [*(it for it in closed if it.end is None or it.end > start), *new]
        if apart:
            again = self._store.intervals(start, end, apart)
            found |= {id_: list(again.get(id_, ())) for id_ in apart}
        return {id_: own for id_, own in found.items() if own}

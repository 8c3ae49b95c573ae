"""What was measured of all objects, and which of them depended on which, when."""

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from collector.domain.instants import Instant
from collector.domain.periods import Period
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import TargetRecord
from collector.kpi.availability import Tally, is_plain, measured_down
from collector.kpi.corrections import Corrections, corrected
from collector.kpi.counted import Counted
from collector.kpi.spans import ALWAYS, Lengths, Span, Spans, clip, union

_NO_INTERVALS: list[Interval] = []
_NO_TALLIES: Mapping[int, Tally] = {}

Tallies = Mapping[Span, Mapping[int, Tally]]
"""By what was measured of a period, and by object."""


class Timelines:
    """Each object's intervals, how far the open ones are known, and its ancestors' failures.

    `intervals` are sorted by start for each object; `known_until` says how far an open interval is
    known, and one that is not in it is not known at all. `planned` is each object's planned
    maintenance, `corrections` are those in force. Derived parts are worked out once, when they are
    first asked for.

    `asked` are the objects whose accounts are asked for, all where they are not given. `tallies`
    is what is known already of the accounts of some periods (kpi/sums.py); the intervals of the
    objects in `unread` were not read, since these tell all that is asked of them.
    """

    def __init__(
        self,
        targets: Sequence[TargetRecord],
        intervals: Mapping[int, Sequence[Interval]],
        known_until: Mapping[int, Instant],
        *,
        planned: Mapping[int, Spans] = MappingProxyType({}),
        corrections: Corrections = MappingProxyType({}),
        asked: Sequence[TargetRecord] | None = None,
        tallies: Tallies = MappingProxyType({}),
        unread: Container[int] = frozenset(),
    ) -> None:
        self.targets = targets
        self.asked = targets if asked is None else asked
        self._by_id = {target.id: target for target in targets}
        self._intervals = {
            id_: found if isinstance(found, list) else list(found)
            for id_, found in intervals.items()
        }
        self._measured = {id_: self._intervals.get(id_, []) for id_ in corrections}
        for id_, measured in self._measured.items():
            self._intervals[id_] = corrected(measured, corrections[id_])
        self._until = known_until
        self._planned = planned
        self._tallies = tallies
        self._unread = unread
        self._before: Timelines | None = None
        self._counted: dict[tuple[int, int], Counted] = {}
        self._shared: list[tuple[Spans, Lengths | None]] = []
        self._plain: dict[int, bool] = {}
        self._down: dict[int, Spans] = {}
        self._reach: dict[int, frozenset[int]] = {}
        self._failed: dict[int, Spans] = {}

    def target(self, target: int) -> TargetRecord:
        """The record of an object."""
        return self._by_id[target]

    def of(self, target: int) -> list[Interval]:
        """An object's intervals after corrections, sorted by start."""
        intervals = self._intervals.get(target)
        if intervals is None:
            if target in self._unread:
                raise LookupError(f"the intervals of {self.target(target).name} were not read")
            return _NO_INTERVALS
        return intervals

    def tallies(self, period: Period) -> Mapping[int, Tally]:
        """What is known already of the accounts of a period, by object."""
        return self._tallies.get((period.start, period.measured_end), _NO_TALLIES)

    def until(self, target: int) -> Instant:
        """How far an object's open interval is known."""
        return self._until.get(target, -ALWAYS)

    def planned(self, target: int) -> Spans:
        """When an object has planned maintenance."""
        return self._planned.get(target, ())

    def plain(self, target: int) -> bool:
        """Whether `availability.tally` counts an object: measured alone and nothing corrected."""
        plain = self._plain.get(target)
        if plain is None:
            plain = is_plain(self.of(target)) and not self._below_correction(target)
            self._plain[target] = plain
        return plain

    def counted(self, target: int, hours: Lengths | None) -> Counted:
        """Which time of an object counts, within service hours; very many objects share one."""
        planned = self.planned(target)
        key = id(planned) if planned else 0, id(hours)
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = Counted(hours, Lengths(planned) if planned else None)
            # An id is that of one object only as long as it is there.
            self._shared.append((planned, hours))
        return counted

    def is_corrected(self, target: int) -> bool:
        """Whether corrections of an object, or of what it is behind, may tell in its figures."""
        return self._below_correction(target) or any(
            it.state is State.MAINTENANCE and it.origin is not Origin.POLLED
            for it in self.of(target)
        )

    def _below_correction(self, target: int) -> bool:
        """Whether an object or anything that ever was above it has a correction."""
        return bool(self._measured) and not self._measured.keys().isdisjoint(self.reached(target))

    @property
    def before_corrections(self) -> "Timelines":
        """The same as it was measured; imported maintenance, a correction too, is still in it."""
        if not self._measured:
            return self
        if self._before is None:
            intervals = {**self._intervals, **self._measured}
            self._before = Timelines(self.targets, intervals, self._until, planned=self._planned)
        return self._before

    def down(self, target: int) -> Spans:
        """When an object was measured down, whatever maintenance says."""
        down = self._down.get(target)
        if down is None:
            down = self._down[target] = measured_down(self.of(target), self.until(target))
        return down

    def behind(self, target: int) -> Spans:
        """When any ancestor of an object, by the parents that held then, was measured down."""
        attributes = self._by_id[target].attributes
        parent = attributes[0].parent
        if len(attributes) > 1:
            return self._failures_above(target)
        if parent is None:
            return ()
        if target in self.reached(parent):
            return self._failures_above(target)
        # A switch has many children, and what failed above each of them is the same.
        failed = self._failed.get(parent)
        if failed is None:
            failed = union(self.down(parent), self._failures_above(parent))
            self._failed[parent] = failed
        return failed

    def ancestors(self, target: int, at: Instant) -> list[int]:
        """Parent, its parent and so on as they were at an instant; a circle ends at its close."""
        found: list[int] = []
        child: int | None = target
        while child is not None and child in self._by_id:
            child = self._parent(child, at)
            if child is None or child == target or child in found:
                break
            found.append(child)
        return found

    def _parent(self, target: int, at: Instant) -> int | None:
        """What an object depended on at an instant; the first attributes hold before they began."""
        attributes = self._by_id[target].attributes
        held = attributes[0]
        for later in attributes[1:]:
            if later.since > at:
                break
            held = later
        return held.parent

    def reached(self, target: int) -> frozenset[int]:
        """An object and all that ever were above it."""
        reached = self._reach.get(target)
        if reached is None:
            found, waiting = set[int](), [target]
            while waiting:
                child = waiting.pop()
                if child in found or child not in self._by_id:
                    continue
                found.add(child)
                parents = (held.parent for held in self._by_id[child].attributes)
                waiting += [parent for parent in parents if parent is not None]
            reached = self._reach[target] = frozenset(found)
        return reached

    def _failures_above(self, target: int) -> Spans:
        """The united failures of an object's ancestors, stretch by stretch of unchanged parents."""
        changes = {
            held.since
            for reached in self.reached(target)
            for held in self._by_id[reached].attributes[1:]
        }
        return union(
            *(
                clip(self.down(ancestor), start, end)
                for start, end in pairwise([-ALWAYS, *sorted(changes), ALWAYS])
                for ancestor in self.ancestors(target, start)
            )
        )

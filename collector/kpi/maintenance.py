"""Which time is planned maintenance, and which is urgent work (KPI.md "Accounting")."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from dateutil.tz import datetime_exists

from collector.domain.instants import DAY, Duration, Instant, instant, moment
from collector.domain.maintenance import Recurrence, Window
from collector.domain.targets import Attributes
from collector.kpi.spans import ALWAYS, Span, Spans, clip, union
from collector.kpi.timelines import Timelines

MIN_NOTICE: Duration = DAY
"""KPI.md "Accounting", where the definition states no other."""


class Occurrence(NamedTuple):
    """One time that a window holds, [start, end), or the part by which it was extended.

    `begins` is when the work as a whole does. `registered_at` is when this much of it was said,
    and `down` are the objects that were down then.
    """

    window: Window
    start: Instant
    end: Instant
    begins: Instant
    registered_at: Instant
    down: frozenset[int]

    def in_time(self, min_notice: Duration) -> bool:
        """Whether it was registered early enough to be planned maintenance."""
        return self.registered_at + min_notice <= self.begins


def occurrences(window: Window, start: Instant, end: Instant) -> list[Occurrence]:
    """The occurrences of a window that touch [start, end), oldest first and not clipped to it.

    Each that was extended is followed by what was added; a cancelled window ends where it was
    cancelled.
    """
    added = sum(it.new - it.old for it in window.extensions)
    return [
        part
        for begins, ends in _times(window, start - added, min(end, _stop(window)))
        for part in _parts(window, begins, ends)
        if part.start < end and part.end > start
    ]


def coming(window: Window, now: Instant) -> list[Occurrence]:
    """The occurrence that is under way, or else the next one, in its parts; none if there is no
    more."""
    added = sum(it.new - it.old for it in window.extensions)
    for begins, ends in _times(window, now - added, _stop(window)):
        parts = _parts(window, begins, ends)
        if parts and parts[-1].end > now:
            return parts
    return []


def _parts(window: Window, begins: Instant, ends: Instant) -> list[Occurrence]:
    """An occurrence and what was added to it, as far as it was not cancelled."""
    parts = [Occurrence(window, begins, ends, begins, window.registered_at, window.down)]
    for said in window.extensions:
        if said.old == parts[-1].end:
            parts.append(Occurrence(window, said.old, said.new, begins, said.at, said.down))
    stop = _stop(window)
    return [it._replace(end=min(it.end, stop)) for it in parts if it.start < stop]


def _stop(window: Window) -> Instant:
    """From when on nothing comes of a window."""
    return ALWAYS if window.cancelled is None else window.cancelled.at


def days(recurrence: Recurrence) -> rrule:
    """The rule as naive local times from its first day on; ValueError where it is none."""
    first = datetime.combine(recurrence.first, recurrence.at)
    rule = rrulestr(recurrence.rule, dtstart=first)
    if not isinstance(rule, rrule):
        raise ValueError("is more than one rule")  # noqa: TRY004 - of the text, not of a type
    return rule


def local(naive: datetime, zone: ZoneInfo) -> Instant:
    """The instant of a local time: of two the earlier, and in the gap of the clocks its end."""
    written = naive.replace(tzinfo=zone)
    if datetime_exists(written):
        return instant(written)
    # PEP 495: with the two offsets around it, it lies on either side of the change of clocks.
    low, high = instant(written.replace(fold=1)), instant(written)
    after = moment(high).astimezone(zone).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if moment(middle).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return low


def _times(window: Window, start: Instant, end: Instant) -> Iterator[Span]:
    """Start and end of each time of a window, as first said, that touches [start, end)."""
    again = window.recurrence
    if again is None:
        if window.start < end and window.end > start:
            yield window.start, window.end
        return
    last = date.max if again.last is None else again.last
    # A day more on either side: the zone's offset from UTC.
    after, before = _naive(start - again.duration - DAY), _naive(end + DAY)
    for naive in days(again).xafter(after, inc=True):
        if naive > before or naive.date() > last:
            return
        begins = local(naive, again.zone)
        if begins < end and begins + again.duration > start:
            yield begins, begins + again.duration


_EARLIEST, _LATEST = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - local days


def _naive(at: Instant) -> datetime:
    try:
        return moment(at).replace(tzinfo=None)
    except OverflowError:
        return _EARLIEST if at < 0 else _LATEST


class Work:
    """The windows of a stretch of time, and for which objects each holds when.

    A second belongs to what an object was then: its kind, site and tags, and what it was behind.
    `ancestry` is any Timelines of all objects.
    """

    def __init__(
        self,
        windows: Sequence[Window],
        start: Instant,
        end: Instant,
        ancestry: Timelines,
        min_notice: Duration = MIN_NOTICE,
    ) -> None:
        self._ancestry = ancestry
        self._found = [occurrences(window, start, end) for window in windows]
        self._scopes = [window.scope for window in windows]
        self._some = [n for n, found in enumerate(self._found) if found]
        self._down = [frozenset().union(*(it.down for it in found)) for found in self._found]
        self._named: dict[int, set[int]] = defaultdict(set)
        for n in self._some:
            for target in self._scopes[n].targets:
                self._named[target].add(n)
        self._behind = any(self._scopes[n].behind for n in self._some)
        self._min_notice = min_notice
        self._described: dict[Attributes, frozenset[int]] = {}
        self._united: dict[tuple[frozenset[int], int | None, bool], list[Span]] = {}

    def planned(self, target: int) -> Spans:
        """When an object has planned maintenance."""
        return self._spans(target, urgent=False)

    def all(self, target: int) -> Spans:
        """When an object has planned maintenance or urgent work."""
        return self._spans(target, urgent=True)

    def _spans(self, target: int, *, urgent: bool) -> Spans:
        if not self._some:
            return ()
        stretches = list(self._stretches(target))
        if len(stretches) == 1:
            return self._of(target, stretches[0][2], urgent)
        return union(
            *(
                clip(self._of(target, chosen, urgent), start, end)
                for start, end, chosen in stretches
            )
        )

    def _of(self, target: int, chosen: frozenset[int], urgent: bool) -> Spans:
        """The united spans of some windows; many objects share them."""
        # One that was down when some of it was registered has spans of its own.
        whom = None if urgent or all(target not in self._down[n] for n in chosen) else target
        key = (chosen, whom, urgent)
        if key not in self._united:
            self._united[key] = union(
                (it.start, it.end)
                for n in chosen
                for it in self._found[n]
                if urgent or (it.in_time(self._min_notice) and target not in it.down)
            )
        return self._united[key]

    def _stretches(self, target: int) -> Iterator[tuple[Instant, Instant, frozenset[int]]]:
        """Stretches of an object's time, and by number the windows that are for it then."""
        own = self._ancestry.target(target).attributes
        changed = {target} if not self._behind else self._ancestry.reached(target)
        changes = {
            held.since for each in changed for held in self._ancestry.target(each).attributes[1:]
        }
        named = frozenset(self._named.get(target, ()))
        for start, end in pairwise([-ALWAYS, *sorted(changes), ALWAYS]):
            held = own[0]
            for later in own[1:]:
                if later.since <= start:
                    held = later
            chosen = named | self._describing(held)
            if self._behind:
                line = {target, *self._ancestry.ancestors(target, start)}
                chosen |= {n for n in self._some if not line.isdisjoint(self._scopes[n].behind)}
            yield start, end, chosen

    def _describing(self, held: Attributes) -> frozenset[int]:
        """The windows for all that is such; very many objects are alike."""
        alike = Attributes(0, held.kind, held.site, None, held.tags)
        if alike not in self._described:
            self._described[alike] = frozenset(
                n for n in self._some if self._scopes[n].describes(alike)
            )
        return self._described[alike]

"""The accounts of all objects over a period: a row for each object, class and site it was in."""

from collections.abc import Iterable
from typing import NamedTuple

from collector.domain.instants import Duration, Instant
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.targets import Attributes, Kind, TargetRecord
from collector.kpi.accounts import Accounts, Way
from collector.kpi.lifetimes import MeasuredFrom, gone_at, stretches
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines


class Row(NamedTuple):
    """What an object was while it was of one class and at one site; durations in µs.

    The five parts are the object's own, over its lifetime. `before` is time that counts as unknown
    for its class alone: before the class was measured, and the object not yet in its lifetime.
    `counted` is False where the row itself lies before that. `rest` is its service in the part of
    the period that is still to come, known maintenance left out. `uncorrected` are the five parts
    before corrections, where they differ.
    """

    target: int
    kind: Kind
    site: str
    up: Duration
    down: Duration
    unreachable: Duration
    maintenance: Duration
    unknown: Duration
    begun: int
    rest: Duration
    before: Duration = 0
    counted: bool = True
    uncorrected: Seconds | None = None

    @property
    def seconds(self) -> Seconds:
        """The five parts."""
        return Seconds(self.up, self.down, self.unreachable, self.maintenance, self.unknown)


def rows(
    timelines: Timelines,
    period: Period,
    since: MeasuredFrom,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> list[Row]:
    """The accounts over a period of the objects that are asked for; `since` is `measured_from`."""
    books = _Books(Accounts(timelines, period, service), period, since)
    return [row for target in timelines.asked for row in books.of(target)]


class _Books:
    """The accounting of one period."""

    def __init__(self, accounts: Accounts, period: Period, since: MeasuredFrom) -> None:
        self._accounts = accounts
        self._period = period
        self._since = since
        self._rest = max(0, period.end - period.measured_end)

    def of(self, target: TargetRecord) -> Iterable[Row]:
        """An object's rows: one, but where class or site changed or the class was not measured."""
        period = self._period
        stated, gone = target.in_service_from, gone_at(target)
        born = stated if stated is not None else target.first_seen
        if born is None:
            born = ALWAYS
        listed = period.start if stated is None or stated < period.start else stated
        if listed >= gone or listed >= period.end:
            return ()
        way, simple = self._accounts.way(target)
        held = target.attributes[0]
        measured = self._since.get(held.kind, ALWAYS)
        start = born if born > listed else listed
        if simple and start >= measured and gone >= period.end and len(target.attributes) == 1:
            # As below, for nearly every object: nothing about it changes in the period.
            before = 0
            if measured > listed:
                before = max(0, min(measured, period.measured_end) - listed)
            rest = self._rest if listed <= period.measured_end else period.end - listed
            if start >= period.measured_end and not before and not rest:
                return ()
            return (_row(way, target, held, start, period.measured_end, born, rest, before),)
        return self._stretch_by_stretch(target, way, listed, born, gone)

    def _stretch_by_stretch(
        self, target: TargetRecord, way: Way, listed: Instant, born: Instant, gone: Instant
    ) -> Iterable[Row]:
        accounts, period = self._accounts, self._period
        for held, start, end in stretches(target, listed, min(gone, period.measured_end)):
            measured = min(self._since.get(held.kind, ALWAYS), end)
            alive = max(start, born)
            if alive < measured:
                yield _row(way, target, held, alive, measured, born)._replace(counted=False)
            before = accounts.service_time(target, held, start, min(measured, born))
            rest = 0
            if held is target.attributes[-1]:
                ahead = max(listed, period.measured_end)
                rest = accounts.to_come(target, held, ahead, min(gone, period.end))
            counted_from = max(alive, measured)
            if counted_from < end or before or rest:
                yield _row(way, target, held, counted_from, end, born, rest, before)


def _row(
    way: Way,
    target: TargetRecord,
    held: Attributes,
    start: Instant,
    end: Instant,
    born: Instant,
    rest: Duration = 0,
    before: Duration = 0,
) -> Row:
    id_, kind, site = target.id, held.kind, held.site
    if start >= end:
        return Row(id_, kind, site, 0, 0, 0, 0, 0, 0, rest, before)
    up, down, unreachable, maintenance, unknown, begun, uncorrected = way(
        target, held, start, end, born
    )
    parts = (up, down, unreachable, maintenance, unknown)
    return Row(id_, kind, site, *parts, begun, rest, before, uncorrected=uncorrected)

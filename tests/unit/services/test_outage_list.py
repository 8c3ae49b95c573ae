"""Which outages are listed for a period, what they are behind, and which go on."""

from collections.abc import Iterable, Mapping, Sequence

from collector.domain.batches import CheckRecord, Resumption
from collector.domain.corrections import Annotation, Correction
from collector.domain.events import Event
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from collector.domain.maintenance import Window
from collector.domain.periods import Period
from collector.domain.samples import Reason, Result, Sample
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Attributes, Kind, TargetRecord
from collector.kpi.service_hours import WORKING_DAYS, Calendar, Opening, ServiceHours
from collector.services.outage_list import Listed, list_outages

T0: Instant = 1_790_000_000 * SECOND
NOW = T0 + 10 * HOUR
PERIOD = Period("test", T0, T0 + 24 * HOUR, NOW, 2026)


def record(id_: int, parent: int | None = None, *later: Attributes) -> TargetRecord:
    first = Attributes(T0, Kind.SERVER, "laxa", parent)
    return TargetRecord(id_, f"t{id_}", (first, *later), first_seen=T0 - 24 * HOUR)


class Kept:
    """A store of a few intervals."""

    def __init__(
        self, records: Sequence[TargetRecord], intervals: Mapping[int, Sequence[Interval]]
    ) -> None:
        self._records = records
        self._intervals = intervals
        self.entries: Sequence[Correction] = ()
        self.notes: Sequence[Annotation] = ()

    def targets(self) -> Sequence[TargetRecord]:
        return self._records

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        asked = self._intervals if targets is None else set(targets)
        found = {
            target: [
                each for each in own if each.start < end and (each.end is None or each.end > start)
            ]
            for target, own in self._intervals.items()
            if target in asked
        }
        return {target: own for target, own in found.items() if own}

    def events(self, *_: object, **__: object) -> Sequence[Event]:
        return ()

    def maintenance(self, *_: object) -> Sequence[Window]:
        return ()

    def corrections(self, *_: object) -> Sequence[Correction]:
        return self.entries

    def annotations(self, *_: object) -> Sequence[Annotation]:
        return self.notes

    def tail(self) -> Resumption:
        """Every open outage was seen once more a minute ago."""
        open_ = {
            target: (own[-1].state, own[-1].start)
            for target, own in self._intervals.items()
            if own and own[-1].end is None
        }
        seen = NOW - MINUTE
        return Resumption(
            heartbeat=seen,
            open=open_,
            tail=[
                Sample(target, "icmp", seen, Result.DOWN, Reason.TIMEOUT, None, 1.0)
                for target, (state, _) in open_.items()
                if state is State.DOWN
            ],
            checks=[CheckRecord(target, "icmp", MINUTE, 0) for target in open_],
            devices={},
            answered=frozenset(open_),
            polled=frozenset(open_),
        )


def hours(start: float, end: float | None, state: State, origin: Origin = Origin.POLLED
          ) -> Interval:  # fmt: skip
    first = T0 + int(start * HOUR)
    last = None if end is None else T0 + int(end * HOUR)
    return Interval(first, last, state, first if origin is Origin.POLLED else None, origin)


def listed(
    *targets: tuple[TargetRecord, Sequence[Interval]], period: Period = PERIOD, **asked: str
) -> list[Listed]:
    store = Kept([each for each, _ in targets], {each.id: own for each, own in targets})
    return list_outages(store, period, NOW, **asked)


def test_an_outage_that_goes_on_is_open_and_lasts_until_now() -> None:
    (only,) = listed((record(1), [hours(0, 8, State.UP), hours(8, None, State.DOWN)]))
    assert only.open
    assert (only.outage.start, only.outage.end) == (T0 + 8 * HOUR, NOW)


def test_one_that_is_over_is_not_open() -> None:
    (only,) = listed((record(1), [hours(0, 1, State.DOWN), hours(1, None, State.UP)]))
    assert not only.open
    assert only.outage.length == HOUR


def test_one_whose_end_nobody_saw_is_not_open() -> None:
    (only,) = listed((record(1), [hours(0, 1, State.DOWN), hours(1, None, State.UNKNOWN)]))
    assert not only.open
    assert only.outage.restored_at is None


def test_one_that_was_under_way_when_the_period_began_keeps_its_own_start() -> None:
    own = [hours(-3, -2, State.DOWN), hours(-2, -1, State.UNKNOWN), hours(-1, 1, State.DOWN)]
    (only,) = listed((record(1), [*own, hours(1, None, State.UP)]))
    assert only.outage.start == T0 - 3 * HOUR


def test_one_that_was_over_before_the_period_is_not_listed() -> None:
    own = [hours(-3, -2, State.DOWN), hours(-2, None, State.UP)]
    assert listed((record(1), own)) == []


def test_what_failed_behind_a_parent_is_folded_under_its_outage() -> None:
    parent = (record(1), [hours(2, 3, State.DOWN), hours(3, None, State.UP)])
    child = (record(2, 1), [hours(2.01, 3.01, State.DOWN), hours(3.01, None, State.UP)])
    (top,) = listed(parent, child)
    assert top.name == "t1"
    assert [(each.name, each.cause) for each in top.consequences] == [("t2", "t1")]


def test_each_consequence_lies_under_the_outage_that_it_overlaps() -> None:
    parent = (
        record(1),
        [hours(1, 2, State.DOWN), hours(2, 4, State.UP), hours(4, 5, State.DOWN),
         hours(5, None, State.UP)],
    )  # fmt: skip
    child = (record(2, 1), [hours(4.01, 5, State.DOWN), hours(5, None, State.UP)])
    first, second = listed(parent, child)
    assert [len(first.consequences), len(second.consequences)] == [0, 1]


def test_an_outage_belongs_to_the_site_and_kind_that_held_when_it_began() -> None:
    moved = record(1, None, Attributes(T0 + 2 * HOUR, Kind.SWITCH, "hallsberg"))
    own = [hours(1, 1.5, State.DOWN), hours(1.5, 3, State.UP), hours(3, 4, State.DOWN),
           hours(4, None, State.UP)]  # fmt: skip
    assert [each.outage.start for each in listed((moved, own), site="laxa")] == [T0 + HOUR]
    assert [each.outage.start for each in listed((moved, own), kind="switch")] == [T0 + 3 * HOUR]


def test_an_imported_outage_says_so() -> None:
    own = [hours(1, 2, State.UNREACHABLE, Origin.IMPORTED), hours(2, 3, State.UP, Origin.IMPORTED)]
    (only,) = listed((record(1), own))
    assert only.origin is Origin.IMPORTED
    assert (only.outage.unreachable, only.outage.down) == (HOUR, 0)


def test_service_hours_are_those_of_what_the_object_was_when_it_failed():
    morning, evening = (
        Calendar((Opening(WORKING_DAYS | {5, 6}, start, start + 720),)) for start in (0, 720)
    )
    service = ServiceHours(kinds={Kind.SERVER: morning, Kind.SWITCH: evening})
    midnight = T0 // DAY * DAY
    times = [midnight + n * HOUR for n in (2, 4, 14, 16, 26, 28, 38, 40)]
    changed = record(1, None, Attributes(midnight + 20 * HOUR, Kind.SWITCH, "laxa", None))
    states = [State.DOWN, State.UP] * 4
    ends = [*times[1:], None]
    history = [Interval(s, e, it) for s, e, it in zip(times, ends, states, strict=True)]
    history.insert(0, Interval(midnight, times[0], State.UP))
    store = Kept([changed], {1: history})
    period = Period("p", midnight, midnight + 48 * HOUR, midnight + 48 * HOUR, 2026)
    found = list_outages(store, period, period.end, service=service)
    assert [it.outage.start for it in found] == [times[0], times[6]]

"""What tests of the figures build on: local times, histories in a few words, a store of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from collector.domain.batches import Resumption
from collector.domain.corrections import Annotation, Correction
from collector.domain.events import Event, EventKind
from collector.domain.instants import Instant, instant
from collector.domain.maintenance import Window
from collector.domain.measurements import Indicator, Op, Unit
from collector.domain.registers import SuppliedFigure
from collector.domain.states import Interval, Origin, State, Sums
from collector.domain.targets import Attributes, Kind, TargetRecord

ZONE = ZoneInfo("Europe/Stockholm")
BEGINNING = 0

UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN
UNREACHABLE, MAINTENANCE = State.UNREACHABLE, State.MAINTENANCE


def at(text: str) -> Instant:
    """An instant from local time in ISO 8601."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def record(id_: int, kind: Kind = Kind.SERVER, site: str = "laxa", **more: object) -> TargetRecord:
    """A target that always was of one kind, at one site, under one parent."""
    parent = more.pop("parent", None)
    attributes = more.pop("attributes", (Attributes(BEGINNING, kind, site, parent),))  # type: ignore[arg-type]  # an id
    return TargetRecord(id_, f"t{id_}", attributes, **more)  # type: ignore[arg-type]  # as given


def imported(state: State, start: str, end: str) -> Interval:
    """An interval of a former system."""
    return Interval(at(start), at(end), state, None, Origin.IMPORTED)


def polled(*changes: tuple[str, State], end: str | None = None) -> list[Interval]:
    """Intervals without gaps from the instants at which each state begins, the last one open
    unless it has an end."""
    starts = [at(text) for text, _ in changes]
    ends = [*starts[1:], None if end is None else at(end)]
    return [
        Interval(start, until, state, start if state is DOWN else None)
        for start, until, (_, state) in zip(starts, ends, changes, strict=True)
    ]


def sums_of(intervals: Sequence[Interval], start: Instant, end: Instant) -> Sums:
    """What intervals that touch [start, end) come to, one by one."""

    def within(state: State) -> int:
        lengths = (
            min(end, end if it.end is None else it.end) - max(start, it.start)
            for it in intervals
            if it.state is state
        )
        return sum(lengths)

    down = [it.start for it in intervals if it.state is DOWN]
    odd = [it for it in intervals if it.origin is not Origin.POLLED or it.state is UNKNOWN]
    foreign = [it for it in intervals if it.state in (UNREACHABLE, MAINTENANCE)]
    return Sums(
        min(it.start for it in intervals),
        max((it.end for it in intervals if it.end is not None), default=None),
        sum(it.end is None for it in intervals),
        within(UP),
        within(DOWN),
        len(down),
        min(down, default=None),
        2 if foreign else 1 if odd else 0,
    )


class FakeFigureStore:
    """A FigureStore of what a test says was measured."""

    def __init__(
        self,
        histories: Mapping[TargetRecord, Sequence[Interval]],
        resumption: Resumption | None = None,
        *,
        windows: Sequence[Window] = (),
        corrections: Sequence[Correction] = (),
        annotations: Sequence[Annotation] = (),
        supplied: Sequence[SuppliedFigure] = (),
    ) -> None:
        self.histories = dict(histories)
        self.windows, self.entries, self.notes = windows, corrections, annotations
        self.figures = supplied
        self.resumption = resumption or Resumption(None, {}, [], [], {}, frozenset(), frozenset())
        self.asked: list[tuple[Instant, Instant, frozenset[int] | None]] = []

    def targets(self) -> Sequence[TargetRecord]:
        return sorted(self.histories, key=lambda it: it.id)

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        chosen = None if targets is None else frozenset(targets)
        self.asked.append((start, end, chosen))
        found = {
            target.id: sorted(
                (it for it in intervals if it.start < end and (it.end is None or it.end > start)),
                key=lambda it: (it.start, it.state),
            )
            for target, intervals in self.histories.items()
            if chosen is None or target.id in chosen
        }
        return {id_: intervals for id_, intervals in found.items() if intervals}

    def sums(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sums]:
        found = self.intervals(start, end, targets)
        self.asked.pop()
        return {id_: sums_of(intervals, start, end) for id_, intervals in found.items()}

    def known_at_least(self) -> Instant | None:
        return None

    def events(
        self,
        start: Instant,
        end: Instant,
        kinds: Iterable[EventKind] | None = None,
        target: int | None = None,
    ) -> Sequence[Event]:
        return ()

    def maintenance(self, start: Instant, end: Instant) -> Sequence[Window]:
        return self.windows

    def corrections(self, start: Instant, end: Instant) -> Sequence[Correction]:
        return [it for it in self.entries if it.start < end and it.end > start]

    def annotations(self, start: Instant, end: Instant) -> Sequence[Annotation]:
        return [it for it in self.notes if start <= it.start < end]

    def tail(self) -> Resumption:
        return self.resumption

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        return [it for it in self.figures if it.indicator == indicator]


def availability_indicator(**definition: object) -> Indicator:
    """The indicator as the board decided it."""
    return Indicator(
        "availability",
        {"sv": "Tillgänglighet"},
        Unit.RATIO,
        Op.AT_LEAST,
        0.999,
        {2026: 0.992, 2027: 0.992},
        definition={"partial": {"half_way": 0.5}, **definition},
    )

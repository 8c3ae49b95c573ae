"""Who is worked on now: read ahead, and again when a command changed something."""

from collections.abc import Sequence

from support.figures import FakeFigureStore, record

from collector.domain.instants import HOUR, MINUTE, Instant
from collector.domain.maintenance import Scope, Window
from collector.services.working import WorkCalendar

NOON = 1_000 * HOUR


class Store(FakeFigureStore):
    moved = 0
    asked_for = 0

    def revision(self) -> int:
        return self.moved

    def maintenance(self, start: Instant, end: Instant) -> Sequence[Window]:
        self.asked_for += 1
        return super().maintenance(start, end)


class Clock:
    at = NOON

    def now(self) -> Instant:
        return self.at


def window(start: Instant, end: Instant, registered: Instant = 0) -> Window:
    return Window(1, Scope(frozenset({1})), start, end, "anna", "byte", registered)


def calendar(*windows: Window) -> tuple[WorkCalendar, Store, Clock]:
    store, clock = Store({record(1): [], record(2): []}, windows=windows), Clock()
    made = WorkCalendar(store, clock)  # type: ignore[arg-type]  # as much as it asks of them
    made.refresh()
    return made, store, clock


def test_a_target_is_worked_on_from_the_start_of_its_window_to_the_end() -> None:
    made, _, _ = calendar(window(NOON + HOUR, NOON + 2 * HOUR))
    edges = (NOON, NOON + HOUR - 1, NOON + HOUR, NOON + 2 * HOUR - 1, NOON + 2 * HOUR)
    assert [sorted(made.at(now)) for now in edges] == [[], [], [1], [1], []]
    assert sorted(made.at(NOON + HOUR)) == [1]


def test_urgent_work_counts_as_well() -> None:
    made, _, _ = calendar(window(NOON, NOON + HOUR, registered=NOON))
    assert made.at(NOON + MINUTE) == {1}


def test_what_a_command_changed_is_seen_and_else_nothing_is_read() -> None:
    made, store, clock = calendar()
    assert made.at(NOON) == frozenset()
    store.windows = [window(NOON, NOON + HOUR)]
    clock.at += MINUTE
    made.refresh()
    assert (made.at(clock.at), store.asked_for) == (frozenset(), 1)
    store.moved += 1
    made.refresh()
    assert (made.at(clock.at), store.asked_for) == ({1}, 2)


def test_the_days_to_come_are_read_in_time() -> None:
    made, store, clock = calendar()
    clock.at += HOUR
    made.refresh()
    assert store.asked_for == 2
    clock.at -= 2 * HOUR
    made.refresh()
    assert store.asked_for == 3

"""What a service made of nodes takes up after a restart."""

import pytest

from collector.domain.batches import CheckRecord, Resumption
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.machine import Watch
from collector.domain.samples import Result, Sample
from collector.domain.states import Change, State
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.services.resume import resume

NOW = 500_000 * HOUR
SPEC = (ProbeSpec("icmp", "icmp", MINUTE, 2 * SECOND),)
SERVICE = 9


class Book:
    """The journal, and the recorder as resume uses it."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def change(self, change: Change) -> None:
        self.changes.append(change)

    def event(self, event: object) -> None:
        raise AssertionError(event)

    def answered(self, target: int, at: int) -> None:
        raise AssertionError(target)


def restart(nodes: list[tuple[State, int]], *, before: State | None, needs: int = 1):
    """The service after a restart, and what was written of it; of each node the state that was
    open and how many seconds ago it was polled last; `before` is the service's open state."""
    book = Book()
    names = tuple(f"node-{n}" for n in range(1, len(nodes) + 1))
    watches = [
        Watch(n, Target(name, Kind.SERVER, "laxa", "192.0.2.1", SPEC), book)
        for n, name in enumerate(names, 1)
    ]
    target = Target("esb", Kind.SERVER, "laxa", "", (), members=names, needs=needs)
    service = Watch(SERVICE, target, book)
    service.compose(tuple(watches), NOW)
    open_ = {n: (state, NOW - HOUR) for n, (state, _) in enumerate(nodes, 1)}
    if before is not None:
        open_[SERVICE] = (before, NOW - HOUR)
    result = {State.UP: Result.UP, State.DOWN: Result.DOWN}
    left = Resumption(
        heartbeat=NOW - 10 * SECOND,
        open=open_,
        tail=[
            Sample(n, "icmp", NOW - ago * SECOND, result[state], None, None, None)
            for n, (state, ago) in enumerate(nodes, 1)
        ],
        checks=[CheckRecord(n, "icmp", MINUTE, 0) for n in range(1, len(nodes) + 1)],
        devices={},
        answered=frozenset(range(1, len(nodes) + 1)),
        polled=frozenset(open_),
    )
    resume([service, *watches], left, book, NOW)
    changes = [(c.at - NOW, c.state) for c in book.changes if c.target == SERVICE]
    return service, changes


@pytest.mark.parametrize(
    ("nodes", "state"),
    [
        ([State.UP, State.UP], State.UP),
        ([State.UP, State.DOWN], State.UP),
        ([State.DOWN, State.DOWN], State.DOWN),
    ],
)
def test_a_quick_restart_goes_on_with_the_state_that_was(nodes, state):
    service, changes = restart([(each, 30) for each in nodes], before=state)
    assert (service.state, service.since, changes) == (state, NOW - HOUR, [])


def test_after_a_long_stop_it_is_unknown_from_when_too_few_nodes_were_known():
    service, changes = restart([(State.UP, 400), (State.UP, 300)], before=State.UP)
    assert changes == [(-150 * SECOND, State.UNKNOWN)]
    assert service.state is State.UNKNOWN


def test_a_service_that_is_new_has_the_state_of_its_nodes_at_once():
    service, changes = restart([(State.UP, 30), (State.UP, 30)], before=None)
    assert (service.state, changes) == (State.UP, [(0, State.UP)])


def test_a_service_that_needs_more_nodes_than_before_is_judged_anew_and_keeps_its_past():
    service, changes = restart([(State.UP, 30), (State.DOWN, 30)], before=State.UP, needs=2)
    assert changes == [(-10 * SECOND, State.UNKNOWN), (0, State.DOWN)]
    assert (service.state, service.since) == (State.DOWN, NOW)

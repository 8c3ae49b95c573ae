"""The snapshot: each target as its watch has it, also where nothing ails it and little is asked."""

from types import SimpleNamespace
from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from collector.domain.checks import Next
from collector.domain.events import Event
from collector.domain.instants import MINUTE, SECOND
from collector.domain.machine import Watch
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import Change, State
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.services.live import live_targets
from collector.services.poll import Poller
from collector.services.service_ledger import ServiceLedger

START = 1_000 * MINUTE
SPECS = tuple(ProbeSpec(name, name, MINUTE, 2 * SECOND) for name in ("http", "tcp"))
OUTCOMES = [
    Outcome(Result.UP),
    Outcome(Result.UP),
    Outcome(Result.DEGRADED, Reason.SLOW),
    Outcome(Result.DOWN, Reason.TIMEOUT),
    Outcome(Result.UNKNOWN, Reason.NO_PERMISSION),
    Outcome(Result.UNKNOWN, Reason.NO_ROUTE),
]
NODES = ("node-1", "node-2")
POLLS = st.lists(
    st.tuples(st.integers(1, 200), st.integers(0, 1), st.integers(0, 1), st.sampled_from(OUTCOMES)),
    max_size=40,
)


UP, DOWN = OUTCOMES[0], OUTCOMES[3]
BOTH_DOWN = [
    *((1, node, probe, UP) for node in (0, 1) for probe in (0, 1)),
    *((10, node, probe, DOWN) for node in (0, 1) for probe in (0, 1) for _ in range(3)),
]


class Book:
    """A journal that keeps nothing."""

    def change(self, change: Change) -> None: ...

    def event(self, event: Event) -> None: ...

    def answered(self, target: int, at: int) -> None: ...


def polled(polls: list[tuple[int, int, int, Outcome]]) -> tuple[Poller, int]:
    """Two nodes, the second behind the first, and what is made of them, after some polls; and the
    time by then."""
    nodes = [
        Watch(n, Target(name, Kind.SERVER, "laxa", "192.0.2.1", SPECS, parent=parent), Book())
        for n, (name, parent) in enumerate(zip(NODES, (None, NODES[0]), strict=True), 1)
    ]
    platform = Target("esb", Kind.INTEGRATION_PLATFORM, "laxa", "", (), members=NODES, needs=1)
    whole = Watch(3, platform, Book())
    whole.compose(tuple(nodes), START)
    now = START
    for gap, node, probe, outcome in polls:
        now += gap * SECOND
        watch = nodes[node]
        check = watch.checks[probe]
        if watch.fold(check, now, outcome, 2, blind=False) is Next.CONFIRM:
            watch.confirm(check, now)
    poller = SimpleNamespace(
        watches={watch.target.name: watch for watch in (*nodes, whole)},
        services=ServiceLedger(),
        devices=SimpleNamespace(restarts=lambda _: 0),
        announcer=SimpleNamespace(flapping={1}),
    )
    return cast(Poller, poller), now


def test_both_nodes_fail_where_the_others_rely_on_it() -> None:
    poller, _ = polled(BOTH_DOWN)
    assert {watch.state for watch in poller.watches.values()} == {State.DOWN}


def reason(watch: Watch) -> str:
    if watch.state is State.UP:
        return ""
    found = [each.last.reason for each in watch.checks if each.last and each.last.reason]
    return found[0].value if found else next(filter(None, map(reason, watch.members)), "")


@given(POLLS, st.integers(0, 400))
@example(BOTH_DOWN, 0)
def test_a_target_stands_as_its_watch_has_it(polls: Any, later: int) -> None:
    poller, now = polled(polls)
    at = now + later * SECOND
    for found in live_targets(poller, (), at):
        watch = poller.watches[found.name]
        assert (found.id, found.kind, found.site) == (watch.id, watch.target.kind.value, "laxa")
        assert (found.measured, found.since) == (watch.state, watch.since)
        assert found.degraded is watch.degraded
        assert found.never_answered is not watch.answered
        assert found.reason == reason(watch)
        assert found.flapping is (watch.id == 1)
        for shown, check in zip(found.checks, watch.checks, strict=True):
            holds = check.last_at is not None and at <= check.last_at + check.max_gap
            assert shown == (check.spec.name, check.last if holds else None, check.last_at)


@given(POLLS)
@example(BOTH_DOWN)
def test_what_is_down_behind_something_that_is_down_is_unreachable(polls: Any) -> None:
    poller, now = polled(polls)
    first, second, whole = live_targets(poller, (), now)
    behind = first.measured is second.measured is State.DOWN
    assert second.state is (State.UNREACHABLE if behind else second.measured)
    assert (first.state, whole.state) == (first.measured, whole.measured)
    in_work = live_targets(poller, {2}, now)
    assert [each.state for each in in_work] == [first.state, State.MAINTENANCE, whole.state]
    assert [each.measured for each in in_work] == [first.measured, second.measured, whole.measured]

"""Polling by the wheel, with probes that are scripted and time that is virtual."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from support.virtual_time import VirtualClock, VirtualLoop, run

from collector.domain.batches import Batch
from collector.domain.events import EventKind
from collector.domain.instants import HOUR, MINUTE, SECOND, Instant
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import State
from collector.domain.targets import Kind, Polling, ProbeSpec, Target
from collector.ports import StoreUnavailable
from collector.services.configure import apply
from collector.services.devices import Devices
from collector.services.poll import Poller
from collector.services.record import Recorder

EPOCH = 1_790_000_000 * SECOND
UP = Outcome(Result.UP, duration=0.001)
DOWN = Outcome(Result.DOWN, Reason.TIMEOUT)


class Counts:
    """The metrics port, counting."""

    def __init__(self) -> None:
        self.polls: defaultdict[str, int] = defaultdict(int)
        self.missed_polls = 0
        self.steps = 0

    def polled(self, probe: str, result: str, n: int = 1) -> None:
        self.polls[result] += n

    def poll_took_many(self, durations: list[float]) -> None:
        pass

    def missed(self, n: int) -> None:
        self.missed_polls += n

    def lag(self, seconds: float) -> None:
        pass

    def wrote(self, seconds: float) -> None:
        pass

    def clock_stepped(self) -> None:
        self.steps += 1


class Memory:
    """A store that keeps batches, or is away."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.away = False

    def write(self, batch: Batch) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.batches.append(batch)


class Scripted:
    """A probe that answers by what `behave` says of a target at an instant."""

    def __init__(
        self, clock: VirtualClock, behave: Callable[[str, Instant, int], object], takes: float
    ) -> None:
        self.clock = clock
        self.behave = behave
        self.takes = takes
        self.calls: list[tuple[str, float, int]] = []

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        at = self.clock.now() - EPOCH
        self.calls.append((target.name, at / SECOND, attempt))
        outcome = self.behave(target.name, at, attempt)
        if isinstance(outcome, Exception):
            raise outcome
        await asyncio.sleep(spec.timeout / SECOND if outcome is DOWN else self.takes)
        return outcome

    async def close(self) -> None:
        pass

    def of(self, name: str) -> list[tuple[float, int]]:
        return [(at, attempt) for called, at, attempt in self.calls if called == name]


class Direct(Scripted):
    """The same probe where it can be asked without a task."""

    def send(self, target: Target, spec: ProbeSpec, answered: Callable[[object], None]) -> bool:
        at = self.clock.now() - EPOCH
        self.calls.append((target.name, at / SECOND, 0))
        outcome = self.behave(target.name, at, 0)
        takes = spec.timeout / SECOND if outcome is DOWN else self.takes
        asyncio.get_running_loop().call_later(takes, answered, outcome)
        return True

    def read(self, target: Target, spec: ProbeSpec, answer: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True, params=[Scripted, Direct], ids=["called", "asked directly"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of polling follow the same rules."""
    monkeypatch.setattr(Rig, "probe_class", request.param)


class Rig:
    """A poller over virtual time, run for a while."""

    probe_class = Scripted

    def __init__(
        self, behave, targets=("a",), interval=60, rules=None, parents=None, takes=0.0
    ) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop, EPOCH)
        self.store, self.metrics = Memory(), Counts()
        self.recorder = Recorder(self.store, self.clock, self.metrics)
        self.probe = self.probe_class(self.clock, behave, takes)
        self.poller = Poller(
            clock=self.clock,
            recorder=self.recorder,
            devices=Devices(self.recorder, {}),
            metrics=self.metrics,
            probes={"icmp": self.probe},
            rules=rules or Polling(),
        )
        spec = ProbeSpec("icmp", "icmp", interval * SECOND, 2 * SECOND)
        self.targets = [
            Target(
                name, Kind.SERVER, "laxa", "192.0.2.1", (spec,), parent=(parents or {}).get(name)
            )
            for name in targets
        ]
        self.ids = {name: n for n, name in enumerate(targets, 1)}
        apply(self.targets, self.ids, self.poller, self.recorder, EPOCH)

    def run(self, seconds: int, each_second: Callable[[int], None] = lambda second: None) -> "Rig":
        async def main() -> None:
            for second in range(seconds):
                each_second(second)
                self.poller.turn(self.clock.monotonic() + EPOCH)
                await asyncio.sleep(second + 1 - self.clock.monotonic() / SECOND)
            await self.poller.stop()

        run(self.loop, main())
        return self

    def states(self, name: str) -> list[tuple[float, State]]:
        kept: list[tuple[float, State]] = []
        self.recorder.flush()
        for batch in self.recorder._waiting:
            for change in batch.changes:
                if change.target == self.ids[name]:
                    at = (change.at - EPOCH) / SECOND
                    kept = [(t, s) for t, s in kept if t < at] + [(at, change.state)]
        return kept

    def events(self, kind: EventKind) -> list[float]:
        return [
            (event.at - EPOCH) / SECOND
            for batch in self.recorder._waiting
            for event in batch.events
            if event.kind is kind
        ]


def test_a_day_at_sixty_seconds_is_1440_polls_without_drift():
    rig = Rig(lambda *_: UP).run(86_400)
    times = [at for at, _ in rig.probe.of("a")]
    assert len(times) == 1440
    assert {round(b - a, 3) for a, b in pairwise(times)} == {60.0}


def test_retries_come_in_place_of_polls_and_send_more_each_time():
    rig = Rig(lambda _, at, __: UP if at < 60 * SECOND else DOWN).run(170)
    polls = rig.probe.of("a")
    first_failure = polls[1][0]
    assert [(round(at - first_failure), attempt) for at, attempt in polls[1:4]] == [
        (0, 0),
        (12, 1),
        (24, 2),
    ]
    assert rig.states("a")[1] == (first_failure, State.DOWN)


def test_a_retry_that_flies_in_a_polls_turn_is_in_place_of_it_and_none_is_missed():
    rules = Polling(confirmations=2, retry_interval=4 * SECOND)
    rig = Rig(lambda _, at, __: UP if at < 10 * SECOND else DOWN, interval=7, rules=rules).run(60)
    assert rig.states("a")[-1][1] is State.DOWN
    assert rig.metrics.missed_polls == 0


def test_a_poll_that_a_childs_failure_asked_for_is_in_place_of_its_turn_and_none_is_missed():
    rules = Polling(confirmations=1, retry_interval=1 * SECOND)
    rig = Rig(
        lambda name, at, _: DOWN if name == "ap" and at > 30 * SECOND else UP,
        targets=("switch", "between", "ap"),
        interval=6,
        parents={"ap": "switch"},
        rules=rules,
        takes=3.5,
    ).run(60)
    asked = [after - before for before, after in pairwise(at for at, _ in rig.probe.of("switch"))]
    assert min(asked) < 6
    assert rig.metrics.missed_polls == 0


def test_a_poll_that_still_flies_at_its_next_turn_is_a_missed_one():
    rig = Rig(lambda *_: UP, interval=6, takes=7).run(60)
    assert rig.metrics.missed_polls > 0


def test_dead_targets_never_delay_live_ones():
    names = tuple(f"t{n}" for n in range(200))
    dead = set(names[::4])
    rig = Rig(
        lambda name, at, _: DOWN if name in dead and at > 10 * SECOND else UP,
        targets=names,
        interval=10,
        rules=Polling(confirmations=1, retry_interval=SECOND),
    ).run(100)
    for name in set(names) - dead:
        times = [at for at, _ in rig.probe.of(name)]
        assert {round(b - a, 3) for a, b in pairwise(times)} == {10.0}
        assert [state for _, state in rig.states(name)] == [State.UP]
    assert rig.metrics.missed_polls == 0


def test_a_late_turn_is_missed_and_never_made_up_for():
    rig = Rig(lambda *_: UP, targets=("a", "b"), interval=1)

    async def main() -> None:
        rig.poller.turn(EPOCH)
        await asyncio.sleep(5)
        rig.poller.turn(rig.clock.monotonic() + EPOCH)
        await asyncio.sleep(0.1)
        await rig.poller.stop()

    run(rig.loop, main())
    assert rig.metrics.missed_polls == 8
    assert [round(at) for at, _ in rig.probe.of("a")] == [0, 5]


def test_a_bug_in_a_probe_is_unknown_and_stops_no_other(caplog: pytest.LogCaptureFixture):
    rig = Rig(lambda name, *_: KeyError("sysName") if name == "a" else UP, targets=("a", "b")).run(
        130
    )
    assert [state for _, state in rig.states("b")] == [State.UP]
    assert rig.states("a") == []
    assert rig.metrics.polls["unknown"] >= 2
    assert "Traceback" in caplog.text


def test_what_went_down_just_before_a_stop_is_said_as_the_polling_stops(
    caplog: pytest.LogCaptureFixture,
):
    Rig(lambda name, at, attempt: UP if at < 600 * SECOND else DOWN).run(700)
    assert [record.getMessage() for record in caplog.records] == ["a (icmp: timeout) is down"]


def test_the_parent_is_polled_at_once_when_a_child_fails():
    cut = 200 * SECOND
    rig = Rig(
        lambda name, at, _: DOWN if at > cut else UP,
        targets=("switch", "ap"),
        interval=60,
        parents={"ap": "switch"},
        rules=Polling(confirmations=2, retry_interval=10 * SECOND),
    ).run(400)
    ap = next(at for at, state in rig.states("ap") if state is State.DOWN)
    switch = next(at for at, state in rig.states("switch") if state is State.DOWN)
    assert abs(switch - ap) <= 2.0


def test_a_blind_collector_makes_failures_unknown_until_a_sentinel_answers():
    rig = Rig(
        lambda _, at, __: DOWN if 600 * SECOND < at < 900 * SECOND else UP,
        targets=("a", "gw", "dns"),
        rules=Polling(sentinels=("gw", "dns")),
    ).run(1500)
    for name in ("a", "gw", "dns"):
        found = [state for _, state in rig.states(name)]
        assert found == [State.UP, State.UNKNOWN, State.UP]
        _, (lost, _), (back, _) = rig.states(name)
        assert 600 <= lost <= 661
        assert 900 <= back <= 961
    assert len(rig.events(EventKind.BLIND)) == len(rig.events(EventKind.SIGHTED)) == 1


def test_a_target_already_down_is_unknown_while_the_collector_is_blind():
    def behave(name: str, at: Instant, _: int) -> Outcome:
        gone = 300 * SECOND if name == "a" else 600 * SECOND
        return DOWN if gone < at < 900 * SECOND else UP

    rig = Rig(behave, targets=("a", "gw", "dns"), rules=Polling(sentinels=("gw", "dns"))).run(1500)
    states = [state for _, state in rig.states("a")]
    assert states == [State.UP, State.DOWN, State.UNKNOWN, State.UP]


def test_one_sentinel_that_is_down_does_not_blind_the_collector():
    rig = Rig(
        lambda name, at, _: DOWN if name in ("a", "gw") and at > 300 * SECOND else UP,
        targets=("a", "gw", "dns"),
        rules=Polling(sentinels=("gw", "dns")),
    ).run(900)
    assert rig.states("a")[-1][1] is State.DOWN
    assert rig.states("gw")[-1][1] is State.DOWN
    assert rig.events(EventKind.BLIND) == []


def test_a_target_that_is_down_is_polled_at_least_every_minute():
    rig = Rig(lambda _, at, __: DOWN if at > 400 * SECOND else UP, interval=300).run(2000)
    times = [at for at, _ in rig.probe.of("a") if at > 700]
    assert max(b - a for a, b in pairwise(times)) <= 60.1


def test_a_clock_set_forward_an_hour_is_unknown_for_just_that_hour():
    rig = Rig(lambda *_: UP)

    def set_clock(second: int) -> None:
        if second == 100:
            before = rig.clock.now()
            rig.clock.wall_offset = HOUR
            rig.poller.stepped(before, rig.clock.now())

    rig.run(400, set_clock)
    assert [(round(at - 100) % 3600, state) for at, state in rig.states("a")[1:]] == [
        (0, State.UNKNOWN),
        (0, State.UP),
    ]
    assert rig.metrics.steps == 1


def test_samples_past_the_buffer_are_not_counted_and_become_unknown():
    rig = Rig(lambda *_: UP, interval=60)
    rig.recorder._max_buffered = 3
    rig.run(900, lambda second: asyncio.ensure_future(rig.poller.sweep()) and None)
    states = rig.states("a")
    assert [state for _, state in states] == [State.UP, State.UNKNOWN]
    polls = [at for at, _ in rig.probe.of("a")]
    assert len(polls) == 15
    assert states[1][0] == pytest.approx(polls[2] + 150)


def test_samples_wait_for_a_database_that_is_away_and_are_written_once_and_in_order():
    rig = Rig(lambda *_: UP, interval=1)
    rig.store.away = True
    rig.run(30)
    assert rig.store.batches == []
    rig.recorder.start()
    rig.recorder.flush()
    rig.store.away = False
    rig.recorder.drain(10)
    assert rig.recorder.stop(10)
    times = [sample.at for batch in rig.store.batches for sample in batch.samples]
    assert len(times) == 30
    assert times == sorted(set(times))


def test_only_what_a_reload_changed_is_touched():
    rig = Rig(lambda *_: UP, targets=("a", "b", "c"))
    kept = rig.poller.watches["a"]
    slot = rig.poller.wheel.slot(kept.checks[0])
    faster = ProbeSpec("icmp", "icmp", 30 * SECOND, SECOND)
    b = Target("b", Kind.SERVER, "laxa", "192.0.2.1", (faster,))
    d = Target("d", Kind.SERVER, "laxa", "192.0.2.9", rig.targets[0].probes)
    ids = {**rig.ids, "d": 4}
    applied = apply([rig.targets[0], b, d], ids, rig.poller, rig.recorder, EPOCH + MINUTE)
    assert (applied.added, applied.changed, applied.removed, applied.same) == (1, 1, 1, 1)
    assert rig.poller.watches["a"] is kept
    assert rig.poller.wheel.slot(kept.checks[0]) == slot
    assert set(rig.poller.watches) == {"a", "b", "d"}
    assert len(rig.poller.wheel) == 3
    rig.run(0)


def _pair(name: str, *members: str) -> Target:
    return Target(name, Kind.SWITCH, "laxa", "", (), members=members)


def test_a_service_whose_nodes_are_polled_already_counts_from_their_next_poll():
    rig = Rig(lambda *_: UP, targets=("node-1", "node-2"))
    rig.ids["esb"] = 3

    def add_service(second: int) -> None:
        if second == 90:
            targets = [*rig.targets, _pair("esb", "node-1", "node-2")]
            apply(targets, rig.ids, rig.poller, rig.recorder, rig.clock.now())

    rig.run(200, add_service)
    first = [batch.first_polled[3] for batch in rig.recorder._waiting if 3 in batch.first_polled]
    polled = [at for at, _ in rig.probe.of("node-1") + rig.probe.of("node-2") if at >= 90]
    assert [(at - EPOCH) / SECOND for at in first] == [min(polled)]
    assert rig.states("esb") == [(90.0, State.UP)]


def test_the_nodes_of_a_parent_are_polled_at_once_when_a_child_fails():
    cut = 200 * SECOND
    rig = Rig(
        lambda name, at, _: DOWN if at > cut else UP,
        targets=("core-1", "core-2", "ap"),
        parents={"ap": "core"},
    )
    rig.ids["core"] = 4
    targets = [*rig.targets, _pair("core", "core-1", "core-2")]
    apply(targets, rig.ids, rig.poller, rig.recorder, EPOCH)
    rig.run(400)
    ap = next(at for at, state in rig.states("ap") if state is State.DOWN)
    core = next(at for at, state in rig.states("core") if state is State.DOWN)
    assert abs(core - ap) <= 2.0

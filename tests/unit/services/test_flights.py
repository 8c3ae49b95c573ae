"""Polls under way: those that need no task, and when one must take over."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from support.virtual_time import VirtualClock, VirtualLoop, run

from collector.domain.checks import Check
from collector.domain.instants import SECOND, Instant
from collector.domain.machine import Watch
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.services.flights import Flights

EPOCH = 1_790_000_000 * SECOND
UP = Outcome(Result.UP, duration=0.001)
ASKED = Outcome(Result.UP, duration=0.002)
SPEC = ProbeSpec("icmp", "icmp", 60 * SECOND, 2 * SECOND)


class Asked:
    """A probe that can be asked directly; `answer` is what it then reads a second later, a call
    takes half a second."""

    def __init__(self, answer: Outcome | Exception | None, *, ready: bool = True) -> None:
        self.answer = answer
        self.ready = ready
        self.calls: list[int] = []

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        self.calls.append(attempt)
        await asyncio.sleep(0.5)
        return UP

    def send(self, target: Target, spec: ProbeSpec, answered: Callable[[object], None]) -> bool:
        if isinstance(self.answer, ZeroDivisionError):
            raise self.answer
        if self.ready:
            asyncio.get_running_loop().call_later(1, answered, self.answer)
        return self.ready

    def read(self, target: Target, spec: ProbeSpec, answer: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        pass


class Air:
    """Flights over virtual time, and what has landed: how long after the start it was sent, and
    its outcome."""

    def __init__(self, probe: Asked) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop, EPOCH)
        self.landed: list[tuple[float, Outcome]] = []
        self.flights = Flights(self.clock, self._land, {"icmp": probe})
        watch = Watch(1, Target("a", Kind.SERVER, "laxa", "192.0.2.1", (SPEC,)), journal=None)  # type: ignore[arg-type]  # nothing is folded
        (self.check,) = watch.checks

    def _land(self, check: Check, at: Instant, outcome: Outcome) -> None:
        assert check not in self.flights
        self.landed.append(((at - EPOCH) / SECOND, outcome))

    def fly(self, *steps: Callable[[], object], attempt: int = 0) -> list[tuple[float, Outcome]]:
        """Start, and do each of the steps half a second after the one before."""

        async def main() -> None:
            self.flights.start(self.check, attempt)
            for step in steps:
                await asyncio.sleep(0.5)
                step()
            await asyncio.sleep(5)

        run(self.loop, main())
        return self.landed


@pytest.fixture
def air() -> Iterator[Callable[..., Air]]:
    made: list[Air] = []

    def make(probe: Asked) -> Air:
        made.append(Air(probe))
        return made[-1]

    yield make
    for each in made:
        assert each.check not in each.flights


def test_a_regular_poll_is_asked_directly_and_no_task_is_made(air):
    probe = Asked(ASKED)
    assert air(probe).fly() == [(0.0, ASKED)]
    assert probe.calls == []


def test_a_retry_is_a_call(air):
    probe = Asked(ASKED)
    assert air(probe).fly(attempt=1) == [(0.0, UP)]
    assert probe.calls == [1]


def test_a_poll_that_cannot_be_asked_directly_now_is_a_call(air):
    probe = Asked(ASKED, ready=False)
    assert air(probe).fly() == [(0.0, UP)]
    assert probe.calls == [0]


def test_an_answer_that_only_a_call_can_tell_is_a_call_of_the_same_poll(air):
    probe = Asked(None)
    assert air(probe).fly() == [(0.0, UP)]
    assert probe.calls == [0]


@pytest.mark.parametrize("bug", [ZeroDivisionError(), KeyError("sysName")], ids=["send", "read"])
def test_a_bug_is_an_unknown_poll_with_its_traceback_in_the_log(air, caplog, bug):
    assert air(Asked(bug)).fly() == [(0.0, Outcome(Result.UNKNOWN, Reason.BUG))]
    assert "Traceback" in caplog.text


def test_what_was_given_up_never_lands(air):
    over = air(Asked(ASKED))
    assert over.fly(lambda: over.flights.give_up(over.check)) == []


def test_the_answer_to_a_poll_that_was_given_up_is_not_taken_for_the_next_ones(air):
    over = air(Asked(ASKED))

    def anew() -> None:
        over.flights.give_up(over.check)
        over.flights.start(over.check, 0)

    assert over.fly(anew) == [(0.5, ASKED)]


def test_a_poll_that_must_be_in_is_a_call_in_place_of_one_without_a_task(air):
    probe = Asked(ASKED)
    over = air(probe)
    finished: list[bool] = []

    async def finish() -> None:
        await over.flights.finish([over.check], 1)
        finished.append(bool(over.landed))

    assert over.fly(lambda: asyncio.ensure_future(finish())) == [(0.5, UP)]
    assert (probe.calls, finished) == ([1], [True])


def test_a_poll_that_was_asked_and_never_is_answered_is_given_up(air, caplog):
    probe = Asked(ASKED)
    probe.send = lambda *_: True
    over = air(probe)

    def much_later() -> None:
        over.clock.wall_offset = 100 * SECOND
        over.flights.give_up_overdue()

    assert over.fly(much_later) == []
    assert "probe icmp of a hangs" in caplog.text


@pytest.mark.parametrize("attempt", [0, 1], ids=["without a task", "by a task"])
def test_other_probes_give_up_what_the_former_had_under_way(air, attempt):
    probe = Asked(ASKED)
    over = air(probe)
    over.loop.call_later(0.2, over.flights.take, {"icmp": probe})
    assert over.fly(attempt=attempt) == []


def test_a_stop_gives_all_up(air):
    over = air(Asked(ASKED))
    assert over.fly(lambda: asyncio.ensure_future(over.flights.stop())) == []

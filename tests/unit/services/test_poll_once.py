"""What `driftkoll poll` says of a target after asking it once."""

import asyncio

import pytest

from collector.domain.instants import MINUTE, SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import State
from collector.domain.targets import Kind, Merge, ProbeSpec, Target
from collector.services.poll_once import Answer, poll_once

UP = Outcome(Result.UP, duration=0.001)
DOWN = Outcome(Result.DOWN, Reason.TIMEOUT)
NO_RIGHT = Outcome(Result.UNKNOWN, Reason.NO_PERMISSION)


class Scripted:
    """A probe that gives what it was told to, by target and attempt."""

    def __init__(self, **answers: list[Outcome | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        self.asked.append((target.name, attempt))
        await asyncio.sleep(0)
        answer = self.answers[target.name][attempt]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is held."""


def target(name: str, *probes: str, merge: Merge = Merge.ANY) -> Target:
    specs = tuple(ProbeSpec(probe, probe, MINUTE, 2 * SECOND) for probe in probes or ("icmp",))
    return Target(name, Kind.SERVER, "laxa", "192.0.2.1", specs, merge)


def ask(*targets: Target, **probes: Scripted) -> list[Answer]:
    return asyncio.run(poll_once(targets, probes))


def test_a_target_that_answers_is_asked_once() -> None:
    icmp = Scripted(a=[UP])
    (answer,) = ask(target("a"), icmp=icmp)
    assert answer.state is State.UP
    assert icmp.asked == [("a", 0)]


def test_a_failure_is_asked_again_before_it_counts() -> None:
    icmp = Scripted(a=[DOWN, UP], b=[DOWN, DOWN])
    first, second = ask(target("a"), target("b"), icmp=icmp)
    assert (first.state, second.state) == (State.UP, State.DOWN)
    assert second.reason is Reason.TIMEOUT
    assert sorted(icmp.asked) == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]


def test_probes_are_merged_as_the_agent_merges_them() -> None:
    probes = {"icmp": Scripted(a=[UP]), "snmp": Scripted(a=[DOWN, DOWN])}
    (any_of,) = ask(target("a", "icmp", "snmp"), **probes)
    (all_of,) = ask(target("a", "icmp", "snmp", merge=Merge.ALL), **probes)
    assert (any_of.state, any_of.degraded) == (State.UP, True)
    assert all_of.state is State.DOWN


def test_a_probe_without_the_right_to_run_takes_no_part_where_another_remains() -> None:
    icmp = Scripted(a=[NO_RIGHT], b=[NO_RIGHT])
    both, alone = ask(
        target("a", "icmp", "snmp", merge=Merge.ALL), target("b"), icmp=icmp, snmp=Scripted(a=[UP])
    )
    assert (both.state, both.degraded) == (State.UP, False)
    assert alone.state is State.UNKNOWN


def test_a_bug_in_a_probe_is_unknown_and_stops_no_other() -> None:
    broken, sound = ask(target("a"), target("b"), icmp=Scripted(a=[KeyError("x")], b=[UP]))
    assert (broken.state, broken.reason) == (State.UNKNOWN, Reason.BUG)
    assert broken.outcomes[0][1].message == "KeyError: 'x'"
    assert sound.state is State.UP


def service(*members: str, needs: int = 1) -> Target:
    return Target("esb", Kind.SERVER, "laxa", "", (), members=members, needs=needs)


@pytest.mark.parametrize(
    ("needs", "state", "degraded"), [(1, State.UP, True), (2, State.DOWN, False)]
)
def test_a_service_is_as_its_members_make_it(needs: int, state: State, degraded: bool) -> None:
    icmp = Scripted(a=[UP], b=[DOWN, DOWN])
    found, *_ = ask(service("a", "b", needs=needs), target("a"), target("b"), icmp=icmp)
    assert (found.state, found.degraded, found.reason) == (state, degraded, Reason.TIMEOUT)
    assert sorted(icmp.asked) == [("a", 0), ("b", 0), ("b", 1)]


def test_the_members_of_a_service_are_polled_where_it_alone_is_named() -> None:
    icmp = Scripted(a=[UP], b=[UP])
    others = [target(name) for name in "abc"]
    asked = poll_once([service("a", "b")], {"icmp": icmp}, others=others)
    (answer,) = asyncio.run(asked)
    assert (answer.state, answer.degraded) == (State.UP, False)
    assert [member.target.name for member in answer.members] == ["a", "b"]


def test_a_service_of_which_no_member_is_left_is_unknown() -> None:
    (answer,) = ask(service("a", "b"))
    assert answer.state is State.UNKNOWN


def test_answers_come_in_the_order_of_the_targets() -> None:
    names = [f"t{n}" for n in range(120)]
    answers = ask(*map(target, names), icmp=Scripted(**{name: [UP] for name in names}))
    assert [answer.target.name for answer in answers] == names

"""Why a target has never answered: every combination of what can be seen has its cause."""

import asyncio

import pytest

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.services.rollout import Cause, Evidence, Trial, diagnose, judge

UP = Outcome(Result.UP)
SILENT = Outcome(Result.DOWN, Reason.TIMEOUT, message="no answer")
DEGRADED = Outcome(Result.DEGRADED, Reason.NO_SUCH_OBJECT)


def down(reason: Reason) -> Outcome:
    return Outcome(Result.DOWN, reason, message=f"it is {reason}")


def unknown(reason: Reason) -> Outcome:
    return Outcome(Result.UNKNOWN, reason, message=f"it is {reason}")


def seen(icmp=None, own=None, snmp=None, current=None) -> Evidence:
    return Evidence(icmp, own or {}, snmp or {}, current)


CASES = {
    "all well": (seen(UP, {"icmp": UP}), Cause.ANSWERS_NOW),
    "no such object": (seen(SILENT, {}, {"a": DEGRADED}, "a"), Cause.ANSWERS_NOW),
    "no name": (
        seen(down(Reason.HOST_NOT_FOUND), {}, {"a": down(Reason.HOST_NOT_FOUND)}),
        Cause.NO_ADDRESS,
    ),
    "no name server": (seen(unknown(Reason.RESOLVER_SILENT)), Cause.NAME_SERVER_SILENT),
    "no route": (
        seen(unknown(Reason.NO_ROUTE), {}, {"a": unknown(Reason.NO_ROUTE)}),
        Cause.NO_ROUTE,
    ),
    "no right, nothing else asked": (seen(unknown(Reason.NO_PERMISSION)), Cause.LOCAL_ERROR),
    "no right to ping, SNMP silent": (
        seen(unknown(Reason.NO_PERMISSION), {}, {"a": SILENT}, "a"),
        Cause.SILENT,
    ),
    "another profile": (seen(UP, {}, {"a": SILENT, "b": UP}, "a"), Cause.OTHER_PROFILE),
    "pinged, only SNMP answers": (
        seen(SILENT, {"icmp": SILENT}, {"a": SILENT, "b": UP}),
        Cause.SNMP_BUT_NO_ICMP,
    ),
    "no profile fits": (
        seen(UP, {}, {"a": down(Reason.WRONG_COMMUNITY)}, "a"),
        Cause.WRONG_CREDENTIAL,
    ),
    "another address": (seen(UP, {}, {"a": down(Reason.FOREIGN_REPLY)}, "a"), Cause.OTHER_ADDRESS),
    "no SNMP at all": (seen(UP, {}, {"a": down(Reason.MALFORMED_REPLY)}, "a"), Cause.NOT_SNMP),
    "closed": (seen(UP, {}, {"a": down(Reason.REFUSED)}, "a"), Cause.REFUSED),
    "SNMP silent": (seen(UP, {}, {"a": SILENT}, "a"), Cause.ICMP_BUT_NO_SNMP),
    "dead": (seen(SILENT, {"icmp": SILENT}, {"a": SILENT, "b": SILENT}), Cause.SILENT),
}


@pytest.mark.parametrize(("evidence", "cause"), CASES.values(), ids=CASES)
def test_what_was_seen_has_one_cause_and_an_advice(evidence, cause):
    found, proposal = judge(evidence)
    assert found is cause
    assert proposal.advice


def test_the_profile_that_answers_is_proposed():
    _, proposal = judge(seen(UP, {}, {"a": SILENT, "b": UP}, "a"))
    assert (proposal.snmp_profile, proposal.probes) == ("b", None)
    _, proposal = judge(seen(SILENT, {"icmp": SILENT}, {"b": UP}))
    assert (proposal.snmp_profile, proposal.probes) == ("b", ("snmp",))


def spec(kind: str, profile: str = "") -> ProbeSpec:
    return ProbeSpec(kind, kind, 60 * SECOND, SECOND, profile)


class Fake:
    """A probe by address and profile; it counts how many are under way."""

    def __init__(self, answers: dict[tuple[str, str], Outcome]) -> None:
        self.answers = answers
        self.under_way = self.most = 0

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        assert attempt == 1, "a retry looks closer than a regular poll"
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        return self.answers.get((target.address, spec.options), SILENT)

    async def close(self) -> None:
        pass


def test_each_target_is_asked_with_every_profile_a_few_at_a_time_and_keeps_its_place():
    targets = [
        Target(f"t{i}", Kind.SWITCH, "laxa", f"10.0.0.{i}", (spec("snmp", "a"),))
        for i in range(200)
    ]
    icmp = Fake({(target.address, ""): UP for target in targets})
    snmp = Fake({("10.0.0.7", "b"): UP, ("10.0.0.8", "a"): UP})
    trials = [Trial("a", spec("snmp", "a"), True), Trial("b", spec("snmp", "b"), False)]
    found = asyncio.run(
        diagnose(targets, {"icmp": icmp, "snmp": snmp}, lambda _: trials, spec("icmp"))
    )
    assert [one.target for one in found] == targets
    assert found[7].cause is Cause.OTHER_PROFILE
    assert found[8].cause is Cause.ANSWERS_NOW
    assert {one.cause for one in found[9:]} == {Cause.ICMP_BUT_NO_SNMP}
    assert 1 < icmp.most <= 64

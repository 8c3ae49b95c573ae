"""What holds for the probes that can be asked directly, without a task: they say what a call does,
and leave to a call what only that can tell."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from support.peers import answering, reply_to
from support.probing import icmp_spec, probing, snmp_spec, target
from support.programs import root_only
from support.snmpd import AUTH_KEY, PRIV_KEY, SECURE
from support.snmpd import COMMUNITY as READS

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import ProbeSpec
from collector.ports import DirectProbe
from collector.probes._snmp.credentials import Credential
from collector.probes.registry import probe_kinds

COMMUNITY = {"default": Credential("2c", "public")}
DIRECT = ("icmp", "snmp")
NOT_SENT = "not sent"


async def ask(probe: DirectProbe, address: str, spec: ProbeSpec) -> Outcome | str | None:
    """What a probe that is asked directly reads from the answer, which comes in the time allowed;
    NOT_SENT where it leaves all to a call."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    if not probe.send(target(address, spec), spec, answer.set_result):
        return NOT_SENT
    async with asyncio.timeout(10 * spec.timeout / SECOND):
        return probe.read(target(address, spec), spec, await answer)


def test_the_probes_that_can_be_asked_directly_are_these():
    async def found() -> set[str]:
        direct = set()
        for kind in probe_kinds():
            async with probing(kind, COMMUNITY) as probe:
                if isinstance(probe, DirectProbe):
                    direct.add(kind)
        return direct

    assert asyncio.run(found()) == set(DIRECT)


def test_one_ping_is_asked_as_it_is_called():
    root_only()

    async def polls() -> list[object]:
        spec, silent = icmp_spec(), icmp_spec(0.2)
        async with probing("icmp") as probe:
            before = await ask(probe, "127.0.0.1", spec)
            await probe(target("127.0.0.1", spec), spec, 0)
            up = await ask(probe, "127.0.0.1", spec)
            return [before, up, await ask(probe, "203.0.113.9", silent)]

    before, up, lost = asyncio.run(polls())
    assert before == NOT_SENT
    assert (up.result, up.reason, up.loss) == (Result.UP, None, 0.0)
    assert up.duration > 0
    assert lost == Outcome(Result.DOWN, Reason.TIMEOUT, None, 1.0)


def test_an_address_that_cannot_be_sent_to_is_left_to_a_call():
    root_only()

    async def polls() -> list[object]:
        async with probing("icmp") as probe:
            spec = icmp_spec()
            await probe(target("127.0.0.1", spec), spec, 0)
            return [
                await ask(probe, "255.255.255.255", spec),
                await probe(target("255.255.255.255", spec), spec, 0),
            ]

    asked, called = asyncio.run(polls())
    assert (asked, called.result) == (NOT_SENT, Result.UNKNOWN)


def sound(request: bytes) -> list[bytes]:
    return [reply_to(request)]


def asked_after_a_call(*answers: Callable[[bytes], list[bytes]]) -> list[object]:
    """The outcome of a call that the agent answers, then of asking it once for each of these ways
    in which it does."""
    answering_now = [sound]

    async def polls() -> list[object]:
        def answer_it(request: bytes) -> list[bytes]:
            return answering_now[-1](request)

        async with answering(answer_it) as port, probing("snmp", COMMUNITY) as probe:
            spec = snmp_spec(port, seconds=0.2)
            outcomes: list[object] = [await ask(probe, "127.0.0.1", spec)]
            outcomes.append(await probe(target("127.0.0.1", spec), spec, 0))
            for answer in answers:
                answering_now.append(answer)
                outcomes.append(await ask(probe, "127.0.0.1", spec))
            return outcomes

    return asyncio.run(polls())


def test_a_device_is_asked_directly_once_a_call_has_found_it():
    before, called, asked = asked_after_a_call(sound)
    assert before == NOT_SENT
    assert called.result is asked.result is Result.UP
    assert asked.facts == called.facts
    assert asked.duration > 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda request: [], Reason.TIMEOUT, id="silence"),
        pytest.param(lambda request: [b"\xff" * 100], Reason.MALFORMED_REPLY, id="nonsense"),
    ],
)
def test_a_device_that_fails_when_asked_is_down_and_asked_directly_no_more_before_it_was_called(
    answer, reason
):
    _, _, asked, again = asked_after_a_call(answer, answer)
    assert (asked.result, asked.reason) == (Result.DOWN, reason)
    assert again == NOT_SENT


def test_a_closed_port_is_refused_when_it_is_asked(start_snmpd):
    async def polls() -> object:
        agent = start_snmpd()
        async with probing("snmp", {"default": Credential("2c", READS)}) as probe:
            spec = snmp_spec(agent.port, seconds=2)
            await probe(target("127.0.0.1", spec), spec, 0)
            agent.stop()
            return await ask(probe, "127.0.0.1", spec)

    outcome = asyncio.run(polls())
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


def test_an_uptime_that_went_back_and_an_snmpv1_device_are_left_to_a_call(start_snmpd):
    async def polls() -> list[object]:
        first = start_snmpd()
        profiles = {"default": Credential("2c", READS), "old": Credential("1", READS)}
        async with probing("snmp", profiles) as probe:
            spec, old = snmp_spec(first.port), snmp_spec(first.port, "old")
            await probe(target("127.0.0.1", spec), spec, 0)
            probe._uptimes["127.0.0.1", first.port] += 1_000_000
            went_back = await ask(probe, "127.0.0.1", spec)
            called = await probe(target("127.0.0.1", spec), spec, 0)
            await probe(target("127.0.0.1", old), old, 0)
            return [went_back, called, await ask(probe, "127.0.0.1", old)]

    went_back, called, old = asyncio.run(polls())
    assert went_back is None
    assert called.facts.engine_time is not None
    assert old == NOT_SENT


def test_a_device_that_was_replaced_by_another_is_left_to_a_call_and_then_known(start_snmpd):
    secure = Credential(
        "3", user=SECURE.name, auth="sha256", auth_key=AUTH_KEY, priv="aes128", priv_key=PRIV_KEY
    )

    async def polls() -> list[object]:
        first = start_snmpd()
        async with probing("snmp", {"default": secure}) as probe:
            spec = snmp_spec(first.port, seconds=1)
            await probe(target("127.0.0.1", spec), spec, 0)
            sound = await ask(probe, "127.0.0.1", spec)
            first.stop()
            start_snmpd(port=first.port)
            replaced = await ask(probe, "127.0.0.1", spec)
            called = await probe(target("127.0.0.1", spec), spec, 0)
            return [sound, replaced, called, await ask(probe, "127.0.0.1", spec)]

    sound, replaced, called, asked = asyncio.run(polls())
    assert sound.result is called.result is asked.result is Result.UP
    assert replaced is None

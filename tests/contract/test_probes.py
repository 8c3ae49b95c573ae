"""What holds for every kind of probe. A new kind gets its peers here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest
from support.peers import answering, reply_to
from support.probing import icmp_spec, probing, snmp_spec, target
from support.programs import root_only
from support.services import Handler, Service, datagrams, endless, http, sending, serving, spec

from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import ProbeSpec
from collector.probes._snmp.credentials import Credential
from collector.probes.registry import ProbeOptions, probe_kinds

UNROUTED = "203.0.113.9"
"""An address of TEST-NET-3, which nobody has."""

HOST = "device.example"
"""The name of all services; the tests' own resolver knows it."""

PROFILES = {"default": Credential("2c", "public")}
Peer = Callable[[], AbstractAsyncContextManager[tuple[str, ProbeSpec]]]


@dataclass(frozen=True)
class Peers:
    """What one kind of probe meets, each an address and how to poll it: a peer that answers, one
    that is silent, one that refuses and one that answers nonsense (None where there is no such)."""

    sound: Peer
    silent: Peer
    refusing: Peer | None
    nonsense: Peer | None
    wearing: Mapping[str, Peer] = field(default_factory=dict)


def at(address: str, spec: ProbeSpec) -> Peer:
    @asynccontextmanager
    async def peer() -> AsyncIterator[tuple[str, ProbeSpec]]:
        yield address, spec

    return peer


def agent(answer: Callable[[bytes], list[bytes]]) -> Peer:
    @asynccontextmanager
    async def peer() -> AsyncIterator[tuple[str, ProbeSpec]]:
        async with answering(answer) as port:
            yield "127.0.0.1", snmp_spec(port)

    return peer


async def here(host: str) -> str:
    return "127.0.0.1" if host == HOST else host


def service(kind: str, handler: Handler, **options: Any) -> Peer:
    """A TCP service, polled by what speaks to it."""

    @asynccontextmanager
    async def peer() -> AsyncIterator[tuple[str, ProbeSpec]]:
        async with serving(handler) as port:
            where = {"url": f"http://{HOST}:{port}/"} if kind == "http" else {"port": port}
            yield HOST, spec(kind, 0.4, **where, **options)

    return peer


def closed(kind: str, **options: Any) -> Peer:
    @asynccontextmanager
    async def peer() -> AsyncIterator[tuple[str, ProbeSpec]]:
        where = {"url": f"http://{HOST}:9/"} if kind == "http" else {"port": 9}
        yield HOST, spec(kind, 0.4, **where, **options)

    return peer


def name_server(answer: Callable[[bytes], list[bytes]]) -> Peer:
    @asynccontextmanager
    async def peer() -> AsyncIterator[tuple[str, ProbeSpec]]:
        async with datagrams(answer) as port:
            yield HOST, spec("dns", 0.4, name=HOST, type="TXT", port=port)

    return peer


def text_record(question: bytes) -> list[bytes]:
    response = dns.message.make_response(dns.message.from_wire(question))
    response.answer.append(dns.rrset.from_text(f"{HOST}.", 60, "IN", "TXT", '"up"'))
    return [response.to_wire()]


GREETING = sending(b"220 ", b"ready\r\n", then_wait=True)
PAGE = Service(lambda asked: http("ok"))
NOISE = b"\x00\xff" * 50

PEERS = {
    "dns": Peers(
        name_server(text_record),
        name_server(lambda question: []),
        closed("dns", name=HOST),
        name_server(lambda question: [NOISE]),
    ),
    "http": Peers(
        service("http", PAGE),
        service("http", sending(then_wait=True)),
        closed("http"),
        service("http", sending(NOISE)),
        {
            "drips": service("http", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.02)),
            "never ends": service(
                "http", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536), expect={"body": "y"}
            ),
        },
    ),
    "tcp": Peers(
        service("tcp", GREETING, banner="^220 ready"),
        service("tcp", sending(then_wait=True), banner="."),
        closed("tcp"),
        None,
        {
            "nonsense": service("tcp", sending(NOISE), banner="^220"),
            "drips": service("tcp", endless(b"", b"x", 0.02), send="a", banner="y"),
            "never ends": service("tcp", endless(b"", b"x" * 65_536), send="a", banner="y"),
        },
    ),
    "icmp": Peers(at("127.0.0.1", icmp_spec()), at(UNROUTED, icmp_spec(0.2)), None, None),
    "snmp": Peers(
        agent(lambda request: [reply_to(request)]),
        agent(lambda request: []),
        at("127.0.0.1", snmp_spec(9)),
        agent(lambda request: [b"\xff" * 100]),
    ),
}


def test_every_kind_of_probe_has_its_peers_here_or_a_contract_of_its_own():
    own = {file.stem.removeprefix("test_") for file in Path(__file__).parent.glob("test_*.py")}
    assert set(probe_kinds()) - set(PEERS) - own == set()


@pytest.fixture(params=sorted(PEERS))
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "icmp":
        root_only()
    return request.param


def poll(kind: str, peer: Peer, attempt: int = 0) -> Outcome:
    async def once() -> Outcome:
        async with peer() as (address, spec), probing(kind, PROFILES, resolver=here) as probe:
            # Ten times what it may take: a probe that forgets its time is caught, not timed.
            async with asyncio.timeout(10 * spec.timeout / 1_000_000 + 1):
                return await probe(target(address, spec), spec, attempt)

    return asyncio.run(once())


@pytest.mark.parametrize("attempt", [0, 1, 2])
def test_a_peer_that_answers_is_up_with_the_time_it_took(kind, attempt):
    outcome = poll(kind, PEERS[kind].sound, attempt)
    assert (outcome.result, outcome.reason) == (Result.UP, None)
    assert outcome.duration > 0


@pytest.mark.parametrize("attempt", [0, 1, 2])
def test_a_silent_peer_is_down_by_a_timeout_within_the_time_allowed(kind, attempt):
    outcome = poll(kind, PEERS[kind].silent, attempt)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.TIMEOUT)
    assert outcome.duration is None


@pytest.mark.parametrize("attempt", [0, 1])
def test_a_peer_that_refuses_is_down_and_says_so(kind, attempt):
    peer = PEERS[kind].refusing
    if peer is None:
        pytest.skip(f"{kind} knows no refusal")
    outcome = poll(kind, peer, attempt)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


def test_a_peer_that_answers_nonsense_is_down_and_not_an_exception(kind):
    peer = PEERS[kind].nonsense
    if peer is None:
        pytest.skip(f"to {kind} nonsense is silence")
    outcome = poll(kind, peer)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.MALFORMED_REPLY)


def test_a_peer_that_never_comes_to_an_end_is_down_within_the_time_allowed(kind):
    outcomes = {name: poll(kind, peer) for name, peer in PEERS[kind].wearing.items()}
    assert {name for name, found in outcomes.items() if found.result is not Result.DOWN} == set()


def test_every_kind_has_its_peers():
    assert set(PEERS) == set(probe_kinds())


@pytest.mark.parametrize(
    "found",
    [
        Outcome(Result.DOWN, Reason.HOST_NOT_FOUND),
        Outcome(Result.UNKNOWN, Reason.RESOLVER_SILENT),
    ],
    ids=["host_not_found", "resolver_silent"],
)
def test_a_name_without_an_address_is_what_the_resolver_says(kind, found):
    async def no_address(host: str) -> Outcome:
        return found

    async def once() -> Outcome:
        async with (
            PEERS[kind].sound() as (_, spec),
            probing(kind, PROFILES, resolver=no_address) as probe,
        ):
            return await probe(target("device.example", spec), spec, 0)

    assert asyncio.run(once()) == found


def test_a_bug_is_not_swallowed(kind):
    async def broken(host: str) -> str:
        return {}[host]

    async def once() -> Outcome:
        async with (
            PEERS[kind].sound() as (_, spec),
            probing(kind, PROFILES, resolver=broken) as probe,
        ):
            return await probe(target("device.example", spec), spec, 0)

    with pytest.raises(KeyError, match=r"device\.example"):
        asyncio.run(once())


def test_a_poll_that_is_cancelled_leaves_the_probe_able_to_poll(kind):
    async def polls() -> Outcome:
        async with (
            PEERS[kind].sound() as (address, spec),
            PEERS[kind].silent() as (dead, dead_spec),
            probing(kind, PROFILES, resolver=here) as probe,
        ):
            for attempt in (0, 1):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await probe(target(dead, dead_spec), dead_spec, attempt)
            return await probe(target(address, spec), spec, 0)

    assert asyncio.run(polls()).result is Result.UP


def test_options_that_nobody_knows_are_refused(kind):
    options = probe_kinds()[kind].Options
    assert issubclass(options, ProbeOptions)
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        options.model_validate({"no-such-option": 1})


def test_a_closed_probe_can_be_closed_again(kind):
    async def once() -> None:
        async with (
            PEERS[kind].sound() as (address, spec),
            probing(kind, PROFILES, resolver=here) as probe,
        ):
            await probe(target(address, spec), spec, 0)
            await probe.close()

    asyncio.run(once())

"""dns: a name server of the tests' own, over UDP and TCP, that answers as the test has it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from support.probing import probing, target
from support.programs import free_port
from support.services import spec

from collector.domain.samples import Outcome, Reason, Result
from collector.probes.registry import probe_kinds

Answer = Callable[[dns.message.Message], list[bytes]]
NAME = "intranet.laxa.example."


def records(*lines: str, code: int = dns.rcode.NOERROR) -> Answer:
    """Answers with records as in a zone file, and with this code."""

    def answer(question: dns.message.Message) -> list[bytes]:
        response = dns.message.make_response(question)
        response.set_rcode(code)
        for line in lines:
            kind, _, content = line.partition(" ")
            response.answer.append(dns.rrset.from_text(NAME, 60, "IN", kind, content))
        return [response.to_wire()]

    return answer


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked = 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.asked += 1
        for reply in self.answer(dns.message.from_wire(data)):
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def name_server(
    answer: Answer, by_tcp: Answer | None = None, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[tuple[int, _Udp]]:
    """A name server; its port, and what was asked of it."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        question = dns.message.from_wire(await reader.readexactly(length))
        for reply in (by_tcp or answer)(question):
            writer.write(reply)
        await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    while True:
        transport, protocol = await loop.create_datagram_endpoint(
            lambda: _Udp(answer), local_addr=(address, port)
        )
        found = transport.get_extra_info("sockname")[1]
        try:
            server = await asyncio.start_server(handle, address, found)
            break
        except OSError:  # another has that port by TCP
            transport.close()
            if port:
                raise
    port = found
    try:
        yield port, protocol
    finally:
        transport.close()
        server.close()
        await asyncio.sleep(0.01)


def ask(answer: Answer, seconds: float = 1.0, attempt: int = 0, **options: Any) -> Outcome:
    by_tcp = options.pop("by_tcp", None)

    async def run() -> Outcome:
        async with name_server(answer, by_tcp) as (port, _), probing("dns") as probe:
            how = spec("dns", seconds, **{"name": NAME, "port": port, **options})
            async with asyncio.timeout(10 * seconds + 1):
                return await probe(target("127.0.0.1"), how, attempt)

    return asyncio.run(run())


def test_a_record_that_is_there_is_up():
    outcome = ask(records("A 192.0.2.7"))
    assert (outcome.result, outcome.reason) == (Result.UP, None)
    assert outcome.duration > 0
    assert outcome.service.phases["first_byte"] == outcome.duration


@pytest.mark.parametrize(
    ("kind", "content", "expect", "reason"),
    [
        ("a", "192.0.2.7", {"exactly": "192.0.2.7"}, None),
        ("A", "192.0.2.7", {"exactly": ["192.0.2.7", "192.0.2.8"]}, Reason.ANSWER_MISMATCH),
        ("A", "192.0.2.7", {"contains": ["192.0.2.8"]}, Reason.ANSWER_MISMATCH),
        ("A", "192.0.2.7", {"matches": r"^192\.0\.2\."}, None),
        ("A", "192.0.2.7", {"matches": r"^10\."}, Reason.ANSWER_MISMATCH),
        ("MX", "10 Mail.Laxa.Example.", {"contains": "10 mail.laxa.example"}, None),
        ("TXT", '"v=spf1 -all"', {"exactly": "v=spf1 -all"}, None),
        ("AAAA", "2001:db8::7", {"exactly": "2001:DB8::7"}, None),
    ],
)
def test_an_answer_is_held_against_what_is_expected(kind, content, expect, reason):
    outcome = ask(records(f"{kind} {content}"), type=kind, expect=expect)
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (records(code=dns.rcode.NXDOMAIN), Reason.NAME_NOT_FOUND),
        (records(), Reason.NO_SUCH_RECORD),
        (records("CNAME other.example."), Reason.NO_SUCH_RECORD),
        (records(code=dns.rcode.SERVFAIL), Reason.SERVER_ERROR),
        (records(code=dns.rcode.REFUSED), Reason.SERVER_ERROR),
        (lambda question: [b"\xff" * 40], Reason.MALFORMED_REPLY),
        (lambda question: [b"\x00"], Reason.MALFORMED_REPLY),
        (lambda question: [], Reason.TIMEOUT),
    ],
)
def test_every_way_to_fail_has_its_reason(answer, reason):
    outcome = ask(answer, 0.3)
    assert (outcome.result, outcome.reason) == (Result.DOWN, reason)


def test_an_answer_to_another_question_is_waited_past():
    def answer(question: dns.message.Message) -> list[bytes]:
        forged = records("A 192.0.2.66")(question)[0]
        return [bytes([forged[0] ^ 1]) + forged[1:], *records("A 192.0.2.7")(question)]

    assert ask(answer, expect={"exactly": "192.0.2.7"}).result is Result.UP


def test_a_closed_port_refuses():
    port = free_port(socket.SOCK_DGRAM)
    outcome = ask(records(), port=port)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


def test_a_retry_asks_more_than_once():
    async def run() -> int:
        silent: Answer = lambda question: []  # noqa: E731 - named for the type
        async with name_server(silent) as (port, server), probing("dns") as probe:
            how = spec("dns", 0.3, name=NAME, port=port)
            await probe(target("127.0.0.1"), how, 1)
            return server.asked

    assert asyncio.run(run()) == 3


def truncated(question: dns.message.Message) -> list[bytes]:
    response = dns.message.make_response(question)
    response.flags |= dns.flags.TC
    return [response.to_wire()]


def by_length(answer: Answer) -> Answer:
    return lambda question: [struct.pack("!H", len(wire)) + wire for wire in answer(question)]


@pytest.mark.parametrize(
    ("by_tcp", "reason"),
    [
        (by_length(records("A 192.0.2.7")), None),
        (lambda question: [b"\x00\x50half"], Reason.CONNECTION_LOST),
        (lambda question: [b"\x00\x04\xff\xff\xff\xff"], Reason.MALFORMED_REPLY),
    ],
    ids=["whole", "half", "garbage"],
)
def test_an_answer_that_does_not_fit_is_asked_for_by_tcp(by_tcp, reason):
    outcome = ask(truncated, by_tcp=by_tcp)
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)


def test_of_several_servers_all_have_to_answer():
    async def run(*dead: str) -> Outcome:
        sound = records("A 192.0.2.7")
        silent: Answer = lambda question: []  # noqa: E731 - named for the type
        servers = ("127.0.0.1", "127.0.0.2")
        async with (
            name_server(silent if servers[0] in dead else sound, address=servers[0]) as (port, _),
            name_server(silent if servers[1] in dead else sound, None, servers[1], port),
            probing("dns") as probe,
        ):
            how = spec("dns", 0.3, name=NAME, port=port, servers=servers)
            return await probe(target("198.51.100.1"), how, 0)

    assert asyncio.run(run()).result is Result.UP
    partly = asyncio.run(run("127.0.0.2"))
    assert (partly.result, partly.reason) == (Result.DEGRADED, Reason.SERVERS_DIFFER)
    assert partly.message == "127.0.0.2: timeout"
    assert asyncio.run(run("127.0.0.1", "127.0.0.2")).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "name"),
        ({"name": "a..b"}, "'a..b' is no domain name"),
        ({"name": NAME, "type": "B"}, "type"),
        ({"name": NAME, "expect": {"matches": "("}}, "is no regular expression"),
        ({"name": NAME, "expect": {"exactly": "a", "contains": "b"}}, "exclude one another"),
    ],
)
def test_options_that_cannot_work_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        probe_kinds()["dns"].Options.model_validate(options)

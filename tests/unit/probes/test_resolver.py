"""Names: the hosts file, DNS, what is kept, and a name server that is not there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from collector.domain.samples import Outcome, Reason, Result
from collector.probes._resolver import DnsResolver, NameServers

RECORDS = {
    ("sw-1.example.", "A"): "10.0.0.1",
    ("sw-2.example.", "AAAA"): "2001:db8::2",
    ("both.example.", "A"): "10.0.0.3",
    ("both.example.", "AAAA"): "2001:db8::3",
}


class _Server(asyncio.DatagramProtocol):
    """A name server for RECORDS; a name that begins with `silent` gets no answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        query = dns.message.from_wire(data)
        (question,) = query.question
        name, kind = str(question.name), question.rdtype.name
        self.asked[name] += 1
        if name.startswith("silent"):
            return
        reply = dns.message.make_response(query)
        if (name, kind) in RECORDS:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, RECORDS[name, kind]))
        elif name.startswith("broken"):
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif not any(name == known for known, _ in RECORDS):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def resolving(hosts: Path) -> AsyncIterator[tuple[DnsResolver, _Server]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(_Server, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    resolver = DnsResolver(NameServers("127.0.0.1", port), hosts)
    try:
        yield resolver, server
    finally:
        await resolver.close()
        transport.close()


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., tuple[list[str | Outcome], Counter[str]]]:
    """Ask for names, all at once, `times` in a row; the last answers and what the server saw."""
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
        "# 10.9.9.9 gone.example\n10.0.0.9 Printer.Example printer # the old one\nnonsense here\n"
    )

    def ask(*names: str, times: int = 1) -> tuple[list[str | Outcome], Counter[str]]:
        async def run() -> tuple[list[str | Outcome], Counter[str]]:
            async with resolving(hosts) as (resolver, server):
                for _ in range(times):
                    answers = await asyncio.gather(*(resolver(name) for name in names))
                return answers, server.asked

        return asyncio.run(run())

    return ask


@pytest.mark.parametrize("address", ["10.1.2.3", "2001:db8::1", "fe80::1%eth0", "127.0.0.1"])
def test_an_address_is_its_own_answer_and_nobody_is_asked(ask, address):
    answers, asked = ask(address, times=2)
    assert answers == [address]
    assert not asked


def test_the_hosts_file_goes_before_dns_and_ipv4_before_ipv6(ask):
    answers, asked = ask("localhost", "ip6-localhost", "PRINTER.example", "printer")
    assert answers == ["127.0.0.1", "::1", "10.0.0.9", "10.0.0.9"]
    assert not asked


def test_what_is_commented_out_of_the_hosts_file_does_not_count(ask):
    answers, _ = ask("gone.example")
    assert answers[0].reason is Reason.HOST_NOT_FOUND


def test_a_name_has_an_ipv4_address_or_else_an_ipv6_one(ask):
    answers, _ = ask("sw-1.example.", "sw-2.example.", "both.example.")
    assert answers == ["10.0.0.1", "2001:db8::2", "10.0.0.3"]


def test_a_name_is_asked_for_once_however_many_want_it_and_then_kept(ask):
    answers, asked = ask(*["sw-1.example."] * 50, times=3)
    assert answers == ["10.0.0.1"] * 50
    assert asked["sw-1.example."] == 1


def test_a_name_that_does_not_exist_is_down_and_kept_too(ask):
    (answer,), asked = ask("nobody.example.", times=3)
    assert (answer.result, answer.reason) == (Result.DOWN, Reason.HOST_NOT_FOUND)
    assert "nobody.example" in answer.message
    assert asked["nobody.example."] == 1


@pytest.mark.parametrize("name", ["x" * 70 + ".example", "a..b"])
def test_what_cannot_be_a_name_is_not_found(ask, name):
    (answer,), _ = ask(name)
    assert (answer.result, answer.reason) == (Result.DOWN, Reason.HOST_NOT_FOUND)


@pytest.mark.parametrize("name", ["silent.example.", "broken.example."])
def test_a_name_server_that_does_not_answer_is_unknown_before_the_poll_is_over(ask, name):
    (answer,), _ = ask(name)
    assert (answer.result, answer.reason) == (Result.UNKNOWN, Reason.RESOLVER_SILENT)

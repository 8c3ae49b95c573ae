"""ICMP: rights, families, paced sends, and what is no answer."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from support.probing import icmp_spec, probing, target
from support.programs import program, root_only

from collector.domain.samples import Outcome, Reason, Result

ROOT = Path(__file__).parents[2]
NOBODY = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"


def ping(*addresses: str, attempt: int = 0, seconds: float = 0.4) -> list[Outcome]:
    """One poll of each address by one probe, all at once."""

    async def polls() -> list[Outcome]:
        spec = icmp_spec(seconds)
        async with probing("icmp") as probe:
            return await asyncio.gather(
                *(probe(target(address, spec), spec, attempt) for address in addresses)
            )

    return asyncio.run(polls())


def isolated(script: str, *commands: str) -> str:
    """What a Python program prints that runs in a network namespace of its own; `ping` is there."""
    root_only()
    shell = " && ".join([*commands, 'exec "$0" -c "$1"'])
    prelude = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n{_PING}"
    finished = subprocess.run(
        [program("unshare"), "-n", "sh", "-c", shell, sys.executable, prelude + script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout + finished.stderr


_PING = """
import asyncio, logging, socket
from support.probing import icmp_spec, probing, target
from collector.probes.registry import probe_kinds
probe_kinds()
def ping(*addresses, meanwhile=None):
    async def polls():
        spec = icmp_spec(0.4)
        async with probing("icmp") as probe:
            polling = asyncio.gather(*(probe(target(a, spec), spec, 0) for a in addresses))
            await asyncio.sleep(0.1)
            if meanwhile:
                meanwhile()
            for outcome in await polling:
                print(outcome.result.name, outcome.reason and outcome.reason.value)
    asyncio.run(polls())
"""


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"])
def test_both_families_are_pinged(address):
    root_only()
    (outcome,) = ping(address)
    assert (outcome.result, outcome.loss) == (Result.UP, 0.0)
    assert 0 < outcome.duration < 1


def test_none_of_many_that_are_pinged_at_once_is_lost():
    """A burst overflows the receive buffer; the pacing is what prevents it."""
    root_only()
    addresses = [f"127.1.{i // 250}.{1 + i % 250}" for i in range(2000)]
    outcomes = ping(*addresses, seconds=5)
    assert [outcome.result for outcome in outcomes] == [Result.UP] * 2000


def test_dead_targets_do_not_make_live_ones_wait():
    root_only()
    dead = [f"203.0.113.{i}" for i in range(1, 251)]
    live = [f"127.2.0.{i}" for i in range(1, 251)]
    outcomes = ping(*dead, *live, seconds=2)
    assert {outcome.result for outcome in outcomes[250:]} == {Result.UP}
    assert {outcome.reason for outcome in outcomes[:250]} <= {Reason.TIMEOUT, Reason.NO_ROUTE}


def test_an_address_that_cannot_be_sent_to_is_our_own_failure():
    root_only()
    (outcome,) = ping("255.255.255.255")
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.NO_PERMISSION)
    (outcome,) = ping("fe80::1%nowhere")
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, Reason.LOCAL_ERROR)


def test_without_a_route_the_state_is_unknown():
    shown = isolated("ping('192.0.2.1', '2001:db8::1')")
    assert shown.split("\n")[:2] == ["UNKNOWN no_route", "UNKNOWN no_route"]


def test_without_root_datagram_sockets_do_where_the_group_may_use_them():
    shown = isolated(
        NOBODY + "ping('127.0.0.1', '::1')",
        "ip link set lo up",
        'sysctl -qw net.ipv4.ping_group_range="0 2147483647"',
    )
    assert shown.split("\n")[:2] == ["UP None", "UP None"]


def test_without_any_right_every_poll_is_unknown_and_the_remedies_are_said_once():
    shown = isolated(
        "logging.basicConfig()\n" + NOBODY + "ping('127.0.0.1', '127.0.0.2', '::1')",
        "ip link set lo up",
        'sysctl -qw net.ipv4.ping_group_range="1 0"',
    )
    assert shown.count("UNKNOWN no_permission") == 3
    assert shown.count("CAP_NET_RAW") == 1
    assert shown.count("net.ipv4.ping_group_range") == 1


FORGE = """
def checksum(data):
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    total = (total >> 16) + (total & 0xffff)
    return (~(total + (total >> 16))) & 0xffff

heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)

def reply():
    packet = heard.recv(2000)
    assert packet[20] == 8
    answer = bytearray(packet[20:])
    answer[0], answer[2:4] = 0, bytes(2)
    answer[2:4] = checksum(answer).to_bytes(2, "big")
    forger = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    forger.bind((SOURCE, 0))
    forger.sendto(answer, (socket.inet_ntoa(packet[12:16]), 0))

ping("127.0.0.9", meanwhile=reply)
"""


@pytest.mark.parametrize(
    ("source", "shown"), [("127.0.0.9", "UP None"), ("127.0.0.66", "DOWN timeout")]
)
def test_an_echo_reply_counts_only_from_the_address_that_was_pinged(source, shown):
    script = f"SOURCE = {source!r}\n" + FORGE
    quiet = "sysctl -qw net.ipv4.icmp_echo_ignore_all=1"
    assert isolated(script, "ip link set lo up", quiet).startswith(shown)


@pytest.mark.parametrize(("attempt", "packets"), [(1, 3), (2, 5), (3, 5)])
def test_a_retry_sends_several_packets_and_counts_those_that_were_lost(attempt, packets):
    root_only()

    async def polls() -> Outcome:
        async with probing("icmp") as probe:
            spec = icmp_spec(0.3)
            polling = asyncio.create_task(probe(target("127.0.0.1", spec), spec, attempt))
            await asyncio.sleep(0.05)
            # What follows the first packet goes nowhere.
            (socket,) = probe._sockets.values()
            send = socket.send
            socket.send = lambda address, *rest: send("203.0.113.9", *rest)
            return await polling

    outcome = asyncio.run(polls())
    assert outcome.result is Result.UP
    assert outcome.loss == pytest.approx(1 - 1 / packets)

"""tcp: a port that takes connections, by TLS, with a greeting."""

import asyncio
from typing import Any

import pytest
from support.certificates import Authority
from support.probing import probing, target
from support.programs import free_port
from support.services import endless, sending, serving, spec

from collector.domain.samples import Outcome, Reason, Result
from collector.probes.registry import probe_kinds

SMTP = b"220 mail.laxa.example ESMTP\r\n"


def call(handler, seconds: float = 2.0, certificate=None, address="127.0.0.1", **options: Any):
    async def at_home(host: str) -> str:
        return "127.0.0.1"

    async def run() -> Outcome:
        async with (
            serving(handler, certificate) as port,
            probing("tcp", resolver=at_home) as probe,
        ):
            how = spec("tcp", seconds, **{"port": port, **options})
            async with asyncio.timeout(10 * seconds + 1):
                return await probe(target(address), how, 0)

    return asyncio.run(run())


def test_a_connection_that_stands_is_up_though_nothing_is_said():
    outcome = call(sending(then_wait=True))
    assert (outcome.result, outcome.reason) == (Result.UP, None)
    assert outcome.duration > 0
    assert set(outcome.service.phases) == {"connect"}


def test_a_closed_port_refuses():
    outcome = call(sending(), port=free_port())
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (sending(SMTP, then_wait=True), None),
        (sending(*(bytes([byte]) for byte in SMTP), every=0.001, then_wait=True), None),
        (sending(b"554 busy\r\n"), Reason.BANNER_MISMATCH),
        (sending(b"\xff\x00" * 100), Reason.BANNER_MISMATCH),
        (sending(b"x" * 1_000_000, then_wait=True), Reason.BANNER_MISMATCH),
        (sending(), Reason.BANNER_MISMATCH),
        (sending(b"22", then_wait=True), Reason.TIMEOUT),
        (sending(b"2", *[b" "] * 1000, every=0.02), Reason.TIMEOUT),
    ],
    ids=["at once", "dripping", "another", "bytes", "too long", "closes", "half", "drips for ever"],
)
def test_a_banner_has_to_match_within_the_deadline(handler, reason):
    outcome = call(handler, 0.5, banner="^220 .*ESMTP")
    assert (outcome.result, outcome.reason) == (Result.DOWN if reason else Result.UP, reason)
    assert "554" not in outcome.message


def test_what_is_sent_first_may_bring_the_banner():
    async def echo(reader, writer):
        writer.write(b"got " + await reader.read(100))
        await reader.read()

    assert call(echo, send="PING\r\n", banner="^got PING").result is Result.UP
    assert call(endless(b"", b"x", 0.01), 0.3, send="a", banner="y").reason is Reason.TIMEOUT


def test_a_slow_one_is_degraded_and_past_a_second_limit_down():
    handler = sending(b"", SMTP, every=0.05, then_wait=True)
    slow = call(handler, banner="220", latency_warn="10ms")
    assert (slow.result, slow.reason) == (Result.DEGRADED, Reason.SLOW)
    slow = call(handler, banner="220", latency_crit="10ms")
    assert (slow.result, slow.reason) == (Result.DOWN, Reason.SLOW)


@pytest.mark.parametrize(
    ("days", "address", "options", "result", "reason"),
    [
        ((-1, 90), "127.0.0.1", {}, Result.UP, None),
        ((-1, 9), "127.0.0.1", {}, Result.DEGRADED, Reason.CERTIFICATE_EXPIRING),
        ((-1, 2), "127.0.0.1", {"certificate_days_crit": 7}, Result.DOWN, None),
        ((-9, -1), "127.0.0.1", {}, Result.DOWN, Reason.CERTIFICATE_EXPIRED),
        ((-1, 90), "ldap.example", {}, Result.DOWN, Reason.CERTIFICATE_INVALID),
        ((-1, 90), "ldap.example", {"server_name": "127.0.0.1"}, Result.UP, None),
    ],
    ids=["sound", "soon", "too soon", "expired", "another name", "named"],
)
def test_tls_is_verified_and_tells_when_the_certificate_expires(
    tmp_path, days, address, options, result, reason
):
    authority = Authority(tmp_path)
    tls = {"ca": str(authority.certificate)}
    certificate = authority.issue("service", days=days)
    outcome = call(sending(then_wait=True), 2.0, certificate, address, tls=tls, **options)
    assert outcome.result is result
    assert reason in (None, outcome.reason)
    assert outcome.service.certificate_expires is not None


def test_a_port_without_tls_is_down_where_tls_is_wanted():
    outcome = call(sending(SMTP), tls=True)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.TLS_FAILURE)
    outcome = call(sending(then_wait=True), 0.3, tls=True)
    assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.TIMEOUT)
    assert outcome.message == "in the TLS handshake"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "port"),
        ({"port": 70000}, "less than or equal to 65535"),
        ({"port": 25, "banner": "("}, "is no regular expression"),
        ({"port": 25, "server_name": "a"}, "server_name needs tls"),
    ],
)
def test_options_that_cannot_work_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        probe_kinds()["tcp"].Options.model_validate(options)

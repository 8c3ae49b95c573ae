"""What the other tests stand on does what it says."""

import subprocess
from collections.abc import Callable

import pytest
from support.network import Namespace, Network
from support.programs import program, wait_until
from support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USERS, Snmpd, User

_SYS_NAME = "1.3.6.1.2.1.1.5.0"


def _snmpget(address: str, *options: str) -> str:
    done = subprocess.run(
        [program("snmpget"), "-m", "", "-r", "1", "-t", "1", "-Oqv", *options, address, _SYS_NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.3.4.5", "udp6:[::1]"])
def test_snmpd_answers_at_every_loopback_address(snmpd: Snmpd, address: str) -> None:
    assert _snmpget(f"{address}:{snmpd.port}", "-v2c", "-c", COMMUNITY) == '"test-device"'


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_snmpd_knows_each_user(snmpd: Snmpd, user: User) -> None:
    options = ["-v3", "-u", user.name, "-l", "noAuthNoPriv"]
    if user.auth:
        auth = user.auth.removesuffix("1") if user.auth == "sha1" else user.auth
        options[-1:] = ["authNoPriv", "-a", auth.upper().replace("SHA2", "SHA-2"), "-A", AUTH_KEY]
    if user.priv:
        options[4] = "authPriv"
        options += ["-x", {"des": "DES", "aes128": "AES"}.get(user.priv, user.priv), "-X", PRIV_KEY]
    assert _snmpget(f"127.0.0.1:{snmpd.port}", *options) == '"test-device"'


def test_a_paused_snmpd_is_silent_and_a_resumed_one_answers(
    start_snmpd: Callable[..., Snmpd],
) -> None:
    agent = start_snmpd(name="other")
    ask = (f"127.0.0.1:{agent.port}", "-v2c", "-c", COMMUNITY, "-r", "0")
    agent.pause()
    assert "Timeout" in _snmpget(*ask)
    agent.resume()
    assert _snmpget(*ask) == '"other"'


def _received(host: Namespace, address: str, count: int) -> int:
    command = ("ping", "-q", "-c", count, "-i", "0.002", "-W", "1", address)
    done = subprocess.run(host.inside(*command), capture_output=True, text=True, check=False)
    return int(done.stdout.partition(" received")[0].rpartition(" ")[2])


def test_a_link_carries_loses_is_cut_and_mended(network: Network) -> None:
    program("ping")
    here, router, there = map(network.namespace, ("here", "router", "there"))
    router.forward()
    first = network.link(here, router, "10.9.0.1", "10.9.0.2")
    second = network.link(router, there, "10.9.1.1", "10.9.1.2")
    there.answer_for("10.9.2.0/24")
    here.route("10.9.0.0/16", via=first)
    router.route("10.9.2.0/24", via=second)
    there.route("10.9.0.0/16", via=second)

    assert _received(here, "10.9.2.77", 100) == 100
    first.lose(0.3)
    assert 0 < _received(here, "10.9.2.77", 200) < 190
    first.lose(0)
    second.cut()
    assert _received(here, "10.9.2.77", 3) == 0
    assert _received(here, "10.9.0.2", 3) == 3
    second.mend()
    wait_until(lambda: _received(here, "10.9.2.77", 3) == 3, "the link carries again")

"""Targets on loopback: an snmpd that answers on all of 127/8, and a network that loses packets."""

import ctypes
import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gufo.snmp import SnmpVersion
from gufo.snmp.sync import SnmpSession

from bench import processes

OIDS = ("1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.2.0")
"""sysUpTime, sysName, sysObjectID."""
COMMUNITY = "bench"
USER = "bench"
AUTH_KEY = "bench-authentication"
PRIV_KEY = "bench-privacy-key"
LIVE = ipaddress.ip_address("127.1.0.1")
CUT = ipaddress.ip_address("127.128.0.1")
"""Where the addresses begin that always answer, and those behind a link that can be cut."""
CUT_NETWORK = "127.128.0.0/9"
_CLONE_NEWNET = 0x40000000


class UnavailableError(Exception):
    """Something that this machine cannot do, and why."""


def addresses(count: int, cut: int = 0) -> list[str]:
    """`count` loopback addresses, the last `cut` of them in the network that `cut_link` cuts."""
    live = count - cut
    return [str(LIVE + index) for index in range(live)] + [str(CUT + index) for index in range(cut)]


def behind_link(address: str) -> bool:
    """Whether an address is one that `cut_link` silences."""
    return ipaddress.ip_address(address) in ipaddress.ip_network(CUT_NETWORK)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def snmpd(directory: Path) -> Iterator[int]:
    """net-snmp's agent on every loopback address, for v2c and for v3 with SHA-256 and AES; yields
    its port."""
    program = shutil.which("snmpd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise UnavailableError("snmpd is not installed (Debian: apt-get install snmpd)")
    port = free_port(socket.SOCK_DGRAM)
    state = directory / "snmpd"
    state.mkdir()
    configuration = state / "snmpd.conf"
    configuration.write_text(
        f"rocommunity {COMMUNITY}\n"
        f'createUser {USER} SHA-256 "{AUTH_KEY}" AES "{PRIV_KEY}"\n'
        f"rouser {USER} priv\n"
    )
    options = ("-f", "-LE", "3", "-C", "-c", configuration, "-p", state / "pid")
    process = processes.start(
        [program, *options, f"udp:0.0.0.0:{port}"],
        state / "log",
        env=os.environ | {"SNMP_PERSISTENT_DIR": str(state), "MIBS": ""},
    )
    try:
        wait_for_agent(port)
        yield port
    finally:
        processes.stop(process)


def wait_for_agent(port: int, seconds: float = 10.0) -> None:
    """Until the agent answers; TimeoutError when it never does."""
    deadline = time.monotonic() + seconds
    session = SnmpSession(
        "127.0.0.1", port, community=COMMUNITY, version=SnmpVersion.v2c, timeout=0.2
    )
    while time.monotonic() < deadline:
        try:
            session.get(OIDS[0])
        except (TimeoutError, OSError):  # refused until the agent listens
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"snmpd does not answer on port {port}")


def enter_namespace() -> None:
    """Move this process into a network namespace of its own, which ends with it."""
    if os.geteuid() != 0:
        raise UnavailableError("a network namespace needs root")
    if shutil.which("iptables") is None or shutil.which("ip") is None:
        raise UnavailableError(
            "ip and iptables are needed (Debian: apt-get install iproute2 iptables)"
        )
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        raise UnavailableError(f"no network namespace: {os.strerror(ctypes.get_errno())}")
    _run("ip", "link", "set", "lo", "up")


def lose_packets(percent: float) -> None:
    """From now on each ICMP and UDP packet is lost with this chance, on its way there as on its
    way back; only within a namespace of our own."""
    for protocol in ("icmp", "udp"):
        chance = ("-m", "statistic", "--mode", "random", "--probability", f"{percent / 100:.4f}")
        _run("iptables", "-A", "INPUT", "-p", protocol, *chance, "-j", "DROP")


def cut_link() -> None:
    """From now on the addresses in CUT_NETWORK are silent; only within a namespace of our own."""
    _run("iptables", "-I", "INPUT", "-d", CUT_NETWORK, "-j", "DROP")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UnavailableError(f"{' '.join(command)}: {done.stderr.strip()}")

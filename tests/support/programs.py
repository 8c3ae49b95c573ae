"""Programs of the machine that tests talk to; a test without its program is skipped."""

import os
import random
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

_DICE = random.SystemRandom()
"""Hypothesis sets the common one back for each test."""

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(name: str) -> str:
    """The path of a program, sbin included; skips the test where it is missing."""
    path = shutil.which(name, path=_PATH)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def root_only() -> None:
    """Skip the test unless it runs as root."""
    if os.geteuid() != 0:
        pytest.skip("needs root")


def network_only() -> None:
    """Skip the test where this process may not make network namespaces and TUN devices."""
    root_only()
    program("ip")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("/dev/net/tun cannot be opened")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nothing used a moment ago, on any IPv4 address.

    It is none of those that Linux gives to clients (from 32768 on), or one of the agent's many
    sockets could have it while its server is away.
    """
    while True:
        port = _DICE.randrange(20_000, 32_768)
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("", port))
            return port


def free_udp_port() -> int:
    """As free_port, for UDP."""
    return free_port(socket.SOCK_DGRAM)


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 20, log: Path | None = None):
    """Poll until `holds()`; AssertionError with `what`, with the log's end, if it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-4000:] if log is not None else ""
            raise AssertionError(f"not within {seconds} s: {what}\n{tail}")
        time.sleep(0.05)

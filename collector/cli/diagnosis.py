"""What of the machine keeps an agent from measuring: rights, clock, limits, disk, database."""

import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from collector.domain.targets import Target
from collector.ports import StoreUnavailable
from collector.store import StoreError, open_store

_SPARE_DESCRIPTORS = 256
"""For the database, the web server's readers and what libraries keep open."""

_LITTLE_SPACE = 2 * 10**9

_NTP_SIGN = Path("/run/systemd/timesync/synchronized")


class Grade(StrEnum):
    """How serious a finding is."""

    OK = "OK"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at, what was found, and what to do about it."""

    grade: Grade
    what: str
    remedy: str = ""


def icmp_rights(targets: Iterable[Target]) -> Diagnosis:
    """Whether echo requests may be sent, and by which kind of socket."""
    if not any(spec.kind == "icmp" for target in targets for spec in target.probes):
        return Diagnosis(Grade.OK, "icmp: no target needs it")
    for kind, name in ((socket.SOCK_RAW, "raw"), (socket.SOCK_DGRAM, "datagram")):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return Diagnosis(Grade.OK, f"icmp: {name} sockets are allowed to this user")
    return Diagnosis(
        Grade.FAIL,
        "icmp: neither raw nor datagram sockets are allowed to this user",
        "give the program CAP_NET_RAW (AmbientCapabilities=CAP_NET_RAW in its systemd unit), or "
        "open datagram ICMP to its group (sysctl -w net.ipv4.ping_group_range='0 2147483647')",
    )


def clock() -> Diagnosis:
    """Whether something keeps the wall clock right, and whether it runs as the monotonic one."""
    wall, steady = time.time(), time.monotonic()
    kept = _kept_by_ntp()
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    if drift > 0.5:
        return Diagnosis(
            Grade.WARN,
            f"clock: it was set by {drift:.1f} s while looked at",
            "let one program keep it, chrony or systemd-timesyncd",
        )
    if kept is None:
        return Diagnosis(
            Grade.WARN,
            "clock: cannot tell whether it is kept by NTP",
            "see to it that chrony or systemd-timesyncd runs, on the host if this is a container",
        )
    if not kept:
        return Diagnosis(
            Grade.WARN, "clock: not synchronised by NTP", "run chrony or systemd-timesyncd"
        )
    return Diagnosis(Grade.OK, "clock: synchronised by NTP")


def _kept_by_ntp() -> bool | None:
    if _NTP_SIGN.exists():
        return True
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the system's own program, no argument from outside
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def descriptors(targets: Iterable[Target]) -> Diagnosis:
    """Whether all targets can be polled at once with the sockets that the process may open."""
    sockets = sum(spec.kind != "icmp" for target in targets for spec in target.probes)
    needed = sockets + _SPARE_DESCRIPTORS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        return Diagnosis(
            Grade.WARN,
            f"open files: {soft} are allowed, {needed} may be needed when nothing answers",
            f"LimitNOFILE={2 * needed} in the systemd unit, or ulimit -n {2 * needed}",
        )
    return Diagnosis(Grade.OK, f"open files: {soft} are allowed, at most {needed} needed")


def database(url: str) -> Iterator[Diagnosis]:
    """Room on the disk, and whether the database can be opened, of which size it is."""
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///").partition("?")[0])
        folder = next(each for each in file.parents if each.exists())
        yield _disk(folder)
        if not file.exists():
            yield _to_be_made(file, folder)
            return
    try:
        store = open_store(url)
        try:
            size, targets = store.size(), len(store.targets())
        finally:
            store.close()
    except StoreError as error:
        yield Diagnosis(Grade.FAIL, f"database: {error}")
    except StoreUnavailable as error:
        yield Diagnosis(Grade.FAIL, f"database: cannot be used just now: {error}", "try again")
    else:
        known = f"{targets} target{'' if targets == 1 else 's'}"
        yield Diagnosis(Grade.OK, f"database: {size / 10**6:.1f} MB, {known} known")


def _to_be_made(file: Path, folder: Path) -> Diagnosis:
    if os.access(folder, os.W_OK):
        return Diagnosis(Grade.OK, f"database: {file} is not there yet; the agent will make it")
    return Diagnosis(
        Grade.FAIL,
        f"database: {file} is not there, and {folder} cannot be written to",
        "give the agent's user that right, or name another place (database)",
    )


def _disk(folder: Path) -> Diagnosis:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Diagnosis(Grade.FAIL, f"disk: {folder}: {error.strerror}")
    text = f"disk: {free / 10**9:.1f} GB free at {folder}"
    if free < _LITTLE_SPACE:
        return Diagnosis(Grade.WARN, text, "make room: a full disk stops the storing of samples")
    return Diagnosis(Grade.OK, text)

"""What processes have used: CPU time and memory out of /proc, of a process and all below it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU in seconds since the processes began, memory in bytes right now; `peak` is each
    process's highest resident size, added up."""

    cpu: float = 0.0
    rss: int = 0
    pss: int = 0
    peak: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.cpu + other.cpu,
            self.rss + other.rss,
            self.pss + other.pss,
            self.peak + other.peak,
        )


def stat_fields(text: str) -> list[str]:
    """The fields of /proc/PID/stat from the third on (proc_pid_stat(5)): the second, the
    command's name, may hold spaces and parentheses."""
    return text.rpartition(")")[2].split()


def cpu_seconds(stat: str) -> float:
    """User and system time of a process and of its children that were waited for, in seconds."""
    return sum(int(ticks) for ticks in stat_fields(stat)[11:15]) / TICK


def kibibytes(text: str, key: str) -> int:
    """The bytes on the line `key: N kB` of status or smaps_rollup; 0 where there is none."""
    for line in text.splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0


def descendants(pid: int) -> list[int]:
    """A process and all below it, as far as they still live."""
    parents = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat_fields(stat.read_text())[1])
        except OSError:  # it ended meanwhile
            continue
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def usage(pid: int) -> Usage:
    """What a process and all below it have used so far."""
    total = Usage()
    for member in descendants(pid):
        directory = PROC / str(member)
        try:
            status = (directory / "status").read_text()
            total += Usage(
                cpu_seconds((directory / "stat").read_text()),
                kibibytes(status, "VmRSS"),
                kibibytes((directory / "smaps_rollup").read_text(), "Pss"),
                kibibytes(status, "VmHWM"),
            )
        except OSError:  # it ended meanwhile
            continue
    return total


def start(
    command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output in a file."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=env,
        )


def stop(process: subprocess.Popen[bytes], grace: float = 15.0) -> float:
    """End a program that `start` began, and what it began; the seconds that it took to end."""
    began = time.monotonic()
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    took = time.monotonic() - began
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(grace)
    return took

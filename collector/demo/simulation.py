"""The simulator's process, as the demo sees it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from collector.demo import lines
from collector.demo.desk import Happened
from collector.demo.desk_story import Sessions
from collector.demo.faults import Step
from collector.demo.organisation import Ports

_ENDS_WITHIN = 2.0


class SimulationError(Exception):
    """The simulator did not start; its own words are in the log."""


class Simulation:
    """A running simulator."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_until_ready(self) -> Ports:
        """Wait until all devices listen; on which ports. SimulationError where it ends instead."""
        assert self._process.stdout is not None
        ports = lines.ports_of(self._process.stdout.readline())
        if ports is None:
            raise SimulationError
        return ports

    def begin(self, sessions: Sessions) -> None:
        """Let the script of faults begin, and the servicedesk open."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{lines.begin(sessions)}\n")
        self._process.stdin.flush()

    def steps(self) -> Iterator[Step | Happened]:
        """Each step, and what happens to a case, as it happens, until the simulator ends."""
        assert self._process.stdout is not None
        with suppress(ValueError):  # closed by the demo's end
            for line in self._process.stdout:
                yield lines.told(line)


@contextmanager
def simulation(log: IO[str]) -> Iterator[Simulation]:
    """Run a simulator beside this process. It ends with its standard input, so that not even
    SIGKILL of this process leaves it behind."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "collector.demo.simulator"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        process_group=0,  # Ctrl-C is for the demo alone, which then ends this
    )
    try:
        yield Simulation(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()

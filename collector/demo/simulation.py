"""The simulator's process, as the demo sees it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from collector.demo.faults import READY, Step, told

_ENDS_WITHIN = 2.0


class SimulationError(Exception):
    """The simulator did not start; its own words are in the log."""


class Simulation:
    """A running simulator."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_until_ready(self) -> None:
        """Wait until all devices listen."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != READY:
            raise SimulationError

    def begin(self) -> None:
        """Let the script of faults begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def steps(self) -> Iterator[Step]:
        """Each step as it happens, until the simulator ends."""
        assert self._process.stdout is not None
        with suppress(ValueError):  # closed by the demo's end
            for line in self._process.stdout:
                yield told(line)


@contextmanager
def simulation(snmp_port: int, http_port: int, log: IO[str]) -> Iterator[Simulation]:
    """Run a simulator beside this process. It ends with its standard input, so that not even
    SIGKILL of this process leaves it behind."""
    process = subprocess.Popen(  # noqa: S603 - this very Python, and numbers
        [
            *(sys.executable, "-P", "-m", "collector.demo.simulator"),
            *(str(snmp_port), str(http_port)),
        ],
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

"""Clockwatch: notices when the wall clock is set, and how late the loop is."""

import asyncio
from collections.abc import Callable

from collector.domain.instants import SECOND, Instant
from collector.ports import Clock, PollMetrics

_PERIOD = 0.25
_STEP = SECOND


class Clockwatch:
    """Compares the wall clock with the monotonic one, four times a second.

    `on_step` gets what the wall clock said and what it says instead, when the two part by more
    than a second between two looks (KPI.md "Not knowing"); a clock that is slewed never does.
    """

    def __init__(
        self, clock: Clock, metrics: PollMetrics, on_step: Callable[[Instant, Instant], None]
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._on_step = on_step

    async def run(self) -> None:
        """Watch until cancelled."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        while True:
            await asyncio.sleep(_PERIOD)
            now, steady_now = self._clock.now(), self._clock.monotonic()
            passed = steady_now - steady
            self._metrics.lag(max(0.0, passed / SECOND - _PERIOD))
            expected = wall + passed
            if abs(now - expected) > _STEP:
                self._on_step(expected, now)
            wall, steady = now, steady_now

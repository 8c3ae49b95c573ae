"""An event loop whose time is virtual: sleeping takes none, so that hours pass in a test."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from collector.domain.instants import SECOND, Instant

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(0)
        if not events:
            if timeout is None:
                events = super().select(0.05)
            elif timeout > 0:
                self.loop.passed += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its clock moves only when nothing is left to do before the next timer."""

    def __init__(self) -> None:
        selector = _Selector()
        self.passed = 0.0
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        return self.passed


class VirtualClock:
    """The clock port over a virtual loop; `wall_offset` sets the wall clock."""

    def __init__(self, loop: VirtualLoop, epoch: Instant) -> None:
        self._loop = loop
        self._epoch = epoch
        self.wall_offset: Instant = 0

    def now(self) -> Instant:
        return self._epoch + round(self._loop.passed * SECOND) + self.wall_offset

    def monotonic(self) -> Instant:
        return round(self._loop.passed * SECOND)


def run(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """Run to completion and close the loop."""
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main)
    finally:
        asyncio.set_event_loop(None)
        loop.close()

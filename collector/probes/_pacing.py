"""Sends spread over time, so that no reply is lost by our own doing."""

import asyncio
from collections import deque
from time import monotonic

BURST = 128
EVERY = 0.005
"""128 packets per 5 ms lost none of 20,000 on loopback, 512 per 5 ms half of them: what overflows
is the receive buffer in a burst, not the number of answers outstanding."""


class Pacer:
    """At most `burst` sends in any stretch of `every` seconds, in the order they were asked for."""

    def __init__(self, burst: int = BURST, every: float = EVERY) -> None:
        self._burst = burst
        self._every = every
        self._left = burst
        self._window = 0.0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def free(self) -> bool:
        """Take a turn at once if there is one; otherwise await `turn()`."""
        if self._queue:
            return False
        now = monotonic()
        if now >= self._window:
            self._window = now + self._every
            self._left = self._burst
        if not self._left:
            return False
        self._left -= 1
        return True

    async def turn(self) -> None:
        """Wait until this send may go."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._queue.append(turn)
        if self._timer is None:
            wait = max(0.0, self._window - monotonic())
            self._timer = loop.call_later(wait, self._release, loop)
        await turn

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        left = self._burst
        while left and self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                left -= 1
        self._left = left
        self._window = monotonic() + self._every
        self._timer = loop.call_later(self._every, self._release, loop) if self._queue else None

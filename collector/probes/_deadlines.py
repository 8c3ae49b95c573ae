"""The end of waiting, for many waits at once."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")

_AT_LEAST = 0.01
"""Seconds between two looks: one look ends all that is due, and none is later than this."""


class Deadlines(Generic[Key]):
    """Calls `expire(key)` once a wait's time is over, whether it still waits or not.

    Waits of equal length end in the order they began, so a queue for each length replaces a timer
    for each wait, which costs ten times as much as the append that is made here.
    """

    def __init__(self, expire: Callable[[Key], None]) -> None:
        self._expire = expire
        self._queues: dict[float, deque[tuple[float, Key]]] = {}
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = float("inf")

    def add(self, key: Key, timeout: float) -> None:
        """Begin a wait of `timeout` seconds."""
        deadline = self._loop.time() + timeout
        queue = self._queues.get(timeout)
        if queue is None:
            queue = self._queues[timeout] = deque()
        queue.append((deadline, key))
        if deadline < self._looks_at:
            self._look(deadline)

    def close(self) -> None:
        """Forget all waits without ending them."""
        if self._timer is not None:
            self._timer.cancel()
        self._queues.clear()

    def _look(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = at
        self._timer = self._loop.call_at(at, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        following = float("inf")
        for timeout, queue in list(self._queues.items()):
            while queue and queue[0][0] <= now:
                self._expire(queue.popleft()[1])
            if queue:
                following = min(following, queue[0][0])
            else:
                del self._queues[timeout]
        self._timer, self._looks_at = None, float("inf")
        if following < float("inf"):
            self._look(max(following, now + _AT_LEAST))

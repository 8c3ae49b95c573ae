"""How much one address may ask, and how often somebody may fail to sign in."""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from math import ceil

_KEPT = 10_000
"""Addresses, or addresses with a user's name, that are remembered; the oldest are forgotten."""


class Failures:
    """Counts failures of the last minute; `most` of one key, and no more are let through."""

    def __init__(self, most: int, clock: Callable[[], float], *, within: float = 60) -> None:
        self._most = most
        self._clock = clock
        self._within = within
        self._failed: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait(self, key: Hashable) -> int:
        """Whole seconds until the next try is let through; 0 for now."""
        failed = self._failed.get(key)
        if failed is None or len(failed) < self._most:
            return 0
        return max(ceil(failed[0] + self._within - self._clock()), 0)

    def count(self, key: Hashable) -> None:
        """Take note of a failure."""
        failed = self._failed.setdefault(key, deque(maxlen=self._most))
        failed.append(self._clock())
        self._failed.move_to_end(key)
        if len(self._failed) > _KEPT:
            self._failed.popitem(last=False)


class Allowance:
    """Lets each key do so much a second, and `burst` at once."""

    def __init__(self, a_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._a_second = a_second
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, key: Hashable) -> int:
        """Take one; 0, or the whole seconds until there is one to take."""
        now = self._clock()
        left, since = self._left.get(key, (float(self._burst), now))
        left = min(left + (now - since) * self._a_second, float(self._burst))
        taken = left >= 1
        self._left[key] = (left - taken, now)
        self._left.move_to_end(key)
        if len(self._left) > _KEPT:
            self._left.popitem(last=False)
        return 0 if taken else ceil((1 - left) / self._a_second)


def place(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one gets of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))

"""What is the matter with each device just now: what the simulated agents ask before they answer.
Instants and durations in µs; never reads a clock."""

from collections.abc import Iterator, Sequence
from random import Random

from collector.demo.faults import Step, What
from collector.demo.organisation import Device
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from collector.domain.targets import Kind
from collector.domain.uptime import WRAP

LATE = 0.7
"""Seconds by which a slow service answers late."""

_TICK = SECOND // 100
_AWAY, _ROUND = 15 * SECOND, 40 * SECOND
"""A flapping device is away for so long in each round."""

_PATCHES_FROM: Instant = 4 * DAY + HOUR
"""1970-01-05 was a Monday: servers are patched every fourth Monday night."""
_PATCHES_EVERY = 28 * DAY

PATCHED = (Kind.SERVER, Kind.INTEGRATION_PLATFORM)
"""What is started anew when it is patched; other devices run on for years."""


def starts(device: Device, since: Instant, until: Instant) -> Iterator[Instant]:
    """The instants in [since, until) at which a patched device is started anew, newest first."""
    first = _PATCHES_FROM + Random(device.name).randrange(10 * MINUTE, 80 * MINUTE, SECOND)  # noqa: S311 - no secret
    at = until - 1 - (until - 1 - first) % _PATCHES_EVERY
    while at >= since:
        yield at
        at -= _PATCHES_EVERY


def booted(device: Device, now: Instant) -> Instant:
    """When a device last started, had it not failed in this demo: the same in each demo, so that a
    new one is no restart."""
    if device.kind in PATCHED:
        return next(starts(device, 0, now))
    age = round(Random(device.name).uniform(0.3, 1.2) * 365 * DAY)  # noqa: S311 - no secret
    return now // (400 * DAY) * (400 * DAY) - age


class World:
    """The devices and their faults."""

    def __init__(self, devices: Sequence[Device], now: Instant) -> None:
        self._parents = {device.name: device.parent for device in devices}
        self._boots = {device.name: booted(device, now) for device in devices}
        self._silent: set[str] = set()
        self._flapping: dict[str, Instant] = {}
        self._slow: set[str] = set()
        self._losing: set[str] = set()

    def take(self, step: Step, now: Instant) -> None:
        """A fault begins or ends."""
        what, name = step.fault.what, step.fault.target
        if what is What.FLAPPING:
            if step.begins:
                self._flapping[name] = now
            else:
                self._flapping.pop(name, None)
        elif what is What.BLIP:
            if step.begins:
                self._losing.add(name)
        else:
            struck = self._slow if what is What.SLOW else self._silent
            (struck.add if step.begins else struck.discard)(name)
        if what is What.RESTART and not step.begins:
            self._boots[name] = now - SECOND

    def hears(self, name: str, now: Instant) -> bool:
        """Whether a request reaches a device; the one that a blip loses is lost here."""
        if name in self._losing:
            self._losing.discard(name)
            return False
        reached: str | None = name
        while reached is not None:
            if reached in self._silent or self._is_away(reached, now):
                return False
            reached = self._parents[reached]
        return True

    def delay(self, name: str) -> float:
        """Seconds by which a device's answer is late."""
        return LATE if name in self._slow else 0.0

    def uptime(self, name: str, now: Instant) -> int:
        """SNMPv2-MIB sysUpTime: hundredths of a second since its start, which wrap."""
        return (now - self._boots[name]) // _TICK % WRAP

    def engine_time(self, name: str, now: Instant) -> int:
        """SNMP-FRAMEWORK-MIB snmpEngineTime: seconds since its start."""
        return (now - self._boots[name]) // SECOND

    def _is_away(self, name: str, now: Instant) -> bool:
        since = self._flapping.get(name)
        return since is not None and (now - since) % _ROUND < _AWAY

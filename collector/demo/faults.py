"""The script of the demo: which faults come and go while one looks on. Pure and endless."""

import heapq
import random
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.demo.organisation import NEVER_ANSWERS, SENTINELS, Device, is_vital
from collector.domain.targets import Kind

SEED = 2026


class What(StrEnum):
    """What happens to a device."""

    SILENT = "silent"
    """It answers nothing, nor does anything behind it."""
    SLOW = "slow"
    """It answers late."""
    RESTART = "restart"
    """It is away for a moment, and its uptime begins anew."""
    FLAPPING = "flapping"
    """It comes and goes."""
    BLIP = "blip"
    """One request gets lost."""


class Fault(NamedTuple):
    """What happens to whom, in seconds since the demo began."""

    start: float
    end: float
    what: What
    target: str


class Step(NamedTuple):
    """A fault begins or ends."""

    at: float
    begins: bool
    fault: Fault


OPENING = (
    Fault(0, 75, What.SILENT, "sw-laxa-skogsskolan"),
    Fault(0, 100, What.SLOW, "esb-1"),
    Fault(30, 42, What.RESTART, "srv-fil-lekeberg"),
    Fault(50, 50, What.BLIP, "ap-hallsberg-kommunhus-1"),
    Fault(60, 240, What.FLAPPING, "ap-lekeberg-hagaskolan-2"),
    Fault(110, 170, What.SILENT, "link-askersund"),
    Fault(200, 215, What.RESTART, "srv-sql-1"),
)
"""The first minutes: something of everything, the first of it at the first look."""

_BUSY_UNTIL = 900.0
_BUSY, _CALM = (30, 60), (420, 900)
"""Seconds between two faults at first, and later, so that a demo left running over night does not
spoil the month's figures."""

_LASTS = {
    What.SILENT: (30, 90),
    What.SLOW: (40, 120),
    What.RESTART: (10, 20),
    What.FLAPPING: (90, 180),
    What.BLIP: (0, 0),
}
_SUFFERS = {
    What.SILENT: (Kind.SWITCH, Kind.LINK, Kind.SERVER, Kind.ACCESS_POINT),
    What.SLOW: (Kind.INTEGRATION_PLATFORM,),
    What.RESTART: (Kind.SERVER, Kind.SWITCH),
    What.FLAPPING: (Kind.ACCESS_POINT,),
    What.BLIP: (Kind.SERVER, Kind.ACCESS_POINT, Kind.SWITCH),
}


def faults(devices: Sequence[Device], seed: int = SEED) -> Iterator[Fault]:
    """The opening, then one fault after another, sorted by start; the same for the same seed."""
    yield from OPENING
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    start = max(fault.end for fault in OPENING)
    while True:
        what = dice.choice(list(What))
        target = dice.choice([d for d in devices if _may_suffer(d, what, devices)])
        length = dice.uniform(*_LASTS[what])
        yield Fault(start, start + length, what, target.name)
        start += length + dice.uniform(*(_BUSY if start < _BUSY_UNTIL else _CALM))


def _may_suffer(device: Device, what: What, devices: Sequence[Device]) -> bool:
    """Never the sentinels, and never what a third of the organisation hangs on."""
    return (
        device.kind in _SUFFERS[what]
        and device.name not in (*SENTINELS, NEVER_ANSWERS)
        and not is_vital(device, devices)
    )


def steps(script: Iterator[Fault]) -> Iterator[Step]:
    """Beginnings and ends in order of time."""
    under_way: list[tuple[float, Fault]] = []
    for fault in script:
        while under_way and under_way[0][0] <= fault.start:
            at, ended = heapq.heappop(under_way)
            yield Step(at, False, ended)
        yield Step(fault.start, True, fault)
        heapq.heappush(under_way, (fault.end, fault))
    while under_way:
        at, ended = heapq.heappop(under_way)
        yield Step(at, False, ended)

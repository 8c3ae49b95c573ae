"""A made-up past for each device: what went wrong, month by month. Pure, and the same for the same
seed: a month looks the same in every demo, but for the large outages, which lie a number of months
back from now."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log
from zoneinfo import ZoneInfo

from collector.demo.faults import SEED
from collector.demo.organisation import NEVER_ANSWERS, SENTINELS, Device, is_vital
from collector.demo.world import PATCHED, starts
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant, moment
from collector.domain.targets import Kind
from collector.kpi.periods import midnight
from collector.kpi.spans import Span, Spans, clip, subtract, union


@dataclass(frozen=True, slots=True)
class Past:
    """A device's past: polled from `since` on, silent in `down`, started anew at `restarts`;
    `windows` are planned work, `blips` lost requests."""

    device: Device
    since: Instant
    answered: bool
    down: Spans
    restarts: Sequence[Instant]
    blips: Sequence[Instant]
    windows: Spans


@dataclass(frozen=True, slots=True)
class History:
    """All pasts in [start, end), and the stretches in which the collector ran."""

    start: Instant
    end: Instant
    runs: Spans
    pasts: Sequence[Past]


@dataclass(frozen=True, slots=True)
class _Month:
    """A calendar month, so many before the running one; `end` is now for that."""

    back: int
    text: str
    start: Instant
    end: Instant


_OUTAGES = {
    Kind.SERVER: (0.7, 25),
    Kind.ACCESS_POINT: (1.1, 45),
    Kind.SWITCH: (0.2, 50),
    Kind.FIREWALL: (0.08, 40),
    Kind.LINK: (0.25, 60),
    Kind.INTEGRATION_PLATFORM: (0.8, 35),
    Kind.UPS: (0.1, 90),
}
"""How many a month of its own a device has, and their median length in minutes."""

_SHORTEST, _LONGEST = 3 * MINUTE, 8 * HOUR
_SPREAD = 0.8
"""Of the logarithm of the length."""
_QUALITY = 0.5
"""Of the logarithm of how much more often one device fails than another of its kind."""
_BLIPS = 0.6
"""A month and device."""

BAD_MONTH = 3
"""So many months ago an upgrade of the integration platform failed, and somebody dug through a
fibre."""

_LARGE: Mapping[int, Sequence[tuple[str, Duration, Duration]]] = {
    BAD_MONTH: (
        ("esb-1", 11 * DAY + 20 * HOUR, 21 * HOUR),
        ("meddelandeko-1", 11 * DAY + 20 * HOUR + 10 * MINUTE, 21 * HOUR),
        ("link-askersund", 19 * DAY + 13 * HOUR, 9 * HOUR),
    ),
    7: (("sw-lekeberg-karna", 6 * DAY + 8 * HOUR, 3 * HOUR),),
    10: (("fw-laxa", 21 * DAY + 14 * HOUR, 2 * HOUR),),
}
"""By how many months ago: who, from when in the month, for how long."""

_PAUSES = (45 * MINUTE, 5 * HOUR)
"""For so long the collector stands still, in every third month."""

_WORK_BEFORE, _WORK = 30 * MINUTE, 2 * HOUR
"""Planned work begins so long before a patched device starts anew, and lasts so long."""
_STOPPING, STARTING = 4 * MINUTE, 3 * MINUTE
"""A device that is patched is away for so long before and after its start."""

_SPREADS = (2 * SECOND, 20 * SECOND)
"""So much later than what it is reached through a device is found silent, and answering again."""

_QUIET_AT_LAST = 20 * MINUTE
"""Nothing is down when the demo begins to poll for itself."""


def history(
    devices: Sequence[Device], months: int, now: Instant, zone: ZoneInfo, seed: int = SEED
) -> History:
    """The past of `devices` (each after what it is reached through) from the first day of the month
    `months` months ago until `now`."""
    calendar = _calendar(months, now, zone)
    start = calendar[0].start
    pasts: dict[str, Past] = {}
    for device in devices:
        above = pasts[device.parent].down if device.parent else ()
        quiet = device.name in (*SENTINELS, NEVER_ANSWERS) or is_vital(device, devices)
        pasts[device.name] = _past(device, above, calendar, seed, quiet=quiet)
    runs = subtract([(start, now)], union(_pauses(calendar, seed)))
    return History(start, now, runs, list(pasts.values()))


def month_before(now: Instant, zone: ZoneInfo, back: int) -> str:
    """The calendar month so many before that of `now`, as 2026-08."""
    return _calendar(back, now, zone)[0].text


def beginning(months: int, now: Instant, zone: ZoneInfo) -> Instant:
    """When the first day of the month so many months ago begins."""
    return _calendar(months, now, zone)[0].start


def _calendar(months: int, now: Instant, zone: ZoneInfo) -> Sequence[_Month]:
    today = moment(now).astimezone(zone)
    count = today.year * 12 + today.month - 1
    firsts = [date(n // 12, n % 12 + 1, 1) for n in range(count - months, count + 2)]
    return [
        _Month(months - n, f"{first:%Y-%m}", midnight(first, zone), min(midnight(after, zone), now))
        for n, (first, after) in enumerate(pairwise(firsts))
    ]


def _past(
    device: Device, above: Spans, calendar: Sequence[_Month], seed: int, *, quiet: bool
) -> Past:
    start, end = calendar[0].start, calendar[-1].end
    if device.new_for is not None:
        start = next((m.start for m in calendar if m.back <= device.new_for), start)
    dice = _dice(seed, device.name)
    patched = sorted(starts(device, start + _WORK, end - _WORK)) if device.kind in PATCHED else []
    since = start + dice.randrange(60) * SECOND
    down = [] if quiet else _down(device, above, calendar, seed)
    down = union(down, ((at - _STOPPING, at + STARTING) for at in patched))
    down = clip(down, since + MINUTE, end - _QUIET_AT_LAST)
    return Past(
        device=device,
        since=since,
        answered=device.name != NEVER_ANSWERS,
        down=down,
        restarts=patched,
        blips=[] if quiet else _blips(device, calendar, down, since, seed),
        windows=[(at - _WORK_BEFORE, at - _WORK_BEFORE + _WORK) for at in patched],
    )


def _down(device: Device, above: Spans, calendar: Sequence[_Month], seed: int) -> list[Span]:
    """Its own outages and those of what it is reached through."""
    quality = _dice(seed, device.name, "quality").lognormvariate(0, _QUALITY)
    rate, minutes = _OUTAGES[device.kind]
    own = []
    for month in calendar:
        dice = _dice(seed, device.name, month.text)
        for at in _scattered(dice, rate * quality, month):
            length = round(dice.lognormvariate(log(minutes), _SPREAD) * MINUTE)
            own.append((at, at + min(max(length, _SHORTEST), _LONGEST)))
        for name, offset, length in _LARGE.get(month.back, ()):
            if name == device.name:
                own.append((month.start + offset, month.start + offset + length))
    dice = _dice(seed, device.name, "behind")
    behind = ((s + dice.randrange(*_SPREADS), e + dice.randrange(*_SPREADS)) for s, e in above)
    return union(own, behind)


def _blips(
    device: Device, calendar: Sequence[_Month], down: Spans, since: Instant, seed: int
) -> list[Instant]:
    """Lost requests, well apart from its outages."""
    near = [(start - 5 * MINUTE, end + 5 * MINUTE) for start, end in down]
    found = []
    for month in calendar:
        dice = _dice(seed, device.name, month.text, "blips")
        found += [at for at in _scattered(dice, _BLIPS, month) if at > since]
    return [at for at in found if not clip(near, at, at + 1)]


def _pauses(calendar: Sequence[_Month], seed: int) -> Iterator[Span]:
    for month in calendar:
        if month.back % 3 == 1:
            dice = _dice(seed, "pause", month.text)
            at = month.start + dice.randrange(2 * DAY, 26 * DAY, SECOND)
            yield at, at + dice.randrange(*_PAUSES, SECOND)


def _scattered(dice: random.Random, rate: float, month: _Month) -> Iterator[Instant]:
    """Instants in a month, `rate` in 30 days on the average, on whole seconds."""
    at = month.start
    while True:
        at += round(dice.expovariate(rate) * 30 * 24 * 3600) * SECOND
        if at >= month.end:
            return
        yield at


def _dice(seed: int, *what: str) -> random.Random:
    return random.Random(f"{seed}/{'/'.join(what)}")  # noqa: S311 - a made-up past, no secret

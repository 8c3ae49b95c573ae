"""Reading when a window comes back: an RRULE (RFC 5545) of days, and a local time of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from collector.domain.instants import Instant
from collector.domain.maintenance import Recurrence
from collector.domain.naming import unknown
from collector.domain.quantities import parse_duration
from collector.kpi.maintenance import days, local
from collector.services.local_time import Times


@dataclass(frozen=True, slots=True)
class Again:
    """A recurring window: an RRULE of days, `at` as 18:00, `duration` as 2h, days as 2026-10-01."""

    rule: str
    at: str
    duration: str
    first: str
    last: str | None = None


def recurring(when: Again, times: Times) -> tuple[Instant, Instant, Recurrence] | None:
    """Start and end of the first occurrence, and the recurrence; None where something is wrong
    with it, which `times` then holds."""
    problems, zone = times.problems, times.zone
    rule = when.rule.strip().upper().removeprefix("RRULE:")
    problems += _faults(rule)
    at = _read(time.fromisoformat, "at", when.at, "no local time, as 18:00", problems)
    if at is not None and at.tzinfo is not None:
        problems.append(f"at {when.at!r} is to be a local time, without an offset")
    duration = _read(parse_duration, "duration", when.duration, "no duration, as 2h", problems)
    if duration == 0:
        problems.append(f"duration {when.duration!r} is none")
    first = _read(date.fromisoformat, "from", when.first, "no day, as 2026-10-01", problems)
    last = None
    if when.last is not None:
        last = _read(date.fromisoformat, "until", when.last, "no day, as 2026-10-01", problems)
    if problems or at is None or duration is None or first is None:
        return None
    found = Recurrence(rule, at.replace(microsecond=0), duration, first, last, zone)
    try:
        naive = _first_day(found)
    except ValueError as error:
        problems.append(f"rrule {when.rule!r}: {error}")
        return None
    if naive is None:
        problems.append(f"rrule {when.rule!r} gives no day from {first} to {last or 'ever'}")
        return None
    start = local(naive, zone)
    return start, start + duration, found


_YEARS = 40
"""Which day of the week a date is comes back after 28 years, over a century's end after 40."""


def _first_day(again: Recurrence) -> datetime | None:
    """The first occurrence; without a bound a rule that never has one is followed to year 9999."""
    after = date(min(again.first.year + _YEARS, date.max.year), 12, 31)
    until = after if again.last is None else min(again.last, after)
    bounded = days(again).replace(count=None, until=datetime.combine(until, again.at))
    return next(iter(bounded), None)


_Read = TypeVar("_Read")


def _read(
    read: Callable[[str], _Read], what: str, text: str, kind: str, problems: list[str]
) -> _Read | None:
    try:
        return read(text)
    except ValueError:
        problems.append(f"{what} {text!r} is {kind}")
        return None


_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "WKST"),
    *("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "BYEASTER"),
}


def _faults(rule: str) -> list[str]:
    """What the rest of a rule cannot be said with, or never should be (INTERVAL=0 has no end)."""
    parts = [part.partition("=") for part in rule.split(";") if part]
    given = {name: value for name, _, value in parts}
    faults = []
    for name in given:
        if name == "UNTIL":
            faults.append("rrule holds UNTIL; give the last day beside it")
        elif name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            faults.append(f"rrule holds {name}; give the time of day beside it")
        elif name not in _PARTS:
            faults.append(f"rrule: {unknown('part', name, _PARTS)}")
    if given.get("FREQ") not in _FREQUENCIES:
        faults.append(f"rrule {rule!r} needs FREQ, which is one of {', '.join(_FREQUENCIES)}")
    for name in ("INTERVAL", "COUNT"):
        if name in given and not (given[name].isdecimal() and int(given[name]) > 0):
            faults.append(f"rrule: {name} is to be a number, 1 at least")
    return faults

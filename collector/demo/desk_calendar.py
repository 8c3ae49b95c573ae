"""When people work in the demo, and the dice that its cases are made with."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from math import log
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain.instants import MINUTE, SECOND, Duration, Instant, moment
from collector.kpi.periods import midnight
from collector.kpi.service_hours import OFFICE, spans
from collector.kpi.spans import Spans


class Month(NamedTuple):
    """A calendar month, as 2026-11."""

    text: str
    number: int
    """Since 2020 began."""
    start: Instant
    end: Instant


class Office:
    """The hours in which people work."""

    def __init__(self, start: Instant, end: Instant, zone: ZoneInfo) -> None:
        first, last = (moment(at).astimezone(zone).date() for at in (start, end))
        self._spans: Spans = spans(
            OFFICE, zone, first - timedelta(days=7), last + timedelta(days=200)
        )
        self._starts = [start for start, _ in self._spans]

    def within(self, start: Instant, end: Instant) -> Spans:
        """The working days that begin in a time."""
        return self._spans[bisect_right(self._starts, start) : bisect_right(self._starts, end)]

    def next(self, at: Instant, dice: random.Random) -> Instant:
        """The instant itself within working hours, else one in the first of the next ones."""
        n = bisect_right(self._starts, at) - 1
        if at < self._spans[n][1]:
            return at
        return self._starts[n + 1] + dice.randrange(90 * MINUTE) // SECOND * SECOND


def months(start: Instant, end: Instant, zone: ZoneInfo) -> Iterator[Month]:
    """The months that lie in a time, whole or in part."""
    first, last = (moment(at).astimezone(zone) for at in (start, end))
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    days = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    for number, (day, after) in zip(numbers, pairwise(days), strict=False):
        yield Month(f"{day:%Y-%m}", number - 2020 * 12, midnight(day, zone), midnight(after, zone))


def about(dice: random.Random, median: Duration, spread: float) -> Duration:
    """A length of log-normal distribution, in whole seconds."""
    return round(dice.lognormvariate(log(median), spread)) // SECOND * SECOND


def one_of(shares: Mapping[str, int], dice: random.Random) -> str:
    """One of some words, each as often as its share says."""
    return dice.choices(list(shares), list(shares.values()))[0]


def dice_of(seed: int, *what: str) -> random.Random:
    """Dice of their own for each thing, so that one does not hang on the others."""
    return random.Random(f"{seed}/{'/'.join(what)}")  # noqa: S311 - made-up cases, no secret

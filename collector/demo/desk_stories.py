"""Made-up cases of the servicedesk: when each was made, and all that happens to it, also later.

Pure, and the same for the same seed: what a case is hangs on the month that it was made in, or on
the demo in which somebody looked on, and never on the time at which one asks.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from math import log
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.demo import desk_words as words
from collector.demo.desk_words import Category
from collector.demo.faults import SEED
from collector.demo.organisation import SITES
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant, moment
from collector.kpi.periods import midnight
from collector.kpi.service_hours import OFFICE, spans
from collector.kpi.spans import Spans


class What(StrEnum):
    """What happens to a case."""

    STATUS = "status"
    QUEUE = "queue"
    RATING = "rating"
    GONE = "gone"
    """It was made part of another case, which is all that is left of it."""


class Move(NamedTuple):
    """Something happens to a case; `to` is the new status, queue or rating, or the other case."""

    at: Instant
    what: What
    to: str


@dataclass(frozen=True, slots=True)
class Story:
    """A case from its beginning to its end; `fields` are its custom fields, `moves` in order."""

    id: int
    created: Instant
    queue: str
    fields: dict[str, str]
    moves: tuple[Move, ...]


class Sessions(NamedTuple):
    """From when on there are cases, and when each demo on this history began, the last one now."""

    since: Instant
    starts: tuple[Instant, ...]


_A_DAY = 19
"""Cases made on a working day, on the average."""
_OUT_OF_HOURS = 0.06
_BLOCK = 10_000
"""Numbers that a month has for its cases."""
_ONE_LOOKS_ON, _SESSION = 1_000, 100
"""The numbers in a month from which on are those of a demo, and how many one has."""
_LOOKED_ON = 15 * MINUTE
"""For so long there is more to see than there would be by itself."""

_SITES = dict(zip(SITES.values(), (20, 15, 27, 38), strict=True))
"""Of a hundred cases."""
_CHANNELS = {"Telefon": 46, "Portal": 38, "E-post": 16}
_RATED = 0.13
_RATINGS = {"5": 48, "4": 31, "3": 11, "2": 6, "1": 4}
_CHANGES_A_MONTH = 9
_DISRUPTED = (3, 18, 33, 50)
"""Of every seventy changes those that went wrong."""
_AHEAD = 62 * DAY
"""How far ahead of now there have to be cases."""


def stories(sessions: Sessions, zone: ZoneInfo, seed: int = SEED) -> list[Story]:
    """All cases of a desk from `since` on, also those that are made while this demo runs on."""
    until = sessions.starts[-1] + _AHEAD
    office = _Office(sessions.since, until, zone)
    found = [
        story
        for month in _months(sessions.since, until, zone)
        for story in _of_month(month, office, seed)
        if story.created >= sessions.since
    ]
    for number, start in enumerate(sessions.starts):
        found += _looked_on(start, number, office, zone, seed)
    # The ninety-first demo of a month has the numbers of the first.
    return list({story.id: story for story in found}.values())


class _Month(NamedTuple):
    text: str
    number: int
    """Since 2020 began."""
    start: Instant
    end: Instant


class _Office:
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


def _months(start: Instant, end: Instant, zone: ZoneInfo) -> Iterator[_Month]:
    first, last = (moment(at).astimezone(zone) for at in (start, end))
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    days = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    for number, (day, after) in zip(numbers, pairwise(days), strict=False):
        yield _Month(f"{day:%Y-%m}", number - 2020 * 12, midnight(day, zone), midnight(after, zone))


def _of_month(month: _Month, office: _Office, seed: int) -> Iterator[Story]:
    dice = _dice(seed, "cases", month.text)
    made: list[Instant] = []
    for start, end in office.within(month.start, month.end):
        for _ in range(round(dice.gauss(_A_DAY, 3.5))):
            at = start + round(dice.triangular(0, end - start, (end - start) / 4))
            if dice.random() < _OUT_OF_HOURS:
                at = end + dice.randrange(6 * HOUR)
            made.append(at // SECOND * SECOND)
    first = month.number * _BLOCK
    changes = list(_changes(month, office, first + 1, seed))
    yield from changes
    after = first + len(changes) + 1
    for number, at in enumerate(sorted(at for at in made if at < month.end), start=after):
        yield _case(number, at, dice, office)
    yield from _disruptions(month, changes, after + len(made), office, seed)


def _case(number: int, created: Instant, dice: random.Random, office: _Office) -> Story:
    category = dice.choices(words.CATEGORIES, [each.share for each in words.CATEGORIES])[0]
    incident = dice.random() < category.incidents
    fields = {
        words.TYPE: words.INCIDENT if incident else words.REQUEST,
        words.CATEGORY: category.name,
        words.SITE: _one_of(_SITES, dice),
        words.CHANNEL: _one_of(_CHANNELS, dice),
        words.PRIORITY: _one_of(words.PRIORITIES, dice),
    }
    fate = dice.random()
    if fate < 0.03:
        return _left_out(number, created, fields, dice)
    if fate < 0.045:
        fields[words.TYPE] = words.QUESTION
    elif fate < 0.05:
        del fields[words.SITE]
    elif fate < 0.06:
        gone = Move(created + dice.randrange(HOUR, 5 * HOUR, SECOND), What.GONE, str(number - 1))
        return Story(number, created, words.SERVICEDESK, fields, (gone,))
    return _worked_on(number, created, fields, category, dice, office)


def _left_out(number: int, created: Instant, fields: dict[str, str], dice: random.Random) -> Story:
    """Somebody sees at once that it is no case."""
    reasons = (words.SPAM, words.TEST, words.DUPLICATE, words.MONITORING)
    fields[words.LEFT_OUT] = dice.choices(reasons, (4, 1, 3, 3))[0]
    at = created + dice.randrange(5 * MINUTE, 4 * HOUR, SECOND)
    end = Move(at, What.STATUS, words.REJECTED)
    return Story(number, created, words.SERVICEDESK, fields, (end,))


def _worked_on(
    number: int,
    created: Instant,
    fields: dict[str, str],
    category: Category,
    dice: random.Random,
    office: _Office,
) -> Story:
    incident = fields[words.TYPE] == words.INCIDENT
    late = dice.random() < 0.04
    at = office.next(created + _about(dice, 2 * DAY if late else 25 * MINUTE, 1.1), dice)
    moves = [Move(at, What.STATUS, words.OPEN)]

    def pause(status: str, length: Duration) -> None:
        nonlocal at
        moves.append(Move(at, What.STATUS, status))
        at = office.next(at + length, dice)
        moves.append(Move(at, What.STATUS, words.OPEN))

    by_desk = dice.random() < category.desk
    direct = not by_desk and dice.random() < 0.12
    queue = category.queue if direct else words.SERVICEDESK
    if not by_desk and not direct:
        at = office.next(at + _about(dice, 3 * HOUR, 1.2), dice)
        moves.append(Move(at, What.QUEUE, category.queue))
        if dice.random() < 0.07:  # sent to and fro
            other = dice.choice([each for each in words.SECOND_LINE if each != category.queue])
            for back in (other, category.queue):
                at = office.next(at + _about(dice, 20 * HOUR, 0.7), dice)
                moves.append(Move(at, What.QUEUE, back))
    if by_desk and dice.random() < 0.08:  # given back with an answer
        for place in (category.queue, words.SERVICEDESK):
            at = office.next(at + _about(dice, 12 * HOUR, 0.8), dice)
            moves.append(Move(at, What.QUEUE, place))
    if not incident and dice.random() < category.ordered:
        pause(words.SCHEDULED, _about(dice, 9 * DAY, 0.7))
    if dice.random() < (0.1 if by_desk else 0.3):
        pause(words.STALLED, _about(dice, 3 * DAY, 1.1))
    if not by_desk and dice.random() < 0.08:
        pause(words.SUPPLIER, _about(dice, 6 * DAY, 0.7))
    if by_desk:
        length = _about(dice, (3 if incident else 14) * HOUR, 1.5)
    else:
        length = _about(dice, (10 if incident else 14) * DAY, 0.85)
    at = office.next(at + min(length, 120 * DAY), dice)
    moves.append(Move(at, What.STATUS, words.RESOLVED))
    if dice.random() < 0.045:
        at = office.next(at + _about(dice, DAY, 0.8), dice)
        moves.append(Move(at, What.STATUS, words.OPEN))
        at = office.next(at + _about(dice, 2 * DAY, 1.0), dice)
        moves.append(Move(at, What.STATUS, words.RESOLVED))
    if dice.random() < _RATED:
        rated = at + _about(dice, 8 * HOUR, 1.0)
        moves.append(Move(rated, What.RATING, _one_of(_RATINGS, dice)))
    return Story(number, created, queue, fields, tuple(moves))


def _changes(month: _Month, office: _Office, first: int, seed: int) -> Iterator[Story]:
    """Planned changes, each carried out in the evening of its day."""
    dice = _dice(seed, "changes", month.text)
    days = office.within(month.start, month.end)
    for number in range(first, first + _CHANGES_A_MONTH):
        start, end = dice.choice(days)
        done = end + dice.randrange(2 * HOUR, 5 * HOUR, SECOND)
        fields = {words.TYPE: words.CHANGED, words.CATEGORY: "Ändring i drift"}
        made = start - dice.randrange(2 * DAY, 9 * DAY, SECOND)
        moves = (
            Move(made + HOUR, What.STATUS, words.SCHEDULED),
            Move(done - 90 * MINUTE, What.STATUS, words.OPEN),
            Move(done, What.STATUS, words.RESOLVED),
        )
        yield Story(number, made, words.SERVERS, fields, moves)


def _disruptions(
    month: _Month, changes: Sequence[Story], first: int, office: _Office, seed: int
) -> Iterator[Story]:
    """An incident with a disruption report for each change that went wrong; seldom two."""
    dice = _dice(seed, "disruptions", month.text)
    number = first
    for change in changes:
        nth = (month.number * _CHANGES_A_MONTH + change.id % _BLOCK - 1) % 70
        if nth not in _DISRUPTED:
            continue
        for _ in range(2 if nth == _DISRUPTED[0] else 1):
            at = change.moves[-1].at + dice.randrange(10 * MINUTE, 3 * HOUR, SECOND)
            fields = {
                words.TYPE: words.INCIDENT,
                words.CATEGORY: "Driftstörning",
                words.SITE: _one_of(_SITES, dice),
                words.CHANNEL: "Telefon",
                words.PRIORITY: words.MAJOR,
                words.CHANGE: str(change.id),
                words.REPORT: f"IT-{month.text}-{number - first + 1}",
            }
            end = office.next(at + _about(dice, 9 * HOUR, 0.5), dice)
            moves = (
                Move(at + 10 * MINUTE, What.STATUS, words.OPEN),
                Move(at + 20 * MINUTE, What.QUEUE, words.SERVERS),
                Move(end, What.STATUS, words.RESOLVED),
            )
            yield Story(number, at, words.SERVICEDESK, fields, moves)
            number += 1


def _looked_on(
    start: Instant, nth: int, office: _Office, zone: ZoneInfo, seed: int
) -> Iterator[Story]:
    """Cases that come in while one looks on at a demo, whatever the time of day."""
    dice = _dice(seed, "session", str(nth))
    (month,) = list(_months(start, start, zone))[:1]
    number = month.number * _BLOCK + _ONE_LOOKS_ON + nth * _SESSION % (_BLOCK - _ONE_LOOKS_ON)
    at = start + 15 * SECOND
    while at < start + _LOOKED_ON:
        category = dice.choice([each for each in words.CATEGORIES if each.incidents])
        fields = {
            words.TYPE: words.INCIDENT if dice.random() < 0.6 else words.REQUEST,
            words.CATEGORY: category.name,
            words.SITE: _one_of(_SITES, dice),
            words.CHANNEL: _one_of(_CHANNELS, dice),
            words.PRIORITY: _one_of(words.PRIORITIES, dice),
        }
        yield _quickly(number, at, fields, category, dice, office)
        number += 1
        at += dice.randrange(20 * SECOND, 50 * SECOND, SECOND)


def _quickly(
    number: int,
    created: Instant,
    fields: dict[str, str],
    category: Category,
    dice: random.Random,
    office: _Office,
) -> Story:
    """A case that something happens to within minutes."""
    at = created + dice.randrange(10 * SECOND, 40 * SECOND, SECOND)
    moves = [Move(at, What.STATUS, words.OPEN)]
    at += dice.randrange(20 * SECOND, 3 * MINUTE, SECOND)
    fate = dice.random()
    if fate < 0.55:
        moves.append(Move(at, What.STATUS, words.RESOLVED))
        if dice.random() < 0.3:
            at += dice.randrange(MINUTE, 4 * MINUTE, SECOND)
            moves.append(Move(at, What.RATING, _one_of(_RATINGS, dice)))
        elif dice.random() < 0.15:
            at += dice.randrange(MINUTE, 3 * MINUTE, SECOND)
            moves.append(Move(at, What.STATUS, words.OPEN))
            moves.append(Move(at + 2 * MINUTE, What.STATUS, words.RESOLVED))
    elif fate < 0.85:
        moves.append(Move(at, What.QUEUE, category.queue))
        at = office.next(at + _about(dice, 4 * DAY, 0.6), dice)
        moves.append(Move(at, What.STATUS, words.RESOLVED))
    else:
        moves.append(Move(at, What.STATUS, words.STALLED))
        at = office.next(at + _about(dice, DAY, 0.6), dice)
        moves += [
            Move(at, What.STATUS, words.OPEN),
            Move(at + HOUR, What.STATUS, words.RESOLVED),
        ]
    return Story(number, created, words.SERVICEDESK, fields, tuple(moves))


def _about(dice: random.Random, median: Duration, spread: float) -> Duration:
    """A length of log-normal distribution, in whole seconds."""
    return round(dice.lognormvariate(log(median), spread)) // SECOND * SECOND


def _one_of(shares: dict[str, int], dice: random.Random) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]


def _dice(seed: int, *what: str) -> random.Random:
    return random.Random(f"{seed}/{'/'.join(what)}")  # noqa: S311 - made-up cases, no secret

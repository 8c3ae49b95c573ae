"""Made-up cases of the servicedesk: when each was made, and all that happens to it, also later.

Pure, and the same for the same seed: what a case is hangs on the month that it was made in, or on
the demo in which somebody looked on, and never on the time at which one asks.
"""

import random
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from collector.demo import desk_words as words
from collector.demo.desk_calendar import Month, Office, about, dice_of, months, one_of
from collector.demo.desk_changes import BLOCK, changes_of, disruptions_of
from collector.demo.desk_story import Move, Sessions, Story, What
from collector.demo.desk_words import Category
from collector.demo.faults import SEED
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant

_A_DAY = 19
"""Cases made on a working day, on the average."""
_OUT_OF_HOURS = 0.06
_ONE_LOOKS_ON, _SESSION = 1_000, 100
"""The numbers in a month from which on are those of a demo, and how many one has."""
_LOOKED_ON = 15 * MINUTE
"""For so long there is more to see than there would be by itself."""

_CHANNELS = {"Telefon": 46, "Portal": 38, "E-post": 16}
_RATED = 0.13
_RATINGS = {"5": 48, "4": 31, "3": 11, "2": 6, "1": 4}
_AHEAD = 62 * DAY
"""How far ahead of now there have to be cases."""


def stories(sessions: Sessions, zone: ZoneInfo, seed: int = SEED) -> list[Story]:
    """All cases of a desk from `since` on, also those that are made while this demo runs on."""
    until = sessions.starts[-1] + _AHEAD
    office = Office(sessions.since, until, zone)
    found = [
        story
        for month in months(sessions.since, until, zone)
        for story in _of_month(month, office, seed)
        if story.created >= sessions.since
    ]
    for number, start in enumerate(sessions.starts):
        found += _looked_on(start, number, office, zone, seed)
    # The ninety-first demo of a month has the numbers of the first.
    return list({story.id: story for story in found}.values())


def _of_month(month: Month, office: Office, seed: int) -> Iterator[Story]:
    dice = dice_of(seed, "cases", month.text)
    made: list[Instant] = []
    for start, end in office.within(month.start, month.end):
        for _ in range(round(dice.gauss(_A_DAY, 3.5))):
            at = start + round(dice.triangular(0, end - start, (end - start) / 4))
            if dice.random() < _OUT_OF_HOURS:
                at = end + dice.randrange(6 * HOUR)
            made.append(at // SECOND * SECOND)
    first = month.number * BLOCK
    changes = list(changes_of(month, office, first + 1, seed))
    yield from changes
    after = first + len(changes) + 1
    for number, at in enumerate(sorted(at for at in made if at < month.end), start=after):
        yield _case(number, at, dice, office)
    yield from disruptions_of(month, changes, after + len(made), office, seed)


def _case(number: int, created: Instant, dice: random.Random, office: Office) -> Story:
    category = dice.choices(words.CATEGORIES, [each.share for each in words.CATEGORIES])[0]
    incident = dice.random() < category.incidents
    fields = {
        words.TYPE: words.INCIDENT if incident else words.REQUEST,
        words.CATEGORY: category.name,
        words.SITE: one_of(words.SITE_SHARES, dice),
        words.CHANNEL: one_of(_CHANNELS, dice),
        words.PRIORITY: one_of(words.PRIORITIES, dice),
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
    office: Office,
) -> Story:
    incident = fields[words.TYPE] == words.INCIDENT
    late = dice.random() < 0.04
    at = office.next(created + about(dice, 2 * DAY if late else 25 * MINUTE, 1.1), dice)
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
        at = office.next(at + about(dice, 3 * HOUR, 1.2), dice)
        moves.append(Move(at, What.QUEUE, category.queue))
        if dice.random() < 0.07:  # sent to and fro
            other = dice.choice([each for each in words.SECOND_LINE if each != category.queue])
            for back in (other, category.queue):
                at = office.next(at + about(dice, 20 * HOUR, 0.7), dice)
                moves.append(Move(at, What.QUEUE, back))
    if by_desk and dice.random() < 0.08:  # given back with an answer
        for place in (category.queue, words.SERVICEDESK):
            at = office.next(at + about(dice, 12 * HOUR, 0.8), dice)
            moves.append(Move(at, What.QUEUE, place))
    if not incident and dice.random() < category.ordered:
        pause(words.SCHEDULED, about(dice, 9 * DAY, 0.7))
    if dice.random() < (0.1 if by_desk else 0.3):
        pause(words.STALLED, about(dice, 3 * DAY, 1.1))
    if not by_desk and dice.random() < 0.08:
        pause(words.SUPPLIER, about(dice, 6 * DAY, 0.7))
    if by_desk:
        length = about(dice, (3 if incident else 14) * HOUR, 1.5)
    else:
        length = about(dice, (10 if incident else 14) * DAY, 0.85)
    at = office.next(at + min(length, 120 * DAY), dice)
    moves.append(Move(at, What.STATUS, words.RESOLVED))
    if dice.random() < 0.045:
        at = office.next(at + about(dice, DAY, 0.8), dice)
        moves.append(Move(at, What.STATUS, words.OPEN))
        at = office.next(at + about(dice, 2 * DAY, 1.0), dice)
        moves.append(Move(at, What.STATUS, words.RESOLVED))
    if dice.random() < _RATED:
        rated = at + about(dice, 8 * HOUR, 1.0)
        moves.append(Move(rated, What.RATING, one_of(_RATINGS, dice)))
    return Story(number, created, queue, fields, tuple(moves))


def _looked_on(
    start: Instant, nth: int, office: Office, zone: ZoneInfo, seed: int
) -> Iterator[Story]:
    """Cases that come in while one looks on at a demo, whatever the time of day."""
    dice = dice_of(seed, "session", str(nth))
    (month,) = list(months(start, start, zone))[:1]
    number = month.number * BLOCK + _ONE_LOOKS_ON + nth * _SESSION % (BLOCK - _ONE_LOOKS_ON)
    at = start + 15 * SECOND
    while at < start + _LOOKED_ON:
        category = dice.choice([each for each in words.CATEGORIES if each.incidents])
        fields = {
            words.TYPE: words.INCIDENT if dice.random() < 0.6 else words.REQUEST,
            words.CATEGORY: category.name,
            words.SITE: one_of(words.SITE_SHARES, dice),
            words.CHANNEL: one_of(_CHANNELS, dice),
            words.PRIORITY: one_of(words.PRIORITIES, dice),
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
    office: Office,
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
            moves.append(Move(at, What.RATING, one_of(_RATINGS, dice)))
        elif dice.random() < 0.15:
            at += dice.randrange(MINUTE, 3 * MINUTE, SECOND)
            moves.append(Move(at, What.STATUS, words.OPEN))
            moves.append(Move(at + 2 * MINUTE, What.STATUS, words.RESOLVED))
    elif fate < 0.85:
        moves.append(Move(at, What.QUEUE, category.queue))
        at = office.next(at + about(dice, 4 * DAY, 0.6), dice)
        moves.append(Move(at, What.STATUS, words.RESOLVED))
    else:
        moves.append(Move(at, What.STATUS, words.STALLED))
        at = office.next(at + about(dice, DAY, 0.6), dice)
        moves += [
            Move(at, What.STATUS, words.OPEN),
            Move(at + HOUR, What.STATUS, words.RESOLVED),
        ]
    return Story(number, created, words.SERVICEDESK, fields, tuple(moves))

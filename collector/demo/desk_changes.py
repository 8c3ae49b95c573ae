"""The made-up desk's changes, and the incidents that some of them caused. Pure, as desk_stories."""

from collections.abc import Iterator, Sequence

from collector.demo import desk_words as words
from collector.demo.desk_calendar import Month, Office, about, dice_of, one_of
from collector.demo.desk_story import Move, Story, What
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND

BLOCK = 10_000
"""Numbers that a month has for its cases."""

_CHANGES_A_MONTH = 9
_DISRUPTED = (3, 18, 33, 50)
"""Of every seventy changes those that went wrong."""


def changes_of(month: Month, office: Office, first: int, seed: int) -> Iterator[Story]:
    """Planned changes, each carried out in the evening of its day."""
    dice = dice_of(seed, "changes", month.text)
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


def disruptions_of(
    month: Month, changes: Sequence[Story], first: int, office: Office, seed: int
) -> Iterator[Story]:
    """An incident with a disruption report for each change that went wrong; seldom two."""
    dice = dice_of(seed, "disruptions", month.text)
    number = first
    for change in changes:
        nth = (month.number * _CHANGES_A_MONTH + change.id % BLOCK - 1) % 70
        if nth not in _DISRUPTED:
            continue
        for _ in range(2 if nth == _DISRUPTED[0] else 1):
            at = change.moves[-1].at + dice.randrange(10 * MINUTE, 3 * HOUR, SECOND)
            fields = {
                words.TYPE: words.INCIDENT,
                words.CATEGORY: "Driftstörning",
                words.SITE: one_of(words.SITE_SHARES, dice),
                words.CHANNEL: "Telefon",
                words.PRIORITY: words.MAJOR,
                words.CHANGE: str(change.id),
                words.REPORT: f"IT-{month.text}-{number - first + 1}",
            }
            end = office.next(at + about(dice, 9 * HOUR, 0.5), dice)
            moves = (
                Move(at + 10 * MINUTE, What.STATUS, words.OPEN),
                Move(at + 20 * MINUTE, What.QUEUE, words.SERVERS),
                Move(end, What.STATUS, words.RESOLVED),
            )
            yield Story(number, at, words.SERVICEDESK, fields, moves)
            number += 1

"""The made-up servicedesk as it stands just now, in the records of Request Tracker's REST 2.0."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from collector.demo import desk_words as words
from collector.demo.desk_query import Row
from collector.demo.desk_story import Move, Story, What
from collector.domain.instants import SECOND, Instant, moment

_NEVER: Instant = 0
"""Request Tracker's null: 1970-01-01T00:00:00Z."""

CASE_COLUMNS: Mapping[str, type] = {
    "id": int,
    "Status": str,
    "Queue": str,
    "Type": str,
    "Created": datetime,
    "Resolved": datetime,
    "LastUpdated": datetime,
}
TRANSACTION_COLUMNS: Mapping[str, type] = {
    "id": int,
    "ObjectType": str,
    "ObjectId": int,
    "Type": str,
    "Field": str,
    "Created": datetime,
}
"""What a query may ask for; datetime is an instant in a row."""


class Happened(NamedTuple):
    """What happened to a case while somebody looked on; `move` is None where it was made, `before`
    the status that it had."""

    case: int
    kind: str
    category: str
    site: str
    queue: str
    before: str
    move: Move | None


@dataclass(slots=True)
class _Case:
    story: Story
    fields: dict[str, str]
    queue: str
    changed: Instant
    status: str = words.NEW
    started: Instant = _NEVER
    resolved: Instant = _NEVER
    gone: bool = False


class Desk:
    """Cases and what happened to them; time passes by `advance`."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self._stories = {story.id: story for story in stories}
        self._coming = sorted(_beginnings_and_moves(stories), reverse=True)
        self._cases: dict[int, _Case] = {}
        self._transactions: dict[int, list[Row]] = {}
        self._rows: list[Row] | None = None

    def advance(self, now: Instant) -> list[Happened]:
        """Let everything happen that is to happen before `now`."""
        happened = []
        while self._coming and self._coming[-1][0] < now:
            _, id_, number = self._coming.pop()
            happened.append(self._happen(self._stories[id_], number))
        if happened:
            self._rows = None
        return happened

    def cases(self) -> Sequence[Row]:
        """All that there are, by when they were changed."""
        if self._rows is None:
            kept = (case for case in self._cases.values() if not case.gone)
            self._rows = list(map(_as_row, sorted(kept, key=lambda it: it.changed)))
        return self._rows

    def transactions(self, ids: Iterable[int]) -> Iterator[Row]:
        """What happened to some cases, by id."""
        for id_ in sorted(ids):
            yield from self._transactions.get(id_, ())

    def case(self, id_: int, url: str) -> dict[str, Any]:
        """A case as a client sees it; `url` is where the API is."""
        found = self._cases[id_]
        return {
            **_link("ticket", str(id_), url),
            "Status": found.status,
            "Type": "ticket",
            "Queue": {**_link("queue", str(_queue_id(found.queue)), url), "Name": found.queue},
            "Created": _time(found.story.created),
            "Started": _time(found.started),
            "Resolved": _time(found.resolved),
            "LastUpdated": _time(found.changed),
            "CustomFields": [
                {
                    **_link("customfield", str(number), url),
                    "name": name,
                    "values": [found.fields[name]] if name in found.fields else [],
                }
                for number, name in enumerate(words.FIELDS, start=1)
            ],
        }

    def _happen(self, story: Story, number: int) -> Happened:
        if number < 0:
            case = _Case(story, dict(story.fields), story.queue, story.created)
            self._cases[story.id] = case
            self._log(case, story.created, number, "Create")
            return _told(case, "", None)
        case, move = self._cases[story.id], story.moves[number]
        before = case.status
        case.changed = move.at
        if move.what is What.STATUS:
            self._log(case, move.at, number, "Status", "Status", case.status, move.to)
            case.status = move.to
            if move.to in (words.RESOLVED, words.REJECTED):
                case.resolved = move.at
            elif case.started == _NEVER:
                case.started = move.at
        elif move.what is What.QUEUE:
            old, new = str(_queue_id(case.queue)), str(_queue_id(move.to))
            self._log(case, move.at, number, "Set", "Queue", old, new)
            case.queue = move.to
        elif move.what is What.RATING:
            field = str(words.FIELDS.index(words.RATING) + 1)
            self._log(case, move.at, number, "CustomField", field, "", move.to)
            case.fields |= {words.RATING: move.to, words.RATED: _time(move.at)}
        else:
            case.gone = True
        return _told(case, before, move)

    def _log(
        self,
        case: _Case,
        at: Instant,
        number: int,
        type_: str,
        field: str = "",
        old: str = "",
        new: str = "",
    ) -> None:
        row: Row = {
            "id": case.story.id * 50 + number + 1,
            "ObjectType": "RT::Ticket",
            "ObjectId": case.story.id,
            "Type": type_,
            "Field": field,
            "Created": at,
            "OldValue": old,
            "NewValue": new,
        }
        self._transactions.setdefault(case.story.id, []).append(row)


def transaction(row: Row, url: str) -> dict[str, Any]:
    """A transaction as a client sees it."""
    said = {name: row[name] for name in ("Type", "Field", "OldValue", "NewValue", "ObjectType")}
    return {
        **_link("transaction", str(row["id"]), url),
        **said,
        "Created": _time(int(row["Created"])),
        "ObjectId": str(row["ObjectId"]),
        "Object": _link("ticket", str(row["ObjectId"]), url),
    }


def queues(url: str) -> list[dict[str, Any]]:
    """The queues as a client sees them."""
    return [{**_link("queue", str(_queue_id(name)), url), "Name": name} for name in words.QUEUES]


def _beginnings_and_moves(stories: Sequence[Story]) -> Iterator[tuple[Instant, int, int]]:
    for story in stories:
        yield story.created, story.id, -1
        for number, move in enumerate(story.moves):
            yield move.at, story.id, number


def _told(case: _Case, before: str, move: Move | None) -> Happened:
    fields = case.story.fields
    return Happened(
        case.story.id,
        fields[words.TYPE],
        fields[words.CATEGORY],
        fields.get(words.SITE, ""),
        case.queue,
        before,
        move,
    )


def _as_row(case: _Case) -> Row:
    return {
        "id": case.story.id,
        "Status": case.status,
        "Queue": case.queue,
        "Type": "ticket",
        "Created": case.story.created,
        "Resolved": case.resolved,
        "LastUpdated": case.changed,
    }


def _link(type_: str, id_: str, url: str) -> dict[str, Any]:
    return {"id": id_, "type": type_, "_url": f"{url}/{type_}/{id_}"}


def _queue_id(name: str) -> int:
    return 3 + words.QUEUES.index(name)


def _time(at: Instant) -> str:
    return f"{moment(at // SECOND * SECOND):%Y-%m-%dT%H:%M:%SZ}"

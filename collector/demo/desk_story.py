"""What a made-up case is: from its beginning to its end, also what is still to come."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from collector.domain.instants import Instant


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

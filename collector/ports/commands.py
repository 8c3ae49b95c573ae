"""What commands change beside the agent, and who may."""

from collections.abc import (
    Iterator,
    Sequence,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from collector.domain.corrections import Annotation, Correction
from collector.domain.instants import Duration, Instant
from collector.domain.maintenance import Cancellation, Extension, Window
from collector.domain.people import Login, User
from collector.domain.samples import Sample
from collector.domain.states import Interval
from collector.domain.targets import Target


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept, in microseconds; `raw_bytes` bounds what raw samples may take."""

    raw: Duration
    raw_bytes: int
    hourly: Duration
    daily: Duration | None
    intervals: Duration | None
    cases: Duration | None = None


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row of former outages, flattened: within a target no two overlap but for maintenance."""

    target: int
    interval: Interval
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `db check` found wrong, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Polls of one probe in an hour or a day; round-trip times in seconds, loss as a ratio."""

    target: int
    probe: str
    start: Instant
    polls: int
    successes: int
    duration_min: float | None
    duration_mean: float | None
    duration_max: float | None
    loss: float | None


class AdministrationStore(Protocol):
    """What commands change beside the agent."""

    def rename(self, old: str, new: str) -> None:
        """Give a target another name, history and all; KeyError for an unknown one, ValueError
        where the new name has measurements of its own."""
        ...

    def add_missing(self, targets: Sequence[Target], now: Instant) -> None:
        """Take in those targets that are not known by name; all others stay as they are."""
        ...

    def import_intervals(
        self, rows: Sequence[ImportedRow], author: str, file: str, now: Instant
    ) -> int:
        """Take in former outages in one transaction; how many intervals were new."""
        ...

    def add_window(self, window: Window) -> int:
        """Store a maintenance window; its id."""
        ...

    def extend_window(self, window: int, extension: Extension) -> None:
        """Store that an occurrence of a window lasts longer."""
        ...

    def cancel_window(self, window: int, cancelled: Cancellation) -> bool:
        """Store that nothing more comes of a window; False where that was said before."""
        ...

    def add_correction(self, correction: Correction) -> int:
        """Add an entry to the audit trail, an undo too; its id."""
        ...

    def annotate(self, annotation: Annotation) -> int:
        """Add to what is said of an outage; its id."""
        ...

    def samples(self, target: int, start: Instant, end: Instant) -> Sequence[Sample]:
        """Raw samples of one target, oldest first."""
        ...

    def aggregates(
        self, target: int, start: Instant, end: Instant, *, daily: bool = False
    ) -> Sequence[Aggregate]:
        """Hourly or daily aggregates of one target, oldest first."""
        ...

    def retain(self, retention: Retention, now: Instant) -> Iterator[int]:
        """Roll up finished hours and days and delete what is past its time, one small transaction
        a step (at most 50 ms); each step yields the rows it touched."""
        ...

    def check(self) -> Sequence[Finding]:
        """What is wrong with the database; empty when all is well."""
        ...

    def backup(self, to: Path) -> None:
        """A consistent copy while the agent runs."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...


class PeopleStore(Protocol):
    """Who may sign in, and who could."""

    def users(self) -> Sequence[User]:
        """All users that ever were, by name and then by when they were added."""
        ...

    def login(self, name: str) -> Login | None:
        """What a user of that name signs in with; None where there is none, or no longer."""
        ...

    def login_by_token(self, token_hash: str) -> Login | None:
        """The user whose token has this hash; None where there is none, or no longer."""
        ...

    def add_user(self, login: Login, *, replace: bool = False) -> None:
        """Add a user; with `replace` in the place of one of that name. ValueError where the name is
        taken, or where the last administrator would be gone."""
        ...

    def remove_user(self, name: str, by: str, now: Instant) -> None:
        """End a user's right to sign in; what the user did keeps its author. KeyError for an
        unknown one, ValueError for the last administrator."""
        ...

"""What the sources of cases deliver, and what is kept of it."""

from collections.abc import (
    AsyncGenerator,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any, Protocol

from collector.domain.cases import Case, CaseType, ReadCase
from collector.domain.instants import Duration, Instant
from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.domain.sources import Covered, SourceFailure, SourceState


class SourceMetrics(Protocol):
    """What reading sources tells of itself."""

    def known_sources(self, last_success: Mapping[str, Instant | None]) -> None:
        """These are the sources that there are, and when each was read whole the last time."""
        ...

    def source_succeeded(self, source: str, at: Instant | None) -> None:
        """A source could be read; when it was read whole the last time."""
        ...

    def source_failed(self, source: str, reason: str) -> None:
        """A source could not be read."""
        ...


class SourceFailed(Exception):
    """A source could not be read; `message` says why in words that hold no secret."""

    def __init__(self, failure: SourceFailure, message: str) -> None:
        super().__init__(f"{failure}: {message}")
        self.failure = failure
        self.message = message


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some of the cases of a pass.

    `place` is where the pass goes on after them, should it be cut off; None where it would have to
    begin again. `seen` is the latest cursor of the pass so far. `left` is about how many are still
    to come, None where the source does not tell. `unreadable` names records that cannot be made
    into cases, each with the reason.
    """

    cases: Sequence[ReadCase]
    place: str | None = None
    seen: Instant | None = None
    left: int | None = None
    unreadable: Sequence[str] = ()


class CaseSource(Protocol):
    """A servicedesk. Everything raises SourceFailed where it cannot be read."""

    name: str
    overlap: Duration
    """How far before what was seen last the next pass begins."""
    since: Instant | None
    """From when on it is read at all; None for from its beginning."""

    def pages(self, state: SourceState, now: Instant) -> AsyncGenerator[CasePage, None]:
        """A pass: from the state's place where one was cut off, else from its watermark, else from
        the beginning. The pass is whole when the iteration ends."""
        ...

    def ids(self, now: Instant) -> AsyncGenerator[Collection[str], None] | None:
        """The ids of all cases that there are; None where they are not to be swept."""
        ...

    async def close(self) -> None:
        """Let go of connections and sessions."""
        ...


@dataclass(frozen=True, slots=True)
class Upserted:
    """What a batch of cases changed: how many were new, how many different from what was kept."""

    new: int
    changed: int


@dataclass(frozen=True, slots=True)
class Purge:
    """That so many rows of a kind ("cases"), all of what was before an instant, were deleted."""

    at: Instant
    what: str
    before: Instant
    rows: int


class CaseStore(Protocol):
    """The cases that sources delivered, and where reading each of them stands."""

    def upsert_cases(self, cases: Sequence[Case], state: SourceState | None = None) -> Upserted:
        """Take in cases, each by (source, id), some at a time so that nobody else waits long.

        What is older than what is kept (`changed`) changes nothing, nor does the same again; where
        `changed` alone is newer it is kept but not counted. `state` is stored in the transaction of
        the last of them.
        """
        ...

    def case_ids(self, source: str) -> frozenset[str]:
        """The ids of a source's cases that are not deleted."""
        ...

    def mark_deleted(self, source: str, ids: Iterable[str], at: Instant) -> int:
        """Say that a source no longer has these; how many had not been marked."""
        ...

    def cases(
        self,
        *,
        resolved: tuple[Instant, Instant] | None = None,
        answered: tuple[Instant, Instant] | None = None,
        created: tuple[Instant, Instant] | None = None,
        open_at: Instant | None = None,
        types: Iterable[CaseType] | None = None,
        site: str | None = None,
        reported: bool = False,
        ids: Iterable[tuple[str, str]] | None = None,
    ) -> Sequence[Case]:
        """Cases that all of what is asked for holds of, without deleted ones, by source and id.

        `resolved`, `answered` and `created` are spans [start, end): when they were resolved (where
        that is not known of one that is excluded, resolved or closed: closed, else changed), rated
        (where that is not known: closed, else resolved), made. `open_at`: made before and not
        resolved, in this sense, before. `types`: those without one always. `reported`: only those
        with a disruption report. `ids` are (source, id).
        """
        ...

    def case_columns(
        self,
        columns: Sequence[str],
        *,
        resolved: tuple[Instant, Instant] | None = None,
        answered: tuple[Instant, Instant] | None = None,
        created: tuple[Instant, Instant] | None = None,
        open_at: Instant | None = None,
        types: Iterable[CaseType] | None = None,
        site: str | None = None,
        reported: bool = False,
    ) -> Mapping[str, Sequence[Any]]:
        """As `cases`, but fields of Case by name, each with a value a case, in no order but all in
        the same: for many cases, where making a Case of each takes too long.

        Enums are their values; `groups` a tuple of the names alone; `pauses` lists of [start, end,
        status]. No fields of Case are `assigned`, since when each of the groups had it, None where
        that is not known of any; `counted` and `answered`, the instants that `resolved` and
        `answered` go by; `facets`, a Facets, the same object for all that are alike. What repeats
        from case to case costs next to nothing; `assigned` and `pauses` cost the most.
        """
        ...

    def source_state(self, source: str) -> SourceState:
        """Where reading a source stands; one that was never read has the empty state."""
        ...

    def save_source_state(self, state: SourceState) -> None:
        """Replace it."""
        ...

    def covered(self, source: str | None = None) -> Sequence[Covered]:
        """What sources are known to be complete for, by source and start."""
        ...

    def cover(self, covered: Covered) -> None:
        """Add to it; what touches or overlaps becomes one."""
        ...

    def purge_cases(self, before: Instant, now: Instant) -> int:
        """Delete cases that were resolved (as `cases` has it) or deleted before `before`, some at a
        time, and log how many; no source covers what was before any longer."""
        ...

    def purges(self) -> Sequence[Purge]:
        """What was deleted because its time was over, oldest first."""
        ...


class RegisterStore(Protocol):
    """What people registered beside the servicedesk, and figures that others supply."""

    def disruption_reports(self) -> Sequence[DisruptionReport]:
        """All of them, by number."""
        ...

    def security_incidents(self) -> Sequence[SecurityIncident]:
        """All of them, by number."""
        ...

    def attestations(self, indicator: str) -> Sequence[Attestation]:
        """What was attested of an indicator's register, by start."""
        ...

    def add_disruption_reports(self, reports: Sequence[DisruptionReport]) -> Upserted:
        """Take them in by number, all or none."""
        ...

    def add_security_incidents(self, incidents: Sequence[SecurityIncident]) -> Upserted:
        """Take them in by number, all or none."""
        ...

    def attest(self, attestation: Attestation) -> None:
        """Add an attestation."""
        ...

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        """Figures supplied for an indicator, by period and then by when they came."""
        ...

    def supply(self, figure: SuppliedFigure) -> bool:
        """Keep a figure; False where it says what the latest for its period already says."""
        ...


class DeskStore(CaseStore, RegisterStore, Protocol):
    """What a file of cases is taken into: the cases, and what it says of a register."""

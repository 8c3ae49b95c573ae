"""What the use cases need of the world outside, as Protocols; app.py puts real ones in."""

from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from collector.domain.batches import Batch, CheckRecord, Resumption
from collector.domain.cases import Case, CaseType, ReadCase
from collector.domain.corrections import Annotation, Correction
from collector.domain.events import Event, EventKind
from collector.domain.instants import Duration, Instant
from collector.domain.maintenance import Cancellation, Extension, Window
from collector.domain.measurements import FrozenFigure, FrozenVersion
from collector.domain.people import Login, User
from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.domain.samples import Outcome, Sample
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.domain.states import Interval, Sums
from collector.domain.targets import Kind, ProbeSpec, Target, TargetRecord


class Clock(Protocol):
    """The two clocks that a polling agent needs; only app.py makes a real one."""

    def now(self) -> Instant:
        """The wall clock, in microseconds since the epoch."""
        ...

    def monotonic(self) -> Instant:
        """Microseconds of a clock that never is set."""
        ...


class Probe(Protocol):
    """One kind of probe: one call is one poll of one target.

    An expected failure is an Outcome with a reason; an exception is a bug, and the caller makes it
    an unknown sample with a traceback in the log. A call returns within `spec.timeout` (times the
    packets of a retry) and is cancelled past it.
    """

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """Poll once; `attempt` is 0 for a regular poll, 1, 2, … for its retries."""
        ...

    async def close(self) -> None:
        """Let go of sockets."""
        ...


class Resolver(Protocol):
    """Host names to addresses."""

    async def __call__(self, host: str) -> str | Outcome:
        """An IP address, or why there is none (host_not_found is down, resolver_silent unknown)."""
        ...


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


class StoreUnavailable(Exception):
    """The database can't be written or read just now (locked, full disk, gone): try again later."""


class PollMetrics(Protocol):
    """What polling tells of itself; called on the hot path, in bulk where it can be."""

    def polled(self, probe: str, result: str, n: int = 1) -> None:
        """So many polls of a kind of probe had this result."""
        ...

    def poll_took_many(self, durations: Sequence[float]) -> None:
        """How long polls took, in seconds."""
        ...

    def missed(self, n: int) -> None:
        """So many polls did not run in their turn."""
        ...

    def lag(self, seconds: float) -> None:
        """How late the loop was."""
        ...

    def wrote(self, seconds: float) -> None:
        """How long a batch took to store."""
        ...

    def clock_stepped(self) -> None:
        """The wall clock was set."""
        ...


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


class PollStore(Protocol):
    """What polling writes, and reads once at its start."""

    def register(self, targets: Sequence[Target], now: Instant) -> Mapping[str, int]:
        """Take the configuration's targets in: new ones get an id, changed ones a new set of
        attributes from `now`, those that are gone `dropped_at`, those that are back resume."""
        ...

    def resume(self) -> Resumption:
        """What the last run left."""
        ...

    def save_checks(self, checks: Sequence[CheckRecord]) -> None:
        """Replace the stored places on the wheel."""
        ...

    def write(self, batch: Batch) -> None:
        """Store a batch in one transaction; again with the same batch changes nothing."""
        ...

    def revision(self) -> int:
        """A number that moves when a command, not polling, changed something."""
        ...


class FigureStore(Protocol):
    """What the figures read."""

    def targets(self) -> Sequence[TargetRecord]:
        """All targets that ever were, sorted by id."""
        ...

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        """Each target's intervals that touch [start, end), sorted by start, not clipped; open ones
        with end None. Imported maintenance is among them and may overlap the others."""
        ...

    def sums(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sums]:
        """What each target's `intervals` in [start, end) come to."""
        ...

    def events(
        self,
        start: Instant,
        end: Instant,
        kinds: Iterable[EventKind] | None = None,
        target: int | None = None,
    ) -> Sequence[Event]:
        """Events in [start, end), oldest first."""
        ...

    def maintenance(self, start: Instant, end: Instant) -> Sequence[Window]:
        """The windows that may have an occurrence in [start, end), by id; cancelled ones too."""
        ...

    def corrections(self, start: Instant, end: Instant) -> Sequence[Correction]:
        """The entries of the audit trail that touch [start, end), by id; undos too."""
        ...

    def annotations(self, start: Instant, end: Instant) -> Sequence[Annotation]:
        """What was said of outages that began in [start, end), by id."""
        ...

    def tail(self) -> Resumption:
        """As PollStore.resume: what tells how far the open intervals are known."""
        ...

    def known_at_least(self) -> Instant | None:
        """An instant until which `tail` tells that all open intervals are known, those that began
        later aside; None where nothing ran yet."""
        ...


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


class FrozenStore(Protocol):
    """The figures of closed months, which never change."""

    def frozen_versions(self, start: Instant, end: Instant) -> Sequence[FrozenVersion]:
        """All versions of the months that touch [start, end), by month and version."""
        ...

    def frozen_figure(
        self,
        version: FrozenVersion,
        indicator: str,
        period: str,
        site: str,
        kind: Kind | None,
        target: int | None,
    ) -> FrozenFigure | None:
        """A version's figure of an indicator for a period and scope; None where it has none."""
        ...

    def freeze(self, version: FrozenVersion, figures: Iterable[FrozenFigure]) -> None:
        """Store the next version of a month, all of it or nothing; ValueError where it is not the
        next one."""
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


class CaseFigureStore(Protocol):
    """What the figures of cases read; as CaseStore and RegisterStore have it."""

    @property
    def case_columns(self) -> Callable[..., Mapping[str, Sequence[Any]]]:
        """Fields of many cases as columns."""
        ...

    @property
    def cases(self) -> Callable[..., Sequence[Case]]:
        """Cases one by one."""
        ...

    def covered(self, source: str | None = None) -> Sequence[Covered]:
        """What sources are known to be complete for."""
        ...

    def disruption_reports(self) -> Sequence[DisruptionReport]:
        """All of the register."""
        ...

    def security_incidents(self) -> Sequence[SecurityIncident]:
        """All of the register."""
        ...

    def attestations(self, indicator: str) -> Sequence[Attestation]:
        """What was attested of an indicator's register."""
        ...

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        """Figures that were supplied for an indicator."""
        ...


class MeasuredStore(FigureStore, CaseFigureStore, Protocol):
    """What every figure is worked out from."""


class ShownStore(MeasuredStore, FrozenStore, Protocol):
    """What a figure is shown from: what was measured, and what was frozen of it."""


class Store(
    PollStore,
    FigureStore,
    AdministrationStore,
    PeopleStore,
    FrozenStore,
    CaseStore,
    RegisterStore,
    Protocol,
):
    """All of it: what collector.store opens."""

    def close(self) -> None:
        """Let go of the database."""
        ...

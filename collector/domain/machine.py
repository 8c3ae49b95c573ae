"""The state machine that folds each probe's polls into a target's state (KPI.md "Samples to
states", "Not knowing"): pure, fed with instants, never reading a clock."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol

from collector.domain.events import Event, EventKind
from collector.domain.instants import Duration, Instant
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import Change, State
from collector.domain.targets import Merge, ProbeSpec, Target

_REMEMBERED = 16


class Journal(Protocol):
    """Where the machine writes what changed."""

    def change(self, change: Change) -> None:
        """A target's measured state changed."""

    def event(self, event: Event) -> None:
        """Something happened."""

    def answered(self, target: int, at: Instant) -> None:
        """A target answered for the first time ever."""


class Next(Enum):
    """What the polling is to do after a poll was folded."""

    WAIT = auto()
    """Nothing before its next turn."""
    SUSPECT = auto()
    """A first failure: poll the parent at once, then retry."""
    RETRY = auto()
    """Another failure, not yet enough of them."""
    CONFIRM = auto()
    """All retries failed: ask the sentinels, then confirm or doubt."""


class Check:
    """One probe of one target: its settled state and, while it fails, since when."""

    __slots__ = (
        "accounted",
        "excluded",
        "expires",
        "failed_since_answer",
        "failing_since",
        "failures",
        "history",
        "last",
        "last_at",
        "max_gap",
        "sent_at",
        "sentinel_answer",
        "spec",
        "state",
        "watch",
    )

    def __init__(self, watch: "Watch", spec: ProbeSpec) -> None:
        self.watch = watch
        self.spec = spec
        self.max_gap: Duration = spec.max_gap
        self.state = State.UNKNOWN
        self.history: list[tuple[Instant, State]] = []
        self.accounted: Instant = -1
        self.expires: Instant = -1
        self.failing_since: Instant | None = None
        self.failures = 0
        self.excluded = False
        self.last: Outcome | None = None
        self.last_at: Instant | None = None
        self.sent_at: Instant = -1
        self.sentinel_answer = -1
        self.failed_since_answer: Instant = -1

    def state_at(self, at: Instant) -> State:
        """The settled state that held at an instant not older than what is remembered."""
        for since, state in reversed(self.history):
            if since <= at:
                return state
        return State.UNKNOWN

    def held_until(self) -> Instant:
        """Until when its state is known: an unconfirmed failure is unknown from its sample on."""
        return self.expires if self.failing_since is None else self.failing_since


class Watch:
    """One target: its checks, and the state that they make together."""

    __slots__ = ("answered", "checks", "emitted", "first_polled", "id", "journal", "target")

    def __init__(self, id_: int, target: Target, journal: Journal, *, answered: bool = False):
        self.id = id_
        self.target = target
        self.journal = journal
        self.answered = answered
        self.first_polled = False
        self.checks = tuple(Check(self, spec) for spec in target.probes)
        self.emitted: list[tuple[Instant, State]] = []

    @property
    def state(self) -> State:
        """The measured state in force."""
        return self.emitted[-1][1] if self.emitted else State.UNKNOWN

    @property
    def since(self) -> Instant | None:
        """When the state in force began."""
        return self.emitted[-1][0] if self.emitted else None

    @property
    def degraded(self) -> bool:
        """Up, but one of its probes says otherwise."""
        return self.state is State.UP and any(
            check.state is State.DOWN
            or (check.last is not None and check.last.result is Result.DEGRADED)
            for check in self.checks
            if not check.excluded
        )

    def fold(
        self, check: Check, at: Instant, outcome: Outcome, confirmations: int, *, blind: bool
    ) -> Next:
        """Take in one poll that was sent at `at`.

        A sample at or before the last accounted instant (a clock set back) changes no state.
        """
        check.last = outcome
        check.last_at = at
        if at <= check.accounted:
            return Next.WAIT
        if (
            outcome.result <= Result.DEGRADED
            and check.state is State.UP
            and check.failing_since is None
            and at <= check.expires
        ):
            check.accounted = at
            check.expires = at + check.max_gap
            return Next.WAIT
        return self._fold_change(check, at, outcome, confirmations, blind)

    def _fold_change(
        self, check: Check, at: Instant, outcome: Outcome, confirmations: int, blind: bool
    ) -> Next:
        if at > check.expires:
            self._lapse(check)
        check.accounted = at
        check.expires = at + check.max_gap
        if outcome.result <= Result.DEGRADED:
            self._succeed(check, at)
            return Next.WAIT
        if outcome.result is Result.UNKNOWN:
            self._exclude(check, outcome.reason is Reason.NO_PERMISSION, at)
            self._unknow(check, at, outcome.reason)
            return Next.WAIT
        self._exclude(check, False, at)
        if not self.answered:
            self._unknow(check, at, Reason.NEVER_ANSWERED)
            return Next.WAIT
        if blind:
            self._unknow(check, at, Reason.BLIND)
            return Next.WAIT
        return self._fail(check, at, confirmations)

    def _succeed(self, check: Check, at: Instant) -> None:
        if not self.answered:
            self.answered = True
            self.journal.answered(self.id, at)
        self._exclude(check, False, at)
        if check.failing_since is not None:
            detail: dict[str, str | int | float] = {
                "probe": check.spec.name,
                "failures": check.failures,
                "until": at,
            }
            self.journal.event(Event(check.failing_since, EventKind.BLIP, self.id, detail))
            check.failing_since = None
        self._set(check, State.UP, at, at, None)

    def _fail(self, check: Check, at: Instant, confirmations: int) -> Next:
        if check.state is State.DOWN:
            return Next.WAIT
        if check.failing_since is None:
            check.failing_since = at
            check.failures = 0
        check.failures += 1
        if check.failures > confirmations:
            return Next.CONFIRM
        return Next.SUSPECT if check.failures == 1 else Next.RETRY

    def confirm(self, check: Check, now: Instant) -> None:
        """All its retries failed and the sentinels answer: down from the first failed sample."""
        since = check.failing_since
        if since is None:
            return
        check.failing_since = None
        reason = check.last.reason if check.last else None
        self._set(check, State.DOWN, since, now, reason)

    def doubt(self, check: Check, at: Instant) -> None:
        """The collector is blind: unknown from `at`, or from the first unconfirmed failure."""
        self._unknow(check, at, Reason.BLIND)

    def expire(self, now: Instant) -> None:
        """Let what no sample has followed in time become unknown."""
        for check in self.checks:
            if now > check.expires and (
                check.state is not State.UNKNOWN or check.failing_since is not None
            ):
                self._lapse(check)

    def interrupt(self, now: Instant) -> None:
        """The collector stops: a failure still unconfirmed is unknown from its sample on."""
        for check in self.checks:
            if check.failing_since is not None:
                self._unknow(check, now, None)

    def jump(self, before: Instant, after: Instant) -> None:
        """The wall clock was set forward from `before` to `after`: what lies between is unknown,
        and what held goes on after it."""
        for check in self.checks:
            if check.accounted < 0 or check.accounted >= after:
                continue
            held = check.state
            if held is not State.UNKNOWN:
                self._set(check, State.UNKNOWN, before, after, None)
                self._set(check, held, after, after, None)
            check.expires += after - before
            if check.failing_since is not None:
                check.failing_since = after

    def reconfigure(self, target: Target, now: Instant) -> tuple[set[Check], set[Check]]:
        """Take a changed configuration; the checks that are gone and those that are new.

        A probe that is the same goes on as it was; one of the same name at another pace or with
        other options keeps the state that it had.
        """
        before = {check.spec.name: check for check in self.checks}
        checks = []
        for spec in target.probes:
            old = before.get(spec.name)
            if old is not None and old.spec == spec:
                checks.append(old)
                continue
            check = Check(self, spec)
            if old is not None and old.state is not State.UNKNOWN:
                self.restore_check(check, old.accounted, old.state, old.history[-1][0])
            checks.append(check)
        gone, new = set(self.checks) - set(checks), set(checks) - set(self.checks)
        self.target = target
        self.checks = tuple(checks)
        if gone or new:
            self._merge(now, now, None)
        return gone, new

    def restore(self, state: State, since: Instant) -> None:
        """Take up the state that the last run left open."""
        self.emitted = [(since, state)]

    def restore_check(self, check: Check, at: Instant, state: State, since: Instant) -> None:
        """Take up a check's last sample from the last run."""
        check.accounted = at
        check.expires = at + check.max_gap
        check.state = state
        check.history = [(since, state)]

    def known_until(self, now: Instant) -> Instant:
        """How far the state in force is known, never beyond now."""
        state = self.state
        holding = [c.held_until() for c in self.checks if not c.excluded and c.state is state]
        if not holding:
            return now
        lasts = max if (state is State.UP) is (self.target.merge is Merge.ANY) else min
        return min(now, lasts(holding))

    def _lapse(self, check: Check) -> None:
        if check.accounted >= 0:
            self._unknow(check, check.expires, None)

    def _unknow(self, check: Check, at: Instant, reason: Reason | None) -> None:
        since = at if check.failing_since is None else min(at, check.failing_since)
        check.failing_since = None
        self._set(check, State.UNKNOWN, since, at, reason)

    def _exclude(self, check: Check, excluded: bool, at: Instant) -> None:
        if check.excluded is not excluded:
            check.excluded = excluded
            self._merge(at, at, None)

    def _set(
        self, check: Check, state: State, at: Instant, known: Instant, reason: Reason | None
    ) -> None:
        if check.state is state:
            return
        check.state = state
        _override(check.history, at)
        check.history.append((at, state))
        del check.history[:-_REMEMBERED]
        self._merge(at, known, reason)

    def _merge(self, at: Instant, known: Instant, reason: Reason | None) -> None:
        """Work out the merged state from `at` on, and write down where it now differs."""
        overridden = _override(self.emitted, at)
        previous = self.state
        points = {at, *(t for check in self.checks for t, _ in check.history if t > at)}
        for point in sorted(points):
            state = merged((c.state_at(point) for c in self._taking_part()), self.target.merge)
            if state is not previous or (overridden and point == at):
                previous = state
                self.emitted.append((point, state))
                self.journal.change(Change(self.id, point, state, max(known, point), reason))
        del self.emitted[:-_REMEMBERED]

    def _taking_part(self) -> Iterable[Check]:
        part = [check for check in self.checks if not check.excluded]
        return part or self.checks


def merged(states: Iterable[State], merge: Merge) -> State:
    """Several probes' states at an instant as one (KPI.md "Samples to states").

    `any`: up if one is up, down if all are down, else unknown; `all`: down if one is down, up if
    all are up, else unknown.
    """
    found = set(states)
    decides, remains = (State.UP, State.DOWN) if merge is Merge.ANY else (State.DOWN, State.UP)
    if decides in found:
        return decides
    return remains if found == {remains} else State.UNKNOWN


def _override(entries: list[tuple[Instant, State]], at: Instant) -> bool:
    """Take back the entries from `at` on; whether there were any."""
    length = len(entries)
    while entries and entries[-1][0] >= at:
        entries.pop()
    return len(entries) < length

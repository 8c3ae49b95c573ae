"""The state machine that folds each probe's polls into a target's state (KPI.md "Samples to
states", "Not knowing"): pure, fed with instants, never reading a clock."""

from collections.abc import Iterable
from typing import Protocol

from collector.domain.checks import Check, Next
from collector.domain.events import Event, EventKind
from collector.domain.instants import Instant
from collector.domain.merging import REMEMBERED, Entries, before, enough, held_at, merged
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import Change, State
from collector.domain.targets import Merge, Target

# Looking a member up in its class is a function call, and these are looked up for each poll.
_WAIT, _UP, _DEGRADED = Next.WAIT, State.UP, Result.DEGRADED


class Journal(Protocol):
    """Where the machine writes what changed."""

    def change(self, change: Change) -> None:
        """A target's measured state changed."""

    def event(self, event: Event) -> None:
        """Something happened."""

    def answered(self, target: int, at: Instant) -> None:
        """A target answered for the first time ever."""


class Watch:
    """One target: its checks, and the state that they make together."""

    __slots__ = (
        "_answered",
        "checks",
        "emitted",
        "first_polled",
        "groups",
        "id",
        "journal",
        "members",
        "target",
    )

    def __init__(self, id_: int, target: Target, journal: Journal, *, answered: bool = False):
        self.id = id_
        self.target = target
        self.journal = journal
        self._answered = answered
        self.first_polled = False
        self.checks = tuple(Check(self, spec) for spec in target.probes)
        self.members: tuple[Watch, ...] = ()
        self.groups: list[Watch] = []
        self.emitted: Entries = []

    @property
    def answered(self) -> bool:
        """Whether it ever answered; what is made of members, whether one of them did."""
        return self._answered or any(member.answered for member in self.members)

    @answered.setter
    def answered(self, answered: bool) -> None:
        self._answered = answered

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
        """Up, but one of its probes or members says otherwise."""
        if self.state is not State.UP:
            return False
        for check in self.checks:
            last = check.last
            if check.state is State.UP and (last is None or last.result is not Result.DEGRADED):
                continue
            if not check.excluded and (check.state is State.DOWN or check.state is State.UP):
                return True
        return any(member.state is not State.UP or member.degraded for member in self.members)

    def state_at(self, at: Instant) -> State:
        """The measured state that held at an instant not older than what is remembered."""
        return held_at(self.emitted, at)

    def compose(self, members: tuple["Watch", ...], now: Instant) -> None:
        """Take these watches as its members, from now on."""
        if members == self.members:
            return
        for member in self.members:
            if self in member.groups:
                member.groups.remove(self)
        for member in members:
            member.groups.append(self)
        self.members = members
        self.reconsider(now)

    def reconsider(self, now: Instant) -> None:
        """Work out its state anew, from now on."""
        self._merge(now, now, None)

    def fold(
        self, check: Check, at: Instant, outcome: Outcome, confirmations: int, *, blind: bool
    ) -> Next:
        """Take in one poll that was sent at `at`.

        A sample at or before the last accounted instant (a clock set back) changes no state.
        """
        check.last = outcome
        check.last_at = at
        if at <= check.accounted:
            return _WAIT
        if (
            outcome.result <= _DEGRADED
            and check.state is _UP
            and check.failing_since is None
            and at <= check.expires
        ):
            check.accounted = at
            check.expires = at + check.max_gap
            return _WAIT
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
        judged_otherwise = (target.needs, target.merge) != (self.target.needs, self.target.merge)
        self.target = target
        self.checks = tuple(checks)
        if gone or new or judged_otherwise:
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
        if self.members:
            return self._members_known_until(now)
        state = self.state
        holding = [c.held_until() for c in self.checks if not c.excluded and c.state is state]
        if not holding:
            return now
        lasts = max if (state is State.UP) is (self.target.merge is Merge.ANY) else min
        return min(now, lasts(holding))

    def decisive_members(self, state: State) -> int:
        """How many members must be in a state for it to be that of the whole."""
        needs = self.target.needs
        return needs if state is State.UP else len(self.members) - needs + 1

    def _members_known_until(self, now: Instant) -> Instant:
        state, decisive = self.state, self.decisive_members(self.state)
        holding = sorted(
            (member.known_until(now) for member in self.members if member.state is state),
            reverse=True,
        )
        return holding[decisive - 1] if len(holding) >= decisive else now

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
        check.history = [*before(check.history, at), (at, state)][-REMEMBERED:]
        self._merge(at, known, reason)

    def _merge(self, at: Instant, known: Instant, reason: Reason | None) -> None:
        """Work out the merged state from `at` on, and write down where it now differs."""
        emitted = before(self.emitted, at)
        overridden = len(emitted) < len(self.emitted)
        previous = emitted[-1][1] if emitted else State.UNKNOWN
        points = {at}
        points.update(t for check in self.checks for t, _ in check.history if t > at)
        points.update(t for member in self.members for t, _ in member.emitted if t > at)
        for point in sorted(points):
            state = self._made_of(point)
            if state is not previous or (overridden and point == at):
                previous = state
                emitted.append((point, state))
                self.journal.change(Change(self.id, point, state, max(known, point), reason))
        # All at once: another thread that takes a snapshot must not find it half done.
        self.emitted = emitted[-REMEMBERED:]
        for group in self.groups:
            group._merge(at, known, reason)

    def _made_of(self, at: Instant) -> State:
        if self.members:
            return enough((m.state_at(at) for m in self.members), self.target.needs)
        return merged((c.state_at(at) for c in self._taking_part()), self.target.merge)

    def _taking_part(self) -> Iterable[Check]:
        part = [check for check in self.checks if not check.excluded]
        return part or self.checks

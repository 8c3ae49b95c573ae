"""Poll: the hot path. Each second the wheel hands out the checks whose turn it is; each is polled
concurrently, and what it found is folded into states and put down for the store."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter

from collector.domain.checks import Check, Next
from collector.domain.events import Event, EventKind
from collector.domain.instants import MINUTE, SECOND, Duration, Instant
from collector.domain.machine import Watch
from collector.domain.samples import Outcome, Result, Sample
from collector.domain.states import State
from collector.domain.targets import Polling
from collector.domain.wheel import Wheel
from collector.ports import Clock, PollMetrics, Probe
from collector.services.announce import Announcer
from collector.services.devices import Devices
from collector.services.flights import Flights
from collector.services.record import Recorder
from collector.services.sentinels import Sentinels
from collector.services.service_ledger import ServiceLedger

log = logging.getLogger(__name__)

_SLICES = 10
_SLICE_SECONDS = 0.1
_LAUNCHED_AT_ONCE = 50
"""A second's polls are spread over it in slices of at least so many. In one burst each answer
waits for the launch of all others, and the round-trip times show it (20 ms instead of 2); in small
slices the loop wakes for each answer alone, which doubles the CPU time of a poll. Within a slice
the probes of a kind go together: what answers them then sleeps and wakes once, not for each."""

_DOWN_INTERVAL: Duration = MINUTE
"""A target that is down is polled at least this often (KPI.md "Samples to states")."""

_TICK_LATE: Duration = 2 * SECOND
"""From so late on a second of the wheel is missed: never made up for, never invented."""

# Looking a member up in its class is a function call, and these are looked up for each poll.
_DOWN, _UNKNOWN, _STATE_DOWN = Result.DOWN, Result.UNKNOWN, State.DOWN
_WAIT, _CONFIRM = Next.WAIT, Next.CONFIRM

_kind = attrgetter("spec.kind")


class Poller:
    """All targets of the running configuration, their turns, retries and results."""

    def __init__(
        self,
        *,
        clock: Clock,
        recorder: Recorder,
        devices: Devices,
        metrics: PollMetrics,
        probes: Mapping[str, Probe],
        rules: Polling,
        in_work: Callable[[Instant], Collection[int]] = lambda _: (),
    ) -> None:
        self._clock = clock
        self._in_work = in_work
        self._recorder = recorder
        self._metrics = metrics
        self._waiting: dict[Check, asyncio.TimerHandle] = {}
        self._results: Counter[tuple[str, Result]] = Counter()
        self._durations: list[float] = []
        self._second: int | None = None
        self.devices = devices
        self.services = ServiceLedger()
        self.flights = Flights(clock, self._land, probes)
        self.rules = rules
        self.announcer = Announcer(recorder)
        self.wheel: Wheel[Check] = Wheel()
        self.watches: dict[str, Watch] = {}
        self.sentinels = Sentinels(clock, recorder, self._poll_sentinels, self._all_watches)
        self.take_rules(rules)

    def take_rules(self, rules: Polling) -> None:
        """Take changed rules of polling."""
        self.rules = rules
        self.sentinels.take(frozenset(rules.sentinels), rules.retry_interval)

    def turn(self, elapsed: Instant) -> None:
        """Poll what is due by the monotonic time `elapsed`, which counts from the epoch.

        A second that is more than two seconds late is missed.
        """
        current = elapsed // SECOND
        first = current if self._second is None else self._second + 1
        self._second = max(current, first - 1)
        for second in range(first, current + 1):
            due = self.wheel.due(second)
            if elapsed - second * SECOND >= _TICK_LATE:
                self._metrics.missed(sum(1 for check in due if check not in self._waiting))
                continue
            self._launch(list(due))

    def _launch(self, due: list[Check]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        at_once = max(_LAUNCHED_AT_ONCE, -(-len(due) // _SLICES))
        for n, first in enumerate(range(0, len(due), at_once)):
            part = sorted(due[first : first + at_once], key=_kind)
            loop.call_at(began + n * _SLICE_SECONDS, self._launch_slice, part)

    def _launch_slice(self, checks: list[Check]) -> None:
        missed, now, flights = 0, self._clock.now(), self.flights
        for check in checks:
            if check in flights:
                # A retry, or what a child's failure or a doubt asked for, is in place of this poll;
                # only its own last turn, flying still, is not.
                missed += now - check.sent_at >= check.spec.interval - SECOND
            elif check not in self._waiting and check in self.wheel:
                self.start(check, 1 if check.state is _STATE_DOWN else 0)
        if missed:
            self._metrics.missed(missed)

    def start(self, check: Check, attempt: int) -> None:
        """Start one poll of a check that is not being polled already."""
        self._note_first_poll(check.watch)
        self.flights.start(check, attempt)

    def _note_first_poll(self, watch: Watch) -> None:
        if watch.first_polled and not watch.groups:
            return
        for first in (watch, *watch.groups):
            if not first.first_polled:
                first.first_polled = True
                self._recorder.first_polled(first.id, self._clock.now())

    def _land(self, check: Check, at: Instant, outcome: Outcome) -> None:
        watch, spec = check.watch, check.spec
        result, reason, duration, loss, facts, _, service = outcome
        self._results[spec.kind, result] += 1
        if duration is not None:
            self._durations.append(duration)
        if self.watches.get(watch.target.name) is not watch or not self._recorder.sample(
            Sample(watch.id, spec.name, at, result, reason, duration, loss)
        ):
            return
        if service is not None:
            self.services.see(watch.id, spec.name, service)
        if result is _DOWN:
            self.sentinels.failed(check, at)
        elif result is not _UNKNOWN:
            if facts is not None:
                self.devices.see(watch.id, at, facts)
            if watch.target.name in self.sentinels.names:
                self.sentinels.answered(at)
        step = watch.fold(check, at, outcome, self.rules.confirmations, blind=self.sentinels.blind)
        if step is not _WAIT:
            self._pursue(check, at, step)
        if spec.interval > _DOWN_INTERVAL and (check.state is _STATE_DOWN or step is _CONFIRM):
            self._again(check, 1, max(0, at + _DOWN_INTERVAL - self._clock.now()))

    def _pursue(self, check: Check, at: Instant, step: Next) -> None:
        if step is Next.CONFIRM:
            self.sentinels.ask(check)
            return
        if step is Next.SUSPECT and check.watch.target.parent is not None:
            self._poll_parent(check.watch.target.parent, at)
        self._again(check, check.failures, self.rules.retry_interval)

    def _poll_parent(self, name: str, since: Instant) -> None:
        parent = self.watches.get(name)
        asked = (parent, *parent.members) if parent else ()
        for check in (check for each in asked for check in each.checks):
            young = check.last_at is not None and check.last_at >= since
            if not young and check not in self.flights and check not in self._waiting:
                self.start(check, 0)

    def _again(self, check: Check, attempt: int, after: Duration) -> None:
        def fire() -> None:
            self._waiting.pop(check, None)
            if check not in self.flights:
                self.start(check, attempt)

        if check not in self._waiting:
            loop = asyncio.get_running_loop()
            self._waiting[check] = loop.call_later(after / SECOND, fire)

    async def _poll_sentinels(self) -> None:
        checks = [
            check
            for name in self.sentinels.names
            if name in self.watches
            for check in self.watches[name].checks
        ]
        for check in checks:
            self._note_first_poll(check.watch)
        await self.flights.finish(checks, 1)

    def _all_watches(self) -> list[Watch]:
        return list(self.watches.values())

    def flush(self) -> None:
        """Hand what was found to the store, and the counts to the metrics."""
        for (kind, result), n in self._results.items():
            self._metrics.polled(kind, result.name.lower(), n)
        self._results.clear()
        self._metrics.poll_took_many(self._durations)
        self._durations = []
        self._recorder.flush()

    async def sweep(self) -> None:
        """Let states lapse that no sample followed, say what went and came, and end polls whose
        probe hangs."""
        now = self._clock.now()
        lapsed = dict.fromkeys(check.watch for check in self.wheel if check.expires < now)
        for n, watch in enumerate(lapsed):
            watch.expire(now)
            if n % 500 == 499:
                await asyncio.sleep(0)
        await self._announce()
        self.flights.give_up_overdue()

    async def _announce(self) -> None:
        now = self._clock.now()
        if not self.sentinels.blind:
            await self.announcer.review(self.watches, self.rules, now, self._in_work(now))

    def stepped(self, before: Instant, after: Instant) -> None:
        """The wall clock was set from `before` to `after` while no time passed."""
        log.warning("wall clock stepped by %.3f s", (after - before) / SECOND)
        self._metrics.clock_stepped()
        detail = {"seconds": (after - before) / SECOND}
        self._recorder.event(Event(after, EventKind.CLOCK_STEP, None, detail))
        self.devices.stepped(after - before)
        if after > before:
            for watch in self._all_watches():
                watch.jump(before, after)

    def drop(self, name: str, now: Instant) -> None:
        """Stop polling a target that is gone."""
        watch = self.watches.pop(name)
        watch.compose((), now)
        self.announcer.forget(watch)
        self.services.forget(watch.id)
        self.forget(watch.checks)

    def forget(self, checks: Iterable[Check]) -> None:
        """Stop polling these checks."""
        for check in checks:
            self.wheel.remove(check)
            self.services.forget(check.watch.id, check.spec.name)
            if timer := self._waiting.pop(check, None):
                timer.cancel()
            self.flights.give_up(check)

    async def stop(self) -> None:
        """End all polls, say what is still unsaid; failures that are unconfirmed become unknown."""
        self.wheel = Wheel()
        await self.sentinels.stop()
        for timer in self._waiting.values():
            timer.cancel()
        await self.flights.stop()
        await self._announce()
        now = self._clock.now()
        for watch in self._all_watches():
            watch.interrupt(now)
        self.flush()

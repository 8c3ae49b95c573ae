"""Sentinels: targets beside the collector that tell whether it can see at all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable

from collector.domain.checks import Check
from collector.domain.events import Event, EventKind
from collector.domain.instants import SECOND, Duration, Instant
from collector.domain.machine import Watch
from collector.ports import Clock
from collector.services.record import Recorder

log = logging.getLogger(__name__)

Round = Callable[[], Awaitable[None]]


class Sentinels:
    """Whether the collector is blind (KPI.md "Not knowing").

    Every failure since a sentinel last answered is in doubt until one answers again. `look` polls
    all of them once and returns when their answers are in. Without sentinels nothing is doubted.
    """

    def __init__(
        self,
        clock: Clock,
        recorder: Recorder,
        look: Round,
        watches: Callable[[], Collection[Watch]],
    ) -> None:
        self._clock = clock
        self._recorder = recorder
        self._look = look
        self._watches = watches
        self._again_after: Duration = 10 * SECOND
        self._to_confirm: list[tuple[Check, Instant | None]] = []
        self._working: asyncio.Task[None] | None = None
        self.names: frozenset[str] = frozenset()
        self.blind = False
        self.answers = 0
        self.last_answer: Instant = clock.now()

    def take(self, names: frozenset[str], again_after: Duration) -> None:
        """Watch these from now on, and look again so often while blind."""
        self.names = names
        self._again_after = again_after

    def answered(self, at: Instant) -> None:
        """A sentinel answered a poll sent at `at`."""
        self.last_answer = max(at, self.last_answer)
        self.answers += 1
        if self.blind:
            self.blind = False
            log.warning("collector sees again")
            self._recorder.event(Event(at, EventKind.SIGHTED))

    def failed(self, check: Check, at: Instant) -> None:
        """Note a failure, so that it can be doubted if no sentinel answers after it."""
        if check.sentinel_answer != self.answers:
            check.sentinel_answer = self.answers
            check.failed_since_answer = at

    def ask(self, check: Check) -> None:
        """All of a check's retries failed: confirm it down, or doubt it if none answers."""
        self._to_confirm.append((check, check.failing_since))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._settle())

    async def stop(self) -> None:
        """Stop looking."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def _settle(self) -> None:
        while self._to_confirm:
            checks, self._to_confirm = self._to_confirm, []
            youngest = max(check.last_at or 0 for check, _ in checks)
            if self.names and self.last_answer < youngest:
                before = self.answers
                await self._look()
                if self.answers == before:
                    self._go_blind(check for check, _ in checks)
                    await self._wait_for_sight()
                    continue
            now = self._clock.now()
            for n, (check, since) in enumerate(checks):
                if check.failing_since == since:
                    check.watch.confirm(check, now)
                if n % 64 == 63:
                    await asyncio.sleep(0)

    def _go_blind(self, asking: Iterable[Check]) -> None:
        self.blind = True
        log.error("no sentinel answers: the collector is blind, failures are not counted")
        self._recorder.event(Event(self.last_answer, EventKind.BLIND))
        for check in asking:
            check.watch.doubt(check, check.last_at or self.last_answer)
        for watch in self._watches():
            for check in watch.checks:
                if check.sentinel_answer == self.answers:
                    watch.doubt(check, check.failed_since_answer)

    async def _wait_for_sight(self) -> None:
        while self.blind:
            await asyncio.sleep(self._again_after / SECOND)
            if self.blind:
                await self._look()

"""Flights: the polls that are under way, and how each gets from the check to its outcome."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from collector.domain.checks import Check
from collector.domain.instants import SECOND, Instant
from collector.domain.samples import Outcome, Reason, Result
from collector.ports import Clock, DirectProbe, Probe

log = logging.getLogger(__name__)

_OVERDUE = 4
"""A poll that took this many times its time-out has a probe that hangs, and is given up."""

_BUG = Outcome(Result.UNKNOWN, Reason.BUG)

Land = Callable[[Check, Instant, Outcome], None]
"""Takes a check, the instant when its poll was sent, and what came of it."""


class Flights:
    """At most one poll of a check at a time, by a task of its own or, where its probe can be asked
    directly and the poll is a regular one, by none: most of what a poll costs is its task.

    Each flight ends by landing once, or is given up and never lands.
    """

    def __init__(self, clock: Clock, land: Land, probes: Mapping[str, Probe]) -> None:
        self._clock = clock
        self._land = land
        self._flying: dict[Check, asyncio.Task[None] | Instant] = {}
        self.take(probes)

    def take(self, probes: Mapping[str, Probe]) -> None:
        """Poll with these from now on, by kind.

        What is under way is given up: that its probe is closed is no failure of its target.
        """
        for check in list(self._flying):
            self.give_up(check)
        self.probes = probes
        self._direct = {
            kind: probe for kind, probe in probes.items() if isinstance(probe, DirectProbe)
        }

    def __contains__(self, check: object) -> bool:
        return check in self._flying

    def start(self, check: Check, attempt: int) -> None:
        """Start one poll of a check that is not under way already."""
        check.sent_at = at = self._clock.now()
        probe = None if attempt else self._direct.get(check.spec.kind)
        if probe is None or not self._send(probe, check, at):
            self._call(check, attempt)

    def _call(self, check: Check, attempt: int, sent: Instant | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._poll(check, attempt, sent))
        self._flying[check] = task
        return task

    def _send(self, probe: DirectProbe, check: Check, at: Instant) -> bool:
        """Whether the poll was sent without a task."""
        try:
            sent = probe.send(
                check.watch.target, check.spec, partial(self._answered, probe, check, at)
            )
        except Exception:
            log.exception("probe %s of %s has a bug", check.spec.name, check.watch.target.name)
            self._take_in(check, at, _BUG)
            return True
        if sent:
            self._flying[check] = at
        return sent

    def _answered(self, probe: DirectProbe, check: Check, at: Instant, answer: Any) -> None:
        if self._flying.get(check) != at:
            return  # given up
        try:
            outcome = probe.read(check.watch.target, check.spec, answer)
        except Exception:
            log.exception("probe %s of %s has a bug", check.spec.name, check.watch.target.name)
            outcome = _BUG
        if outcome is None:
            self._call(check, 0, at)
            return
        del self._flying[check]
        self._take_in(check, at, outcome)

    async def _poll(self, check: Check, attempt: int, sent: Instant | None) -> None:
        at = self._clock.now() if sent is None else sent
        try:
            outcome = await self.probes[check.spec.kind](check.watch.target, check.spec, attempt)
        except Exception:
            log.exception("probe %s of %s has a bug", check.spec.name, check.watch.target.name)
            outcome = _BUG
        finally:
            # One that was given up may have another in its place by now.
            if self._flying.get(check) is asyncio.current_task():
                del self._flying[check]
        self._take_in(check, at, outcome)

    def _take_in(self, check: Check, at: Instant, outcome: Outcome) -> None:
        try:
            self._land(check, at, outcome)
        except Exception:
            log.exception("could not take in a poll of %s", check.watch.target.name)

    async def finish(self, checks: Iterable[Check], attempt: int) -> None:
        """Poll these by tasks, but for those that a task polls already, and wait until all are in.

        A regular poll that is under way without a task is given up for it.
        """
        tasks = []
        for check in checks:
            task = self._flying.get(check)
            if not isinstance(task, asyncio.Task):
                check.sent_at = self._clock.now()
                task = self._call(check, attempt)
            tasks.append(task)
        await asyncio.gather(*tasks, return_exceptions=True)

    def give_up(self, check: Check) -> None:
        """End a poll that may be under way; it lands no more."""
        flight = self._flying.pop(check, None)
        if isinstance(flight, asyncio.Task):
            flight.cancel()

    def give_up_overdue(self) -> None:
        """End the polls whose probe hangs."""
        now = self._clock.now()
        for check, flight in list(self._flying.items()):
            if now - check.sent_at <= _OVERDUE * check.spec.timeout + 10 * SECOND:
                continue
            log.error("probe %s of %s hangs", check.spec.name, check.watch.target.name)
            if isinstance(flight, asyncio.Task):
                flight.cancel()
            else:
                del self._flying[check]

    async def stop(self) -> None:
        """Give all of them up."""
        tasks = [flight for flight in self._flying.values() if isinstance(flight, asyncio.Task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._flying.clear()

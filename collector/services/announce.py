"""Announce: says once in the log when a target goes away and once when it is back."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping

from collector.domain.events import Event, EventKind
from collector.domain.flapping import flaps
from collector.domain.instants import SECOND, Instant
from collector.domain.machine import Journal, Watch
from collector.domain.states import State
from collector.domain.targets import Polling

log = logging.getLogger(__name__)

_REVIEWED_AT_ONCE = 500
_DOWN = State.DOWN


class Announcer:
    """What was said of each target last, and which of them flap.

    What is behind something that is down, or that is suspected to be, is not news of its own; of a
    target that flaps, only that it does and that it ceased to. Of one that somebody works on
    nothing is said until they are done.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._down_since: dict[int, Instant] = {}
        self.flapping: set[int] = set()

    async def review(
        self,
        watches: Mapping[str, Watch],
        rules: Polling,
        now: Instant,
        in_work: Collection[int] = (),
    ) -> None:
        """Say what changed since the last review."""
        for n, watch in enumerate(self._worth_a_look(watches.values(), rules)):
            if watch.id not in in_work:
                self._mark_flapping(watch, rules, now)
                self._say(watch, watches)
            if n % _REVIEWED_AT_ONCE == _REVIEWED_AT_ONCE - 1:
                await asyncio.sleep(0)

    def _worth_a_look(self, watches: Iterable[Watch], rules: Polling) -> list[Watch]:
        """Those that are down, were said to be, or change often: of the others, which are nearly
        all, there is nothing to say."""
        said, flapping, often = self._down_since, self.flapping, rules.flapping_changes
        return [
            watch
            for watch in watches
            if (changes := watch.emitted)
            and (
                changes[-1][1] is _DOWN
                or watch.id in said
                or watch.id in flapping
                or len(changes) >= often
            )
        ]

    def forget(self, watch: Watch) -> None:
        """A target is gone from the configuration."""
        self._down_since.pop(watch.id, None)
        self.flapping.discard(watch.id)

    def _say(self, watch: Watch, watches: Mapping[str, Watch]) -> None:
        if watch.state is State.DOWN:
            if watch.id in self._down_since or any(map(_fails, _ancestors(watch, watches))):
                return
            self._down_since[watch.id] = watch.since or 0
            if watch.id not in self.flapping:
                log.warning("%s is down", _described(watch))
        elif watch.state is State.UP and watch.id in self._down_since:
            lasted = ((watch.since or 0) - self._down_since.pop(watch.id)) / SECOND
            if watch.id not in self.flapping:
                log.warning("%s is up again after %.0f s", watch.target.name, lasted)

    def _mark_flapping(self, watch: Watch, rules: Polling, now: Instant) -> None:
        before = watch.id in self.flapping
        after = flaps(
            watch.emitted,
            now,
            changes=rules.flapping_changes,
            within=rules.flapping_within,
            flapping=before,
        )
        if after is before:
            return
        kind = EventKind.FLAPPING if after else EventKind.STEADY
        self._journal.event(Event(now, kind, watch.id))
        if after:
            self.flapping.add(watch.id)
            log.warning("%s is flapping, its changes are counted but not told", watch.target.name)
        else:
            self.flapping.discard(watch.id)
            log.warning("%s is steady again: %s", watch.target.name, watch.state)


def _ancestors(watch: Watch, watches: Mapping[str, Watch]) -> Iterator[Watch]:
    while (parent := watches.get(watch.target.parent or "")) is not None:
        yield parent
        watch = parent


def _fails(watch: Watch) -> bool:
    if watch.members:
        sound = sum(not _fails(member) for member in watch.members)
        return watch.state is State.DOWN or sound < watch.target.needs
    suspected = any(check.failing_since is not None for check in watch.checks)
    return suspected or watch.state is State.DOWN


def _described(watch: Watch) -> str:
    reasons = [
        f"{check.spec.name}: {check.last.reason}"
        for check in watch.checks
        if check.last is not None and check.last.reason is not None
    ]
    reasons += [
        f"{member.target.name}: {member.state}"
        for member in watch.members
        if member.state is not State.UP
    ]
    return f"{watch.target.name} ({', '.join(reasons)})" if reasons else watch.target.name

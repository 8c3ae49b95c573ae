"""Live: the immutable snapshot of all targets that exporters read."""

from collections.abc import Collection, Mapping

from collector.domain.instants import Instant
from collector.domain.live import LiveCheck, LiveTarget
from collector.domain.machine import Watch
from collector.domain.samples import Result
from collector.domain.states import State
from collector.services.poll import Poller

# Looking a member up in its class is a function call, and these are looked up for each target.
_UP, _DOWN, _UNKNOWN, _ANSWERED = State.UP, State.DOWN, State.UNKNOWN, Result.UP


def live_targets(poller: Poller, in_work: Collection[int], now: Instant) -> tuple[LiveTarget, ...]:
    """Every target as it stands; safe to call from another thread than the polling's.

    Those in a window, planned or urgent, are in maintenance whatever is measured.
    """
    current = dict(poller.watches)
    down = {name for name, watch in current.items() if watch.state is _DOWN}
    found = [_live(watch, poller, current, down, now) for watch in current.values()]
    if not in_work:
        return tuple(found)
    maintained = State.MAINTENANCE
    return tuple([it._replace(state=maintained) if it.id in in_work else it for it in found])


def _live(
    watch: Watch, poller: Poller, watches: Mapping[str, Watch], down: set[str], now: Instant
) -> LiveTarget:
    target, entries = watch.target, watch.emitted
    since, measured = entries[-1] if entries else (None, _UNKNOWN)
    # Of nearly all there is no more to say than that all their probes answer.
    sound = measured is _UP and not watch.members
    checks = []
    for check in watch.checks:
        at, last = check.last_at, check.last
        if at is None or now > at + check.max_gap:
            last = None  # it says nothing of now
        checks.append(LiveCheck(check.spec.name, last, at))
        sound = sound and check.state is _UP and last is not None and last.result is _ANSWERED
    behind = measured is _DOWN and _ancestor_among(down, target.parent, watches)
    service = poller.services.record(watch.id)
    return LiveTarget(
        watch.id,
        target.name,
        target.kind.value,
        target.site,
        measured,
        State.UNREACHABLE if behind else measured,
        not sound and watch.degraded,
        since,
        "" if sound else _reason(watch),
        poller.devices.restarts(watch.id),
        not sound and not watch.answered,
        tuple(checks),
        watch.id in poller.announcer.flapping,
        *service,
    )


def _reason(watch: Watch) -> str:
    if watch.state is State.UP:
        return ""
    for check in watch.checks:
        if check.last is not None and check.last.reason is not None:
            return check.last.reason.value
    return next(filter(None, map(_reason, watch.members)), "")


def _ancestor_among(down: set[str], parent: str | None, watches: Mapping[str, Watch]) -> bool:
    while parent is not None and parent in watches:
        if parent in down:
            return True
        parent = watches[parent].target.parent
    return False


def known_until(watches: Mapping[str, Watch], now: Instant) -> dict[int, Instant]:
    """How far each target's state in force is known, by id."""
    return {watch.id: watch.known_until(now) for watch in list(watches.values())}

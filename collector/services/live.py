"""Live: the immutable snapshot of all targets that exporters read."""

from collections.abc import Collection, Mapping

from collector.domain.checks import Check
from collector.domain.instants import Instant
from collector.domain.live import LiveCheck, LiveTarget
from collector.domain.machine import Watch
from collector.domain.states import State
from collector.services.poll import Poller


def live_targets(poller: Poller, in_work: Collection[int], now: Instant) -> tuple[LiveTarget, ...]:
    """Every target as it stands; safe to call from another thread than the polling's.

    Those in a window, planned or urgent, are in maintenance whatever is measured.
    """
    current = dict(poller.watches)
    down = {name for name, watch in current.items() if watch.state is State.DOWN}
    found = (_live(watch, poller, current, down, now) for watch in current.values())
    if not in_work:
        return tuple(found)
    maintained = State.MAINTENANCE
    return tuple(it._replace(state=maintained) if it.id in in_work else it for it in found)


def _live(
    watch: Watch, poller: Poller, watches: Mapping[str, Watch], down: set[str], now: Instant
) -> LiveTarget:
    target, state = watch.target, watch.state
    behind = state is State.DOWN and _ancestor_among(down, target.parent, watches)
    service = poller.services.record(watch.id)
    return LiveTarget(
        id=watch.id,
        name=target.name,
        kind=target.kind.value,
        site=target.site,
        measured=state,
        state=State.UNREACHABLE if behind else state,
        degraded=watch.degraded,
        since=watch.since,
        reason=_reason(watch),
        restarts=poller.devices.restarts(watch.id),
        never_answered=not watch.answered,
        checks=tuple(_live_check(check, now) for check in watch.checks),
        flapping=watch.id in poller.announcer.flapping,
        certificate_expires=service.certificate_expires,
        messages_sent=service.sent,
        messages_failed=service.failed,
    )


def _live_check(check: Check, now: Instant) -> LiveCheck:
    """Its last poll, as long as that says anything of now."""
    stale = check.last_at is None or now > check.last_at + check.max_gap
    return LiveCheck(check.spec.name, None if stale else check.last, check.last_at)


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

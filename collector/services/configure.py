"""Configure: bring the polling in line with the configuration, touching only what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.domain.batches import CheckRecord
from collector.domain.instants import Instant
from collector.domain.machine import Watch
from collector.domain.targets import Target
from collector.ports import PollStore
from collector.services.poll import Poller
from collector.services.record import Recorder


@dataclass(frozen=True, slots=True)
class Applied:
    """What a configuration changed: numbers of targets."""

    added: int
    changed: int
    removed: int
    same: int


def apply(
    targets: Sequence[Target],
    ids: Mapping[str, int],
    poller: Poller,
    recorder: Recorder,
    now: Instant,
    slots: Mapping[tuple[int, str], int] | None = None,
) -> Applied:
    """Make the poller poll these targets; `slots` are the remembered places on the wheel.

    A target that is retired by now is not polled.
    """
    wanted = {t.name: t for t in targets if t.retired_at is None or t.retired_at > now}
    removed = [name for name in poller.watches if name not in wanted]
    for name in removed:
        poller.drop(name, now)
    added = changed = 0
    for name, target in wanted.items():
        watch = poller.watches.get(name)
        if watch is None:
            added += 1
            watch = poller.watches[name] = Watch(ids[name], target, recorder)
            new = set(watch.checks)
        elif watch.target == target:
            continue
        else:
            changed += 1
            gone, new = watch.reconfigure(target, now)
            poller.forget(gone)
        places = slots or {}
        remembered = {
            check: places[watch.id, check.spec.name]
            for check in new
            if (watch.id, check.spec.name) in places
        }
        poller.wheel.add((check for check in watch.checks if check in new), remembered)
    for group in poller.watches.values():
        found = (poller.watches.get(name) for name in group.target.members)
        group.compose(tuple(member for member in found if member is not None), now)
    return Applied(added, changed, len(removed), len(wanted) - added - changed)


def save_places(poller: Poller, store: PollStore) -> None:
    """Store every check's place on the wheel, so that a restart keeps the phase."""
    store.save_checks(
        [
            CheckRecord(
                watch.id,
                check.spec.name,
                check.spec.interval,
                poller.wheel.slot(check),
                watch.target.merge,
            )
            for watch in poller.watches.values()
            for check in watch.checks
        ]
    )

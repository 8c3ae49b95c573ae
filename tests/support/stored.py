"""Short words for what tests put into a store."""

from collector.domain.batches import Batch
from collector.domain.instants import HOUR, SECOND, Instant
from collector.domain.samples import Reason, Result, Sample
from collector.domain.states import Change, State
from collector.domain.targets import Kind, Target
from collector.ports import Store

NOON: Instant = 1_790_000_000 * SECOND // (24 * HOUR) * (24 * HOUR) + 12 * HOUR


def target(name: str, **said: object) -> Target:
    """A server in Laxå unless told otherwise."""
    given: dict[str, object] = {"kind": Kind.SERVER, "site": "laxa", "address": "192.0.2.1"}
    return Target(name=name, probes=(), **(given | said))  # type: ignore[arg-type]  # as given


def registered(store: Store, *names: str, now: Instant = NOON) -> list[int]:
    """The ids of targets of these names, which are all there are."""
    ids = store.register([target(name) for name in names], now)
    return [ids[name] for name in names]


def up(of: int, at: Instant, duration: float = 0.001, probe: str = "icmp") -> Sample:
    """An answer without loss."""
    return Sample(of, probe, at, Result.UP, None, duration, 0.0)


def down(of: int, at: Instant, probe: str = "icmp") -> Sample:
    """No answer."""
    return Sample(of, probe, at, Result.DOWN, Reason.TIMEOUT, None, 1.0)


def change(of: int, at: Instant, state: State | None, known: Instant | None = None) -> Change:
    """A change that was known at once unless told otherwise."""
    return Change(of, at, state, at if known is None else known)


def changes(store: Store, *made: Change) -> None:
    """Write a batch of changes alone."""
    store.write(Batch(heartbeat=max(one.confirmed_at for one in made), changes=list(made)))

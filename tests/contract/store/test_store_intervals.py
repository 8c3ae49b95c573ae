"""Whatever polling says in whatever order, a target's intervals stay disjoint and sorted."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.stored import change, changes, registered

from collector.domain.instants import Instant
from collector.domain.states import Change, State
from collector.store import SqlStore, open_store
from collector.store.schema import intervals

POLLED = (State.UP, State.DOWN, State.UNKNOWN)
SAID = st.tuples(st.integers(0, 60), st.sampled_from([*POLLED, None]))
BATCHES = st.lists(st.lists(SAID, min_size=1, max_size=5), min_size=1, max_size=6)
Stretch = tuple[Instant, Instant | None, State]
COMMON = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def modelled(said: Sequence[tuple[Instant, State | None]]) -> list[Stretch]:
    """The rule told plainly: what is said at an instant takes back all that was said from it on."""
    kept: list[tuple[Instant, State | None]] = []
    for at, state in said:
        kept = [(t, s) for t, s in kept if t < at]
        if state != (kept[-1][1] if kept else None):
            kept.append((at, state))
    ends: list[Instant | None] = [at for at, _ in kept[1:]]
    return [
        (at, end, state)
        for (at, state), end in zip(kept, [*ends, None][: len(kept)], strict=True)
        if state is not None
    ]


def stored(store: SqlStore, target: int) -> list[Stretch]:
    """What is kept, with neighbours of one state told as one."""
    joined: list[Stretch] = []
    for span in store.intervals(-1, 2**62).get(target, []):
        if joined and joined[-1][1:] == (span.start, span.state):
            joined[-1] = (joined[-1][0], span.end, span.state)
        else:
            joined.append((span.start, span.end, span.state))
    return joined


def emptied(store: SqlStore) -> int:
    with store.writing() as connection:
        connection.execute(intervals.delete())
    return registered(store, "a", "b")[0]


def as_changes(target: int, batch: Sequence[tuple[Instant, State | None]]) -> list[Change]:
    return [change(target, at, state, at + 1) for at, state in batch]


@COMMON
@given(batches=BATCHES)
def test_intervals_are_disjoint_and_sorted_and_one_is_open_at_most(
    file: Path, batches: list[list[tuple[Instant, State | None]]]
) -> None:
    store = open_store(f"sqlite:///{file}")
    a = emptied(store)
    for batch in batches:
        changes(store, *as_changes(a, batch))
        found = stored(store, a)
        assert all(end is None or start < end for start, end, _ in found)
        assert all(one[1] is not None and one[1] <= other[0] for one, other in pairwise(found))
    store.close()


@COMMON
@given(batches=BATCHES)
def test_intervals_are_those_of_a_plain_model(
    file: Path, batches: list[list[tuple[Instant, State | None]]]
) -> None:
    # As polling does: in order of time, for what was written before is never gone back on.
    store = open_store(f"sqlite:///{file}")
    a = emptied(store)
    said = sorted((one for batch in batches for one in batch), key=lambda one: one[0])
    rest = list(said)
    for batch in batches:
        changes(store, *as_changes(a, rest[: len(batch)]))
        del rest[: len(batch)]
    assert stored(store, a) == modelled(said)
    store.close()


@COMMON
@given(batches=BATCHES)
def test_a_batch_in_order_of_time_may_be_repeated(
    file: Path, batches: list[list[tuple[Instant, State | None]]]
) -> None:
    store = open_store(f"sqlite:///{file}")
    a = emptied(store)
    newest = 0
    for batch in batches:
        # A change never lies before the start of the newest interval (domain.states.Change).
        later = sorted(((newest + at, state) for at, state in batch), key=lambda one: one[0])
        ordered = as_changes(a, later)
        changes(store, *ordered)
        newest = later[-1][0]
        before = stored(store, a)
        changes(store, *ordered)
        assert stored(store, a) == before
    store.close()

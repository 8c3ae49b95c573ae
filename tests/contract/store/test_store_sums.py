"""FigureStore.sums is what its intervals come to; known_at_least promises no more than the tail."""

import pytest
from support.figures import sums_of
from support.stored import NOON, changes, registered, up
from support.stored import change as change_of

from collector.domain.batches import Batch, CheckRecord
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.states import Interval, Origin, State
from collector.kpi.tail import known_until
from collector.ports import ImportedRow


@pytest.fixture
def history(store):
    """Three targets: up and down in turn, with a gap and unknown time, and imported."""
    one, two, three = registered(store, "a", "b", "c")
    at = [NOON + n * HOUR for n in range(8)]
    changes(
        store,
        change_of(one, at[0], State.UP),
        change_of(one, at[1], State.DOWN, at[1] + MINUTE),
        change_of(one, at[2], State.UP),
        change_of(one, at[4], State.DOWN),
        change_of(two, at[0], State.UNKNOWN),
        change_of(two, at[1], State.UP),
        change_of(two, at[3], None),
        change_of(two, at[4], State.DOWN),
        change_of(two, at[5], State.UP),
        change_of(two, at[6], None),
    )
    rows = [
        ImportedRow(three, Interval(start, end, state, None, Origin.IMPORTED))
        for start, end, state in (
            (at[0], at[2], State.UP),
            (at[2], at[3], State.UNREACHABLE),
            (at[3], at[5], State.DOWN),
            (at[4], at[6], State.MAINTENANCE),
        )
    ]
    store.import_intervals(rows, "anna", "fil.csv", at[7])
    return store, (one, two, three)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 8 * HOUR), (HOUR, 5 * HOUR), (90 * MINUTE, 270 * MINUTE), (6 * HOUR, 7 * HOUR), (0, 0)],
)
def test_sums_are_what_the_intervals_come_to(history, start, end):
    store, _ = history
    stretch = NOON + start, NOON + end
    found = store.intervals(*stretch)
    assert store.sums(*stretch) == {id_: sums_of(own, *stretch) for id_, own in found.items()}


def test_sums_are_whole_numbers_and_of_those_asked_for(history):
    store, (one, two, _) = history
    found = store.sums(NOON, NOON + 5 * HOUR, [one, two])
    assert list(found) == [one, two]
    assert found[one] == (NOON, NOON + 4 * HOUR, 1, 3 * HOUR, 2 * HOUR, 2, NOON + HOUR, 0)
    assert {type(it) for it in found[one]} == {int}
    assert store.sums(NOON, NOON + HOUR, []) == {}


def test_what_is_surely_known_is_no_later_than_what_the_last_samples_say(store):
    assert store.known_at_least() is None
    ids = registered(store, "a", "b", "c")
    pace = [MINUTE, 10 * SECOND, 5 * MINUTE]
    store.save_checks([CheckRecord(id_, "icmp", it, 0) for id_, it in zip(ids, pace, strict=True)])
    begun = NOON - HOUR
    store.write(
        Batch(
            heartbeat=NOON,
            samples=[
                up(ids[0], NOON - MINUTE),
                up(ids[1], NOON - HOUR),
                up(ids[2], NOON - 4 * MINUTE),
            ],
            changes=[change_of(id_, begun, State.UP) for id_ in ids],
        )
    )
    surely = store.known_at_least()
    assert surely is not None
    assert begun < surely <= min(known_until(store.tail(), NOON + HOUR).values())

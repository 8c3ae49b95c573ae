"""What is remembered is what the store would say."""

import random

import pytest

from collector.domain.instants import DAY, HOUR, MINUTE
from collector.domain.states import Interval, Origin, State
from collector.ports import ImportedRow
from collector.services.remember import Remembering
from collector.store import open_store
from tests.support.stored import NOON, change, changes, registered

UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN


class Asked:
    """A store, and what was asked of it."""

    def __init__(self, store):
        self._store = store
        self.asked = []

    def __getattr__(self, name):
        return getattr(self._store, name)

    def intervals(self, start, end, targets=None):
        self.asked.append((start, end, None if targets is None else sorted(targets)))
        return self._store.intervals(start, end, targets)


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'figures.db'}", create=True)
    yield opened
    opened.close()


def as_lists(found):
    return {id_: list(own) for id_, own in found.items()}


def same(remembering, store, start, end):
    assert as_lists(remembering.intervals(start, end)) == as_lists(store.intervals(start, end))


def test_closed_intervals_are_asked_for_once(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, DOWN))
    changes(store, change(one, NOON + 2 * HOUR, UP))
    asked = Asked(store)
    remembering = Remembering(asked)
    same(remembering, store, NOON, NOON + DAY)
    same(remembering, store, NOON, NOON + DAY + MINUTE)
    assert [it[0] for it in asked.asked] == [NOON, NOON + DAY - 10 * MINUTE]


def test_what_was_written_hours_late_is_read(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, DOWN))
    changes(store, change(one, NOON + 2 * HOUR, UP))
    remembering = Remembering(store)
    same(remembering, store, NOON, NOON + DAY)
    changes(store, change(one, NOON + 3 * HOUR, DOWN), change(one, NOON + 4 * HOUR, UP))
    same(remembering, store, NOON, NOON + DAY + MINUTE)


def test_what_was_taken_back_is_not_remembered(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, DOWN))
    remembering = Remembering(store)
    same(remembering, store, NOON, NOON + DAY)
    changes(store, change(one, NOON + HOUR, UP))
    same(remembering, store, NOON, NOON + DAY + MINUTE)


def test_an_import_makes_it_read_everything_anew(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, DOWN))
    remembering = Remembering(store)
    same(remembering, store, NOON - DAY, NOON + DAY)
    former = Interval(NOON - HOUR, NOON - MINUTE, UP, None, Origin.IMPORTED)
    store.import_intervals([ImportedRow(one, former)], "anna", "a.csv", NOON + DAY)
    same(remembering, store, NOON - DAY, NOON + DAY)


def test_maintenance_within_what_is_open_keeps_its_place(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP))
    work = Interval(NOON + HOUR, NOON + 2 * HOUR, State.MAINTENANCE, None, Origin.IMPORTED)
    store.import_intervals([ImportedRow(one, work)], "anna", "a.csv", NOON + DAY)
    remembering = Remembering(store)
    same(remembering, store, NOON, NOON + DAY)
    same(remembering, store, NOON, NOON + DAY + HOUR)
    same(remembering, store, NOON + 3 * HOUR, NOON + DAY + HOUR)


def test_an_earlier_time_is_read_as_well(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, DOWN))
    remembering = Remembering(store)
    same(remembering, store, NOON + 2 * HOUR, NOON + DAY)
    same(remembering, store, NOON - HOUR, NOON + DAY)
    same(remembering, store, NOON - HOUR, NOON + HOUR)


def test_a_dropped_target_that_came_back_keeps_its_gap(store):
    (one,) = registered(store, "srv-1")
    changes(store, change(one, NOON, UP), change(one, NOON + HOUR, None))
    remembering = Remembering(store)
    same(remembering, store, NOON, NOON + DAY)
    changes(store, change(one, NOON + DAY, DOWN))
    same(remembering, store, NOON, NOON + DAY + HOUR)
    same(remembering, store, NOON, NOON + DAY + 2 * HOUR)


@pytest.mark.parametrize("seed", range(5))
def test_it_says_what_the_store_says_whatever_is_written_when(store, seed):
    dice = random.Random(seed)
    ids = registered(store, "srv-1", "srv-2", "srv-3")
    remembering = Remembering(store)
    last = dict.fromkeys(ids, NOON)
    changes(store, *(change(id_, NOON, UP) for id_ in ids))
    now, start = NOON, NOON
    for _ in range(60):
        now += dice.randrange(1, 90) * MINUTE
        start += dice.choice((0, 0, 7 * MINUTE))
        for id_ in dice.sample(ids, dice.randrange(3)):
            # never before the interval that is open begins, and sometimes at its very start
            at = dice.randrange(last[id_], now, MINUTE)
            changes(store, change(id_, at, dice.choice((UP, DOWN, UNKNOWN, None)), now))
            last[id_] = at
        same(remembering, store, start, now)

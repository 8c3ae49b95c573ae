"""Where sources stand, what they cover, and what was purged of what they said."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.stored import NOON, case

from collector.domain.cases import CaseStatus, Exclusion
from collector.domain.instants import DAY, HOUR
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.ports import Purge, Retention
from collector.store import SqlStore
from collector.store.cases import STEP

KEEP = Retention(
    raw=48 * HOUR, raw_bytes=10**9, hourly=90 * DAY, daily=None, intervals=None, cases=30 * DAY
)
MIDNIGHT = NOON - 12 * HOUR


def test_a_source_that_was_never_read_has_the_empty_state(store: SqlStore) -> None:
    assert store.source_state("desk") == SourceState("desk")


def test_a_state_replaces_the_one_before(store: SqlStore) -> None:
    failed = SourceState(
        "desk", NOON, "p. 2", NOON, NOON, NOON, NOON, SourceFailure.TIMEOUT, NOON, "30 s"
    )
    store.save_source_state(failed)
    store.save_source_state(SourceState("other"))
    assert store.source_state("desk") == failed
    well = replace(failed, place=None, failure=None, failing_since=None, message="")
    store.save_source_state(well)
    assert store.source_state("desk") == well


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 10), (10, 20)], [(0, 20)]),
        ([(0, 10), (11, 20)], [(0, 10), (11, 20)]),
        ([(11, 20), (0, 10), (5, 12)], [(0, 20)]),
        ([(5, 10), (None, 7)], [(None, 10)]),
        ([(None, 7), (None, 5)], [(None, 7)]),
        ([(0, 20), (5, 10)], [(0, 20)]),
        ([(5, 5), (9, 3)], []),
    ],
)
def test_what_touches_or_overlaps_becomes_one(
    store: SqlStore,
    spans: list[tuple[int | None, int]],
    expected: list[tuple[int | None, int]],
) -> None:
    other = Covered("other", 0, 10)
    store.cover(other)
    for start, end in spans:
        store.cover(Covered("desk", start, end))
    kept = [Covered("desk", start, end) for start, end in expected]
    assert store.covered("desk") == kept
    assert store.covered() == [*kept, other]


SPANS = st.tuples(st.none() | st.integers(0, 30), st.integers(0, 30))


@given(spans=st.lists(SPANS, max_size=8))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_covered_is_all_that_was_said_to_be(
    store: SqlStore, spans: list[tuple[int | None, int]]
) -> None:
    for start, end in spans:
        store.cover(Covered("desk", start, end))
    kept = store.covered("desk")
    for at in range(-2, 32):
        said = any((start is None or start <= at) and at < end for start, end in spans)
        assert any((it.start is None or it.start <= at) and at < it.end for it in kept) == said
    assert all(it.end < after.start for it, after in pairwise(kept) if after.start)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM covered")  # for the next example


def test_only_what_was_not_covered_moves_the_revision(store: SqlStore) -> None:
    before = store.revision()
    store.cover(Covered("desk", None, NOON))
    covered = store.revision()
    assert covered > before
    store.cover(Covered("desk", NOON - DAY, NOON))
    assert store.revision() == covered


def test_cases_go_when_their_time_is_over_and_it_is_logged(store: SqlStore) -> None:
    store.upsert_cases(
        [
            case("old"),
            case("spam", resolved=None, changed=NOON, excluded=Exclusion.SPAM),
            case("gone", created=NOON + 9 * DAY),
            case("open", resolved=None, status=CaseStatus.OPEN),
            case("young", created=NOON + DAY),
        ]
    )
    store.mark_deleted("desk", ["gone"], NOON + HOUR)
    assert store.purge_cases(NOON + DAY, NOON + 40 * DAY) == 3
    assert [one.id for one in store.cases()] == ["open", "young"]
    assert store.purges() == [Purge(NOON + 40 * DAY, "cases", NOON + DAY, 3)]
    revision = store.revision()
    assert store.purge_cases(NOON + DAY, NOON + 41 * DAY) == 0
    assert len(store.purges()) == 1
    assert store.revision() == revision


def test_what_was_purged_is_no_longer_covered(store: SqlStore) -> None:
    store.upsert_cases([case()])
    store.cover(Covered("desk", None, NOON + 9 * DAY))
    store.cover(Covered("former desk", NOON - 9 * DAY, NOON))
    store.purge_cases(NOON + DAY, NOON + 40 * DAY)
    assert store.covered() == [Covered("desk", NOON + DAY, NOON + 9 * DAY)]


def test_more_cases_than_a_step_go_in_steps_and_are_one_entry(store: SqlStore) -> None:
    store.upsert_cases([case(str(n)) for n in range(2 * STEP + 1)])
    now = MIDNIGHT + 32 * DAY
    steps = list(store.retain(KEEP, now))
    assert steps[:3] == [STEP, STEP, 1]
    assert store.purges() == [Purge(now, "cases", MIDNIGHT + 2 * DAY, 2 * STEP + 1)]


def test_cases_go_by_the_day(store: SqlStore) -> None:
    store.upsert_cases([case()])  # resolved at 14:00
    assert sum(store.retain(KEEP, MIDNIGHT + 31 * DAY - 1)) == 0
    assert sum(store.retain(KEEP, MIDNIGHT + 31 * DAY)) == 1


def test_cases_stay_where_no_time_is_set_for_them(store: SqlStore) -> None:
    store.upsert_cases([case()])
    assert sum(store.retain(replace(KEEP, cases=None), NOON + 9999 * DAY)) == 0
    assert store.cases() == [case()]

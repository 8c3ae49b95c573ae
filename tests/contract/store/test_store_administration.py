"""What commands change and look up beside the agent."""

import pytest
from support.stored import NOON, change, changes, down, registered, target, up

from collector.domain.batches import Batch, CheckRecord
from collector.domain.instants import HOUR, MINUTE, Instant
from collector.domain.states import Interval, Origin, State
from collector.ports import ImportedRow
from collector.store import SqlStore


def row(
    of: int, start: Instant, end: Instant | None, state: State, comment: str = ""
) -> ImportedRow:
    return ImportedRow(of, Interval(start, end, state, None, Origin.IMPORTED), comment)


def imported(store: SqlStore, *rows: ImportedRow, now: Instant = NOON) -> int:
    return store.import_intervals(rows, "anna", "former.csv", now)


def test_a_renamed_target_keeps_its_history_under_the_same_id(store: SqlStore) -> None:
    (a,) = registered(store, "old")
    changes(store, change(a, NOON, State.UP))
    before = store.revision()
    store.rename("old", "new")
    assert [(record.id, record.name) for record in store.targets()] == [(a, "new")]
    assert store.intervals(0, 2**62).keys() == {a}
    assert store.revision() > before
    assert registered(store, "new") == [a]


def test_renaming_an_unknown_target_is_a_key_error(store: SqlStore) -> None:
    with pytest.raises(KeyError, match="nobody"):
        store.rename("nobody", "somebody")


@pytest.mark.parametrize("measured", ["polled", "imported", "intervals"])
def test_a_name_with_measurements_of_its_own_is_not_taken(store: SqlStore, measured: str) -> None:
    _, b = registered(store, "old", "new")
    if measured == "polled":
        store.write(Batch(NOON, samples=[up(b, NOON)], first_polled={b: NOON}))
    elif measured == "imported":
        imported(store, row(b, 1, 2, State.UP))
    else:
        changes(store, change(b, NOON, State.UP))
    before = store.targets()
    with pytest.raises(ValueError, match="new has measurements of its own"):
        store.rename("old", "new")
    assert store.targets() == before


def test_a_target_without_measurements_makes_room_for_one_that_takes_its_name(
    store: SqlStore,
) -> None:
    ids = store.register([target("old"), target("new"), target("child", parent="new")], NOON)
    store.save_checks([CheckRecord(ids["new"], "icmp", MINUTE, 0)])
    store.rename("old", "new")
    kept, child = store.targets()
    assert (kept.id, kept.name) == (ids["old"], "new")
    assert child.attributes[0].parent == ids["old"]
    assert store.check() == []


def test_an_id_is_never_given_to_a_second_target(store: SqlStore) -> None:
    _, b = registered(store, "old", "new")
    store.rename("old", "new")
    assert registered(store, "new", "third")[1] > b


def test_former_outages_are_taken_in_once(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    rows = [
        row(a, 100, 200, State.UP),
        row(a, 200, 300, State.UNREACHABLE, "grävskada"),
        row(a, 150, 400, State.MAINTENANCE),
        row(b, 50, 60, State.UP),
    ]
    before = store.revision()
    assert imported(store, *rows) == 4
    assert store.revision() > before
    assert store.intervals(0, 2**62) == {
        a: [rows[0].interval, rows[2].interval, rows[1].interval],
        b: [rows[3].interval],
    }
    assert [record.first_seen for record in store.targets()] == [100, 50]
    before = store.revision()
    assert imported(store, *rows) == 0
    assert store.revision() == before
    assert imported(store, *rows, row(a, 300, 310, State.DOWN)) == 1


@pytest.mark.parametrize(
    ("start", "end"), [(50, 101), (100, 150), (120, 130), (199, 250), (50, 500)]
)
def test_what_overlaps_a_stored_interval_is_refused_whole(
    store: SqlStore, start: Instant, end: Instant
) -> None:
    a, b = registered(store, "a", "b")
    imported(store, row(a, 100, 200, State.UP))
    with pytest.raises(ValueError, match=r"^a: down .* overlaps up .*, which is stored"):
        imported(store, row(b, 1, 2, State.UP), row(a, start, end, State.DOWN))
    assert store.intervals(0, 2**62).keys() == {a}


def test_the_message_of_an_overlap_names_both_spans(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    changes(store, change(a, NOON, State.UP))
    with pytest.raises(ValueError) as refused:
        imported(store, row(a, NOON - HOUR, NOON + MINUTE, State.DOWN), now=NOON + HOUR)
    assert str(refused.value) == (
        "a: down 2026-09-21T11:00:00Z to 2026-09-21T12:01:00Z overlaps "
        "up 2026-09-21T12:00:00Z to now, which is stored already"
    )


def test_what_ends_where_another_begins_is_no_overlap(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    changes(store, change(a, NOON, State.UP))
    assert imported(store, row(a, NOON - HOUR, NOON, State.DOWN)) == 1
    changes(store, change(a, NOON + 5, State.DOWN))
    assert [span.start for span in store.intervals(0, 2**62)[a]] == [NOON - HOUR, NOON, NOON + 5]


def test_polling_that_begins_after_an_import_does_not_reach_back_into_it(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    imported(store, row(a, 100, 200, State.UP), row(a, 150, 900, State.MAINTENANCE))
    changes(store, change(a, 150, State.DOWN, 250))
    measured = [s for s in store.intervals(0, 2**62)[a] if s.state is not State.MAINTENANCE]
    assert [(span.start, span.end) for span in measured] == [(100, 200), (200, None)]


def test_maintenance_may_lie_anywhere_but_only_one_begins_at_an_instant(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    assert imported(store, row(a, NOON, NOON + HOUR, State.MAINTENANCE)) == 1
    assert imported(store, row(a, NOON + 1, NOON + HOUR, State.MAINTENANCE)) == 1
    with pytest.raises(ValueError, match="overlaps maintenance"):
        imported(store, row(a, NOON, NOON + MINUTE, State.MAINTENANCE))


@pytest.mark.parametrize(
    ("end", "why"),
    [(None, "no end after its start"), (NOON - 5, "no end after its start"), (NOON + 1, "future")],
)
def test_an_imported_row_has_an_end_that_is_past(
    store: SqlStore, end: Instant | None, why: str
) -> None:
    (a,) = registered(store, "a")
    with pytest.raises(ValueError, match=why):
        imported(store, row(a, NOON - 5, end, State.UP))


def test_raw_samples_are_those_of_one_target_in_a_span_oldest_first(store: SqlStore) -> None:
    a, b = registered(store, "a", "b")
    given = [down(a, 30), up(a, 20), up(b, 20), up(a, 10)]
    store.write(Batch(40, samples=given))
    assert store.samples(a, 10, 30) == [given[3], given[1]]


def test_the_size_grows_with_what_is_stored(store: SqlStore) -> None:
    (a,) = registered(store, "a")
    before = store.size()
    store.write(Batch(40, samples=[up(a, at) for at in range(20_000)]))
    assert store.size() > before + 20_000 * 20

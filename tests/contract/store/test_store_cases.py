"""Cases: taken in as often and in whatever order they come, read by when they count."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.stored import NOON, case, whole_case

from collector.domain.cases import (
    Assignment,
    Case,
    CaseStatus,
    CaseType,
    Exclusion,
    GroupFrom,
    Pause,
    ResolvedFrom,
)
from collector.domain.instants import DAY, HOUR, MINUTE
from collector.domain.sources import SourceState
from collector.ports import StoreUnavailable, Upserted
from collector.store import SqlStore, open_store
from collector.store.cases import STEP

ALL = (0, NOON + 1000 * DAY)
NOTHING = Upserted(0, 0)


def ids(cases: Sequence[Case]) -> list[str]:
    return [one.id for one in cases]


def test_a_case_comes_back_as_it_was_taken_in(store: SqlStore) -> None:
    bare = replace(
        case("bare"),
        type=None,
        status=None,
        first_response=None,
        resolved_from=None,
        group_from=None,
    )
    groups = (Assignment("Nät", NOON), Assignment("Drift"), Assignment("Nät", NOON + 1))
    pauses = (
        Pause(NOON, NOON + HOUR, CaseStatus.SCHEDULED),
        Pause(NOON + HOUR, NOON + 2 * HOUR, CaseStatus.WAITING_CUSTOMER),
    )
    kept = [
        bare,
        case("e", groups=(), pauses=()),
        case("g", groups=(Assignment("Nät"), Assignment("Servicedesk"))),
        case("p", pauses=pauses, groups=groups),
        whole_case("w", deleted=None),
    ]
    assert store.upsert_cases(kept) == Upserted(5, 0)
    assert store.cases() == kept


def test_sources_have_ids_of_their_own(store: SqlStore) -> None:
    store.upsert_cases([case("1"), case("1", source="former desk", site="laxa")])
    assert [(one.source, one.site) for one in store.cases()] == [
        ("desk", ""),
        ("former desk", "laxa"),
    ]


def test_the_same_again_changes_nothing(store: SqlStore) -> None:
    kept = [case(), whole_case()]
    store.upsert_cases(kept)
    revision = store.revision()
    assert store.upsert_cases(kept) == NOTHING
    assert store.revision() == revision


def test_something_new_moves_the_revision(store: SqlStore) -> None:
    before = store.revision()
    store.upsert_cases([case()])
    between = store.revision()
    assert store.upsert_cases([case(changed=NOON + DAY, site="laxa")]) == Upserted(0, 1)
    assert before < between < store.revision()


def test_what_is_older_than_what_is_kept_changes_nothing(store: SqlStore) -> None:
    newer = case(changed=NOON + DAY)
    store.upsert_cases([newer])
    assert store.upsert_cases([case(changed=NOON + DAY - 1, site="laxa")]) == NOTHING
    assert store.cases() == [newer]


def test_of_two_that_changed_at_the_same_instant_the_later_one_holds(store: SqlStore) -> None:
    store.upsert_cases([case(changed=NOON)])
    assert store.upsert_cases([case(changed=NOON, site="laxa")]) == Upserted(0, 1)
    assert [one.site for one in store.cases()] == ["laxa"]


def test_a_case_that_was_touched_but_says_the_same_is_not_counted(store: SqlStore) -> None:
    store.upsert_cases([case(changed=NOON)])
    revision = store.revision()
    assert store.upsert_cases([case(changed=NOON + DAY)]) == NOTHING
    assert store.revision() == revision
    assert store.upsert_cases([case(changed=NOON + HOUR, site="laxa")]) == NOTHING
    assert [(one.changed, one.site) for one in store.cases()] == [(NOON + DAY, "")]


@pytest.mark.parametrize(
    "name",
    [it.name for it in fields(Case) if it.name not in {"source", "id", "changed"}],
)
def test_a_difference_in_any_field_is_kept(store: SqlStore, name: str) -> None:
    whole = whole_case("1", deleted=None)
    other: Any = {
        "type": CaseType.PROBLEM,
        "status": None,
        "resolved_from": ResolvedFrom.CLOSED,
        "group_from": GroupFrom.PRESENT,
        "groups": (Assignment("Servicedesk", NOON), Assignment("Nät & server", NOON + 1)),
        "pauses": (Pause(NOON, NOON + HOUR, CaseStatus.SCHEDULED),),
        "excluded": Exclusion.SPAM,
        "unmapped": {"priority": "blå", "site": "?"},
        "major": False,
        "satisfaction": 1.0,
        "deleted": NOON,
    }.get(name)
    if other is None and name != "status":
        old = getattr(whole, name)
        other = f"{old} 2" if isinstance(old, str) else (old or 0) + 1
    store.upsert_cases([whole])
    different = replace(whole, **{name: other})
    assert store.upsert_cases([different]) == Upserted(0, 1)
    found = [replace(different, deleted=None)] if name == "deleted" else store.cases()
    assert found == [replace(different, deleted=None)]
    assert ids(store.cases()) == ([] if name == "deleted" else ["1"])


def test_a_case_twice_in_a_page_is_one(store: SqlStore) -> None:
    page = [case(changed=NOON + 1, site="laxa"), case(changed=NOON)]
    assert store.upsert_cases(page) == Upserted(1, 0)
    assert [one.site for one in store.cases()] == ["laxa"]


SITES = ("laxa", "hallsberg", "askersund")
CHANGES = st.tuples(st.sampled_from(["1", "2", "3"]), st.integers(0, 20))


@given(told=st.lists(CHANGES, max_size=30), cuts=st.lists(st.integers(0, 30), max_size=4))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_in_any_order_and_any_number_of_times_the_newest_of_each_holds(
    store: SqlStore, told: list[tuple[str, int]], cuts: list[int]
) -> None:
    cases = [
        case(id_, changed=NOON + after, site=SITES[after % 3], waiting=after) for id_, after in told
    ]
    edges = [0, *sorted(cuts), len(cases)]
    pages = [cases[start:end] for start, end in pairwise(edges)]
    taken = [store.upsert_cases(page) for page in pages]
    newest = {id_: max(after for told_id, after in told if told_id == id_) for id_, _ in told}
    assert {one.id: one.changed - NOON for one in store.cases()} == newest
    assert {one.id: (one.site, one.waiting) for one in store.cases()} == {
        id_: (SITES[after % 3], after) for id_, after in newest.items()
    }
    assert sum(done.new for done in taken) == len(newest)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM cases")  # for the next example


def test_a_page_larger_than_a_step_is_taken_in_whole(store: SqlStore) -> None:
    page = [case(f"{n:05}") for n in range(2 * STEP + 1)]
    state = SourceState("desk", watermark=NOON)
    assert store.upsert_cases(page, state) == Upserted(len(page), 0)
    assert store.cases() == page
    assert store.source_state("desk") == state
    assert store.upsert_cases(page, replace(state, watermark=NOON + 1)) == NOTHING
    assert store.source_state("desk").watermark == NOON + 1


def test_a_page_of_nothing_stores_its_state(store: SqlStore) -> None:
    state = SourceState("desk", watermark=NOON)
    assert store.upsert_cases([], state) == NOTHING
    assert store.source_state("desk") == state


def test_the_state_is_not_stored_without_its_cases(store: SqlStore, store_url: str) -> None:
    page = [case(f"{n:05}") for n in range(STEP + 1)]
    unstorable = replace(page[-1], waiting="no number" if "postgres" in store_url else None)
    with pytest.raises(Exception, match=r"(?i)bigint|not null"):
        store.upsert_cases([*page[:-1], unstorable], SourceState("desk", watermark=NOON))
    assert store.source_state("desk") == SourceState("desk")
    assert len(store.case_ids("desk")) == STEP  # whole steps before it are kept, and come again


def test_what_counts_in_a_span_is_read_by_when_it_was_resolved(store: SqlStore) -> None:
    at = NOON + 2 * HOUR
    store.upsert_cases(
        [
            case("at its start"),
            case("before", created=NOON - 1),
            case("at its end", resolved=at + DAY),
            case("open", resolved=None, status=CaseStatus.OPEN),
            case("spam", resolved=None, closed=at, excluded=Exclusion.SPAM),
            case("test", resolved=None, changed=at + 1, excluded=Exclusion.TEST),
            case("sometime", resolved=None, changed=at + 1, status=CaseStatus.RESOLVED),
            case("unmapped", resolved=None, changed=at + 1, status=None, unmapped={"status": "?"}),
        ]
    )
    counted = store.cases(resolved=(at, at + DAY))
    assert ids(counted) == ["at its start", "sometime", "spam", "test"]


def test_a_rating_without_a_time_is_of_when_the_case_was_closed_or_resolved(
    store: SqlStore,
) -> None:
    rated = {"satisfaction": 4.0}
    store.upsert_cases(
        [
            case("told", satisfaction_at=NOON + DAY, closed=NOON + 9 * DAY, **rated),
            case("closed", closed=NOON + DAY + 1, **rated),
            case("resolved", resolved=NOON + DAY + 2, **rated),
            case("later", satisfaction_at=NOON + 2 * DAY, **rated),
            case("not rated", closed=NOON + DAY),
            case("open", resolved=None, status=CaseStatus.OPEN, **rated),
        ]
    )
    answered = store.cases(answered=(NOON + DAY, NOON + 2 * DAY))
    assert ids(answered) == ["closed", "resolved", "told"]


def test_open_are_those_that_were_made_before_and_not_resolved_before(store: SqlStore) -> None:
    store.upsert_cases(
        [
            case("still", resolved=None, status=CaseStatus.OPEN),
            case("then", resolved=NOON + DAY),
            case("resolved", resolved=NOON + DAY - 1),
            case("not yet", created=NOON + DAY, resolved=None, status=CaseStatus.OPEN),
            case("ended", resolved=None, closed=NOON + HOUR, status=CaseStatus.CLOSED),
            case("unmapped", resolved=None, status=None),
            case("spam", resolved=None, excluded=Exclusion.SPAM),
        ]
    )
    assert ids(store.cases(open_at=NOON + DAY)) == ["still", "then", "unmapped"]


def test_cases_are_chosen_by_all_that_is_asked_for(store: SqlStore) -> None:
    store.upsert_cases(
        [
            case("1", site="laxa"),
            case("2", site="laxa", type=CaseType.REQUEST),
            case("3", site="hallsberg", type=None),
            case("4", site="laxa", type=None, report="D-1"),
            case("5", site="laxa", created=NOON + DAY),
        ]
    )
    incidents = [CaseType.INCIDENT]
    assert ids(store.cases(types=incidents)) == ["1", "3", "4", "5"]
    assert ids(store.cases(types=[])) == ["3", "4"]
    assert ids(store.cases(types=incidents, site="laxa")) == ["1", "4", "5"]
    assert ids(store.cases(types=incidents, site="laxa", created=(NOON, NOON + DAY))) == ["1", "4"]
    assert ids(store.cases(reported=True)) == ["4"]
    assert ids(store.cases(ids=[("desk", "2"), ("desk", "3"), ("other", "1"), ("desk", "9")])) == [
        "2",
        "3",
    ]
    assert ids(store.cases(ids=[("desk", "2"), ("desk", "5")], created=(NOON, NOON + 1))) == ["2"]
    assert store.cases(ids=[]) == []


def test_columns_say_what_cases_say(store: SqlStore) -> None:
    groups = (Assignment("Nät", NOON), Assignment("Drift"))
    kept = [
        case("1", groups=groups, pauses=()),
        whole_case("2", deleted=None),
        case("3", type=None, unmapped={"type": "Fråga"}, groups=(Assignment("Nät"),)),
    ]
    store.upsert_cases(kept)
    names = [it.name for it in fields(Case)]
    columns = store.case_columns([*names, "assigned", "counted", "answered"], resolved=ALL)
    order = sorted(range(3), key=columns["id"].__getitem__)
    told = {name: [columns[name][place] for place in order] for name in columns}
    for name in names:
        if name not in {"groups", "pauses"}:
            assert told[name] == [getattr(one, name) for one in kept], name
    assert told["groups"] == [("Nät", "Drift"), ("Servicedesk", "Nät & server"), ("Nät",)]
    assert told["assigned"] == [[NOON, None], [NOON, None], None]
    assert told["pauses"] == [[], [[NOON, NOON + HOUR, "waiting_customer"]], None]
    assert told["counted"] == [one.resolved for one in kept]
    assert told["answered"] == [None, NOON + DAY, None]


def test_columns_keep_every_letter_and_every_digit(store: SqlStore) -> None:
    texts = ["", "null", '"', "\\", ",", "a\n\tb", "Ärende №7", "🖨", "[1,2]"]
    numbers = [
        5.0,
        1.0,
        13 / 3,
        2 / 3,
        4.999999999999999,
        0.1 + 0.2,
        None,
        1e-7,
        12345.678901234567,
    ]
    kept = enumerate(zip(texts, numbers, strict=True))
    store.upsert_cases(
        [case(f"{place}", report=text, satisfaction=number) for place, (text, number) in kept]
    )
    columns = store.case_columns(["id", "report", "satisfaction", "facets"], resolved=ALL)
    found = sorted(zip(*(columns[name] for name in columns), strict=True))
    assert [report for _, report, _, _ in found] == texts
    assert [number for _, _, number, _ in found] == numbers
    assert [facets.rated for *_, facets in found] == [number is not None for number in numbers]
    made = store.case_columns(["id", "satisfaction"], created=ALL)
    assert dict(zip(made["id"], made["satisfaction"], strict=True)) == {
        f"{place}": number for place, number in enumerate(numbers)
    }


def test_what_another_process_brings_is_in_the_columns(store: SqlStore, store_url: str) -> None:
    store.upsert_cases([case("1")])
    assert store.case_columns(["id"], resolved=ALL)["id"] == ["1"]
    with closing(open_store(store_url)) as other:
        other.upsert_cases([case("2", site="laxa", unmapped={"type": "Fråga"}, type=None)])
    columns = store.case_columns(["id", "facets"], resolved=ALL)
    found = dict(zip(columns["id"], columns["facets"], strict=True))
    assert (found["1"].site, found["2"].site) == (case("1").site, "laxa")
    assert found["2"].unmapped == {"type": "Fråga"}


@pytest.mark.parametrize("names", [["created"], ["type"], ["id", "groups", "site"]])
def test_columns_are_those_that_were_asked_for(store: SqlStore, names: list[str]) -> None:
    columns = store.case_columns(names, resolved=ALL)
    assert {name: list(column) for name, column in columns.items()} == {name: [] for name in names}
    store.upsert_cases([case("1"), case("2")])
    columns = store.case_columns(names, resolved=ALL)
    assert set(columns) == set(names)
    assert {len(column) for column in columns.values()} == {2}


def test_columns_are_chosen_as_cases_are(store: SqlStore) -> None:
    store.upsert_cases(
        [case("1"), case("2", site="laxa"), case("3", resolved=None, status=None, report="D-1")]
    )
    chosen: list[dict[str, Any]] = [
        {"resolved": ALL},
        {"created": ALL, "site": "laxa"},
        {"open_at": NOON + HOUR},
        {"open_at": NOON + DAY},
        {"reported": True},
        {"types": [CaseType.REQUEST]},
        {"answered": ALL},
    ]
    for which in chosen:
        found = store.case_columns(["id"], **which)["id"]
        assert sorted(found) == ids(store.cases(**which))


def test_what_a_source_no_longer_has_is_in_no_figure(store: SqlStore) -> None:
    store.upsert_cases([case("1"), case("2"), case("1", source="other")])
    assert store.mark_deleted("desk", ["1", "no such"], NOON + DAY) == 1
    revision = store.revision()
    assert store.mark_deleted("desk", ["1"], NOON + 2 * DAY) == 0
    assert store.revision() == revision
    assert store.case_ids("desk") == {"2"}
    assert store.case_ids("other") == {"1"}
    assert [(one.source, one.id) for one in store.cases()] == [("desk", "2"), ("other", "1")]
    assert sorted(store.case_columns(["source"], resolved=ALL)["source"]) == ["desk", "other"]


def test_a_case_that_is_back_counts_again(store: SqlStore) -> None:
    store.upsert_cases([case()])
    store.mark_deleted("desk", ["1"], NOON + DAY)
    assert store.upsert_cases([case()]) == Upserted(0, 1)
    assert store.cases() == [case()]


def test_many_are_marked_in_steps(store: SqlStore) -> None:
    page = [case(f"{n:05}") for n in range(STEP + 1)]
    store.upsert_cases(page)
    assert store.mark_deleted("desk", (one.id for one in page), NOON + DAY) == len(page)
    assert store.cases() == []


def test_cases_are_read_while_another_writes(store: SqlStore, store_url: str) -> None:
    store.upsert_cases([case("1")])
    other = open_store(store_url)
    with other.writing() as connection:
        connection.exec_driver_sql("DELETE FROM cases")
        assert ids(store.cases()) == ["1"]
    other.close()
    assert store.cases() == []


def test_a_database_that_is_gone_is_said_to_be_unavailable(file: Any) -> None:
    store = open_store(f"sqlite:///{file}")
    file.unlink()
    with pytest.raises(StoreUnavailable):
        store.upsert_cases([case(created=NOON + MINUTE)])
    store.close()

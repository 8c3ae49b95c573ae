"""KPI.md "Cases from the servicedesk": what follows from a case's histories."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.figures import at

from collector.domain.cases import (
    Assignment,
    CaseStatus,
    CaseType,
    GroupFrom,
    Pause,
    ReadCase,
    ResolvedFrom,
    StatusChange,
)
from collector.domain.instants import DAY, HOUR
from collector.kpi.case_history import settle

OPEN, WAITING, SUPPLIER = CaseStatus.OPEN, CaseStatus.WAITING_CUSTOMER, CaseStatus.WAITING_SUPPLIER
SCHEDULED, RESOLVED, CLOSED = CaseStatus.SCHEDULED, CaseStatus.RESOLVED, CaseStatus.CLOSED


def read(created="2026-10-01T08:00", *history, **more):
    statuses = [StatusChange(at(when), status) for when, status in history]
    stated = {"statuses": tuple(statuses)} if history else {}
    return ReadCase(
        "desk", "1", at(created), at(created), **{"type": CaseType.INCIDENT, **stated, **more}
    )


NINTH = (
    ("2026-10-01T08:00", OPEN),
    ("2026-10-02T08:00", WAITING),
    ("2026-10-05T08:00", OPEN),
    ("2026-10-06T08:00", RESOLVED),
    ("2026-10-07T08:00", OPEN),
    ("2026-10-09T08:00", RESOLVED),
)


def test_the_ninth_worked_example_is_resolved_when_it_last_was_and_waited_three_days():
    case = settle(read("2026-10-01T08:00", *NINTH, status=RESOLVED))
    assert (case.resolved, case.resolved_from) == (at("2026-10-09T08:00"), ResolvedFrom.HISTORY)
    assert (case.waiting, case.scheduled) == (3 * DAY, 0)
    assert case.pauses == (Pause(at("2026-10-02T08:00"), at("2026-10-05T08:00"), WAITING),)
    assert case.reopened == 1


def test_a_case_that_was_opened_again_is_open_whatever_its_resolved_stamp_says():
    case = settle(read(status=OPEN, resolved=at("2026-10-02"), closed=at("2026-10-03")))
    assert (case.resolved, case.resolved_from, case.resolving_group) == (None, None, "")


def test_closing_what_was_resolved_does_not_resolve_it_again():
    case = settle(read("2026-10-01", ("2026-10-02", RESOLVED), ("2026-10-09", CLOSED)))
    assert (case.status, case.resolved) == (CLOSED, at("2026-10-02"))


def test_a_stated_time_is_used_where_there_is_no_history():
    case = settle(read(resolved=at("2026-10-02"), closed=at("2026-10-09")))
    assert (case.resolved, case.resolved_from) == (at("2026-10-02"), ResolvedFrom.STATED)
    assert (case.pauses, case.reopened) == (None, None)


def test_the_time_of_an_earlier_resolution_gives_way_to_the_history():
    history = (("2026-10-02", CLOSED), ("2026-10-03", OPEN), ("2026-10-05", CLOSED))
    case = settle(read("2026-10-01", *history, status=CLOSED, resolved=at("2026-10-02")))
    assert (case.resolved, case.resolved_from) == (at("2026-10-05"), ResolvedFrom.CLOSED)
    kept = settle(read("2026-10-01", *history, status=CLOSED, resolved=at("2026-10-04")))
    assert (kept.resolved, kept.resolved_from) == (at("2026-10-04"), ResolvedFrom.STATED)


def test_without_a_resolved_time_closed_is_used_and_flagged():
    case = settle(read(status=CLOSED, closed=at("2026-10-09")))
    assert (case.resolved, case.resolved_from) == (at("2026-10-09"), ResolvedFrom.CLOSED)


def test_a_history_that_lags_behind_gives_way_to_the_stated_time():
    history = (("2026-10-02", RESOLVED), ("2026-10-03", WAITING))
    case = settle(read("2026-10-01", *history, status=RESOLVED, resolved=at("2026-10-05")))
    assert (case.resolved, case.resolved_from) == (at("2026-10-05"), ResolvedFrom.STATED)
    assert case.pauses == (Pause(at("2026-10-03"), at("2026-10-05"), WAITING),)


def test_a_history_alone_tells_the_status():
    assert settle(read("2026-10-01", ("2026-10-02", RESOLVED))).status is RESOLVED
    reopened = settle(read("2026-10-01", ("2026-10-02", RESOLVED), ("2026-10-03", OPEN)))
    assert (reopened.status, reopened.resolved) == (OPEN, None)


def test_an_unmapped_status_is_taken_for_no_other():
    case = settle(read("2026-10-01", ("2026-10-02", RESOLVED), unmapped={"status": "Parkerad"}))
    assert (case.status, case.resolved) == (None, at("2026-10-02"))
    assert case.unmapped == {"status": "Parkerad"}


def test_an_unmapped_status_in_the_history_is_told():
    case = settle(read("2026-10-01", ("2026-10-02", None), ("2026-10-03", RESOLVED)))
    assert set(case.unmapped) == {"statuses"}


def test_waiting_is_clipped_to_what_lies_between_created_and_last_resolved():
    history = (
        ("2026-09-29T08:00", WAITING),
        ("2026-10-01T10:00", SUPPLIER),
        ("2026-10-01T11:00", SCHEDULED),
        ("2026-10-01T14:00", RESOLVED),
        ("2026-10-01T15:00", WAITING),
    )
    case = settle(read("2026-10-01T08:00", *history, status=RESOLVED))
    assert (case.resolved, case.waiting, case.scheduled) == (
        at("2026-10-01T14:00"),
        2 * HOUR,
        3 * HOUR,
    )


def test_an_open_case_tells_since_when_it_waits():
    history = (("2026-10-02", WAITING), ("2026-10-03", OPEN), ("2026-10-04", WAITING))
    case = settle(read("2026-10-01", *history, status=WAITING))
    assert (case.resolved, case.waiting, case.waiting_since) == (None, DAY, at("2026-10-04"))
    assert settle(read("2026-10-01", *history, status=OPEN)).waiting_since is None


def test_totals_without_stretches_are_kept_as_they_are_but_never_exceed_the_handling():
    case = settle(read("2026-10-01", resolved=at("2026-10-03"), waiting=DAY, scheduled=HOUR))
    assert (case.waiting, case.scheduled, case.pauses) == (DAY, HOUR, None)
    case = settle(read("2026-10-01", resolved=at("2026-10-03"), waiting=9 * DAY, scheduled=HOUR))
    assert (case.waiting, case.scheduled) == (2 * DAY, 0)


@pytest.mark.parametrize(
    ("stated", "group", "origin"),
    [
        ({"resolving_group": "A", "group": "B"}, "A", GroupFrom.STATED),
        (
            {
                "group": "C",
                "assignments": (
                    Assignment("A", at("2026-10-01")),
                    Assignment("B", at("2026-10-02")),
                    Assignment("C", at("2026-10-04")),
                ),
            },
            "B",
            GroupFrom.HISTORY,
        ),
        (
            {"group": "B", "assignments": (Assignment("A", at("2026-10-04")),)},
            "B",
            GroupFrom.PRESENT,
        ),
        ({"assignments": (Assignment("A"),)}, "A", GroupFrom.HISTORY),
        ({"assignments": (Assignment("A"), Assignment("B"))}, "", None),
        ({"group": "B"}, "B", GroupFrom.PRESENT),
        ({}, "", None),
    ],
)
def test_the_group_at_resolution_is_the_one_that_had_it_then(stated, group, origin):
    case = settle(read("2026-10-01", resolved=at("2026-10-03"), **stated))
    assert (case.resolving_group, case.group_from) == (group, origin)


def test_reassignments_are_counted_where_the_history_has_its_times():
    dated = [Assignment(name, at(f"2026-10-0{day}")) for day, name in enumerate("AABA", 1)]
    assert settle(read(assignments=tuple(dated))).reassignments == 2
    assert settle(read(assignments=(*dated, Assignment("D")))).reassignments is None
    assert settle(read(assignments=tuple(dated), reassignments=7)).reassignments == 7


DAYS = st.integers(0, 30).map(lambda day: at("2026-10-01") + day * DAY)
CHANGES = st.lists(st.builds(StatusChange, DAYS, st.sampled_from([None, *CaseStatus])), max_size=8)
ASSIGNMENTS = st.lists(st.builds(Assignment, st.sampled_from("ABC"), st.none() | DAYS), max_size=6)
READ = st.builds(
    ReadCase,
    st.just("desk"),
    st.just("1"),
    created=DAYS,
    changed=DAYS,
    status=st.none() | st.sampled_from(CaseStatus),
    resolved=st.none() | DAYS,
    closed=st.none() | DAYS,
    group=st.sampled_from(["", "A", "B"]),
    statuses=st.none() | CHANGES.map(tuple),
    assignments=st.none() | ASSIGNMENTS.map(tuple),
    waiting=st.none() | st.integers(0, 40 * DAY),
    scheduled=st.none() | st.integers(0, 40 * DAY),
)


@given(READ, st.randoms(use_true_random=False))
def test_the_order_in_which_histories_are_told_does_not_matter(case, random):
    shuffled = case
    for name in ("statuses", "assignments"):
        told = getattr(case, name)
        if told is not None:
            again = random.sample(told, len(told))
            shuffled = replace(shuffled, **{name: tuple(again)})
    assert settle(shuffled) == settle(case)


@given(READ)
def test_waiting_never_exceeds_the_time_from_created_to_resolved(case):
    settled = settle(case)
    if settled.resolved is not None:
        stretch = max(0, settled.resolved - settled.created)
        assert 0 <= settled.waiting + settled.scheduled <= stretch
    for pause in settled.pauses or ():
        assert settled.created <= pause.start < pause.end
        assert settled.resolved is None or pause.end <= settled.resolved


@given(READ)
def test_what_is_open_is_not_resolved_and_what_has_a_group_was(case):
    settled = settle(case)
    if settled.status in (OPEN, WAITING, SUPPLIER, SCHEDULED):
        assert settled.resolved is None
    assert (settled.resolved is None) == (settled.resolved_from is None)
    assert (settled.resolving_group == "") == (settled.group_from is None)
    if settled.resolved is None:
        assert settled.resolving_group == ""

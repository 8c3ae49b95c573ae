"""Open cases: their age, their team, and what somebody should look at."""

from typing import Any

import pytest
from support.figures import ZONE, at
from support.stored import case

from collector.domain.cases import Case, CaseStatus, CaseType, Exclusion, Membership
from collector.domain.instants import DAY, HOUR
from collector.kpi.case_backlog import (
    age_of,
    handled,
    is_open,
    open_counts,
    passes_within,
    second_line,
    team_of,
    unanswered,
    waits_since,
)
from collector.kpi.service_hours import OFFICE, hours_of
from collector.kpi.teams import Teams

NOW = at("2026-11-20T12:00")  # a Friday
MEMBERSHIPS = (
    Membership("servicedesk", "Servicedesk"),
    Membership("servicedesk", "IT-support", end=at("2026-11-01")),
    Membership("second_line", "Nät"),
)


def opened(days: float = 1, id_: str = "1", **said: Any) -> Case:
    """An open incident of the desk's, so many days old."""
    usual = {"resolved": None, "resolved_from": None, "resolving_group": "", "group_from": None}
    created = NOW - round(days * DAY)
    return case(id_, **({"created": created, "status": CaseStatus.OPEN} | usual | said))


def resolved(id_: str, group: str, category: str) -> Case:
    return case(id_, created=NOW - 3 * DAY, resolving_group=group, category=category)


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "0-1d"), (1, "1-3d"), (2.9, "1-3d"), (3, "3-7d"), (7, "7-30d"), (30, "30d-")],
)
def test_an_age_begins_where_the_one_before_ends(days: float, age: str) -> None:
    assert age_of(opened(days), NOW) == age


def test_a_case_is_open_unless_it_is_resolved_closed_or_left_out() -> None:
    assert is_open(opened())
    assert not is_open(case("1"))
    assert not is_open(opened(status=CaseStatus.CLOSED))
    assert not is_open(opened(excluded=Exclusion.TEST))


def test_a_team_has_the_groups_that_are_its_own_now() -> None:
    def team(group: str) -> str:
        return team_of(opened(group=group), MEMBERSHIPS, NOW)

    assert team("Servicedesk") == "servicedesk"
    assert team("IT-support") == "other"
    assert team("Drift") == "other"
    assert team("") == "none"


def test_handling_time_so_far_leaves_out_waiting_also_what_is_under_way() -> None:
    assert handled(opened(5), NOW) == 5 * DAY
    assert handled(opened(5, waiting=DAY), NOW) == 4 * DAY
    waits = {"status": CaseStatus.WAITING_CUSTOMER, "waiting_since": NOW - 2 * DAY}
    assert handled(opened(5, waiting=DAY, **waits), NOW) == 2 * DAY
    assert handled(opened(5, scheduled=DAY), NOW) == 5 * DAY
    assert handled(opened(5, scheduled=DAY, type=CaseType.REQUEST), NOW) == 4 * DAY


@pytest.mark.parametrize(
    ("days", "nears"), [(3.9, False), (4, False), (4.1, True), (7, True), (7.1, False)]
)
def test_a_case_nears_the_target_in_its_last_days_before_it(days: float, nears: bool) -> None:
    assert passes_within(opened(days), 7 * DAY, 3 * DAY, NOW) == nears


def test_a_case_that_waits_nears_nothing() -> None:
    waits = opened(5, status=CaseStatus.WAITING_CUSTOMER)
    assert not passes_within(waits, 7 * DAY, 3 * DAY, NOW)


def test_a_first_response_is_awaited_in_working_hours_alone() -> None:
    # Thursday 16:00: half an hour of service that day, four and a half on Friday.
    since_thursday = opened(created=at("2026-11-19T16:00"), first_response=None)
    since_wednesday = opened(created=at("2026-11-18T16:00"), first_response=None)
    hours = hours_of(OFFICE, ZONE, at("2026-11-01"), NOW)
    assert not unanswered(since_thursday, 8 * HOUR, hours, NOW)
    assert unanswered(since_wednesday, 8 * HOUR, hours, NOW)
    answered = opened(created=at("2026-11-02T08:00"), first_response=at("2026-11-16T08:00"))
    assert not unanswered(answered, 8 * HOUR, hours, NOW)


def test_only_a_case_that_waits_for_the_customer_waits_since() -> None:
    assert waits_since(opened(status=CaseStatus.WAITING_CUSTOMER, waiting_since=5)) == 5
    assert waits_since(opened(waiting_since=5)) is None


def test_open_cases_are_counted_by_words_of_which_there_never_are_many() -> None:
    found = open_counts(
        [
            opened(0.5, "1"),
            opened(0.5, "2"),
            opened(40, "3", group="Någon grupp", type=None),
            opened(2, "4", group="", type=CaseType.REQUEST),
            case("5"),
        ],
        MEMBERSHIPS,
        NOW,
    )
    assert found == {
        ("incident", "servicedesk", "0-1d"): 2,
        ("none", "other", "30d-"): 1,
        ("request", "none", "1-3d"): 1,
    }


def test_the_second_line_is_told_by_category_with_what_is_missing_to_the_target() -> None:
    found = second_line(
        [
            *(resolved(f"a{n}", "Servicedesk", "Lösenord") for n in range(6)),
            *(resolved(f"b{n}", "Nät", "Wifi") for n in range(3)),
            resolved("c", "Nät", "Lösenord"),
            resolved("d", "", "Lösenord"),
            resolved("e", "Okänd", "Wifi"),
        ],
        Teams(MEMBERSHIPS),
        0.7,
        10,
    )
    assert found is not None
    # Ten whose group is known: 0.7 of them are 7, and the desk resolved 6.
    assert (found.resolved, found.by_desk, found.missing) == (10, 6, 1)
    assert [(it.category, it.elsewhere, it.resolved) for it in found.categories] == [
        ("Wifi", 3, 3),
        ("Lösenord", 1, 7),
    ]
    assert [it.share for it in found.categories] == [0.9, 0.7]


def test_nothing_is_told_of_the_second_line_where_no_group_is_known() -> None:
    assert second_line([resolved("1", "", "")], Teams(MEMBERSHIPS), 0.7, 10) is None
    assert second_line([resolved("1", "Nät", "")], Teams(()), 0.7, 10) is None

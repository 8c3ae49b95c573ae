"""The indicators of cases (KPI.md "Cases from the servicedesk"), with worked examples 7-11."""

import pytest
from support.case_facts import DESK, NOW, case, facts, period
from support.figures import at

from collector.domain.cases import (
    SERVICEDESK,
    Assignment,
    CaseStatus,
    CaseType,
    Exclusion,
    Membership,
)
from collector.domain.desks import Desk, Feed
from collector.domain.measurements import DecidedTarget, Op
from collector.domain.registers import Attestation, DisruptionReport, SecurityIncident
from collector.domain.sources import Covered
from collector.indicators import (
    changes_causing_disruption,
    incident_handling_time,
    request_handling_time,
    security_incidents,
    servicedesk_resolution_share,
    user_satisfaction,
)
from collector.indicators._cases import Asked
from collector.indicators.registry import case_indicators

OPEN, WAITING, RESOLVED = CaseStatus.OPEN, CaseStatus.WAITING_CUSTOMER, CaseStatus.RESOLVED
SCHEDULED, SUPPLIER = CaseStatus.SCHEDULED, CaseStatus.WAITING_SUPPLIER
OCTOBER = Asked(period())


def figure(indicator, known, asked=OCTOBER, **choices):
    return indicator.compute(known, asked, indicator.Definition.of(choices))


def incidents(known, asked=OCTOBER, **choices):
    return figure(incident_handling_time, known, asked, **choices)


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def test_an_indicator_is_found_by_its_file_alone():
    assert set(case_indicators()) == {
        "incident_handling_time",
        "request_handling_time",
        "servicedesk_resolution_share",
        "user_satisfaction",
        "changes_causing_disruption",
        "security_incidents",
    }
    assert all(id_ == module.ID for id_, module in case_indicators().items())


def test_the_seventh_worked_example():
    may = period("2026-05")
    found = incidents(facts([case(1, "2026-04-30T15:30", "2026-05-04T08:30")], may), Asked(may))
    assert found.value == close(3 + 17 / 24)
    assert found.detail["mean_working_days"] == close(2 / 9)


def test_the_eighth_worked_example():
    june = period("2026-06")
    found = incidents(facts([case(1, "2026-06-18T09:00", "2026-06-22T09:00")], june), Asked(june))
    assert found.detail["mean_working_days"] == close(1)


NINTH = case(
    1,
    "2026-10-01T08:00",
    "",
    ("2026-10-02T08:00", WAITING),
    ("2026-10-05T08:00", OPEN),
    ("2026-10-06T08:00", RESOLVED),
    ("2026-10-07T08:00", OPEN),
    ("2026-10-09T08:00", RESOLVED),
)


def test_the_ninth_worked_example():
    found = incidents(facts([NINTH]))
    assert (found.value, found.detail["mean_days_with_waiting"]) == (close(5), close(8))
    # 54 h of service, of which it waited 8.5 h on the Friday and 0.5 h on the Monday.
    assert found.detail["mean_working_days"] == close((6 * 9 - 9) / 9)
    assert found.detail["flags"] == {"closed_used": 0, "waiting_not_clipped": 0}


def test_the_tenth_worked_example():
    cases = [case(1, "2026-09-20", "2026-10-02"), case(2, "2026-10-20")]
    september, october = period("2026-09"), period()
    known = facts(cases, september, october)
    assert incidents(known, Asked(september)).detail["n"] == 0
    assert incidents(known, Asked(october)).detail["n"] == 1
    assert incidents(known, Asked(october)).detail["open"]["n"] == 1
    assert incidents(known, Asked(september)).detail["open"]["n"] == 1


@pytest.mark.parametrize(
    ("end", "coverage", "measurable"),
    [("2026-11-03", 1, True), ("2026-10-12", 11 * 24 / 745, False)],
)
def test_the_eleventh_worked_example(end, coverage, measurable):
    known = facts([case(1, "2026-10-02", "2026-10-03")], covered=[Covered("desk", None, at(end))])
    found = incidents(known)
    assert (found.coverage, found.measurable) == (close(coverage), measurable)


def test_all_configured_sources_must_be_complete():
    both = Desk((Feed("desk"), Feed("other")), DESK.memberships)
    covered = [
        Covered("desk", None, at("2026-10-20")),
        Covered("other", at("2026-10-10"), NOW),
        Covered("gone", None, NOW),
    ]
    found = incidents(facts([], desk=both, covered=covered))
    assert found.coverage == close(10 * 24 / 745)
    assert (found.value, found.measurable) == (None, False)


def test_a_source_that_never_delivered_covers_nothing():
    found = incidents(facts([], covered=[]))
    assert (found.coverage, found.measurable) == (0, False)


def test_a_period_to_come_has_no_coverage():
    december = period("2026-12")
    assert incidents(facts([], december), Asked(december)).coverage is None


def test_waiting_for_a_supplier_counts_and_for_a_later_date_only_with_incidents():
    history = (
        ("2026-10-05", OPEN),
        ("2026-10-06", SUPPLIER),
        ("2026-10-08", SCHEDULED),
        ("2026-10-11", OPEN),
        ("2026-10-12", RESOLVED),
    )
    cases = [
        case(1, "2026-10-05", "", *history),
        case(2, "2026-10-05", "", *history, type=CaseType.REQUEST),
    ]
    assert incidents(facts(cases)).value == close(7)
    assert figure(request_handling_time, facts(cases)).value == close(4)


THREE = [
    case(1, "2026-10-05T08:00", "2026-10-06T08:00"),
    case(
        2,
        "2026-10-05T09:00",
        "",
        ("2026-10-06T09:00", WAITING),
        ("2026-10-08T09:00", OPEN),
        ("2026-10-09T09:00", RESOLVED),
    ),
    case(3, "2026-10-05T09:00", "2026-10-14T09:00"),
]


@pytest.mark.parametrize(
    ("choices", "value"),
    [
        ({}, (1 + 2 + 9) / 3),
        ({"statistic": "median"}, 2),
        ({"waiting": "included"}, (1 + 4 + 9) / 3),
        ({"waiting": "included", "statistic": "median"}, 4),
        ({"clock": "working"}, (1 + 2 + 7) / 3),
        ({"clock": "working", "statistic": "median"}, 2),
        ({"clock": "working", "waiting": "included"}, (1 + 4 + 7) / 3),
    ],
)
def test_each_choice_of_a_definition_holds(choices, value):
    assert incidents(facts(THREE), **choices).value == close(value)


def test_beside_the_judged_value_stand_the_others():
    detail = incidents(facts(THREE), clock="working").detail
    assert detail["mean_days"] == close(4)
    assert (detail["median_days"], detail["p90_days"]) == (close(2), close(2 + 0.8 * 7))
    assert detail["mean_working_days"] == close(10 / 3)


@pytest.mark.parametrize(
    ("op", "limit", "share"),
    [(Op.AT_MOST, 2, 2 / 3), (Op.AT_MOST, 0.5, 0), (Op.AT_LEAST, 2, 2 / 3), (Op.EQUAL, 1, 1 / 3)],
)
def test_the_share_within_the_target_is_of_single_cases(op, limit, share):
    asked = Asked(period(), target=DecidedTarget(op, limit))
    assert incidents(facts(THREE), asked).detail["within_target"] == close(share)
    assert incidents(facts(THREE)).detail["within_target"] is None


def test_a_bare_total_is_taken_off_working_time_whole_and_told():
    cases = [case(1, "2026-10-05T09:00", "2026-10-07T09:00", waiting=9 * 3_600_000_000)]
    found = incidents(facts(cases), clock="working")
    assert found.value == close(1)
    assert found.detail["flags"]["waiting_not_clipped"] == 1
    longer = [case(1, "2026-10-05T09:00", "2026-10-07T09:00", waiting=40 * 3_600_000_000)]
    assert incidents(facts(longer), clock="working").value == 0
    assert incidents(facts(longer)).detail["mean_working_days"] == 0


def test_an_excluded_case_is_counted_as_left_out_and_nowhere_else():
    cases = [
        case(1, "2026-10-01", "2026-10-02"),
        case(2, "2026-10-01", "2026-10-02", excluded=Exclusion.SPAM),
        case(3, "2026-10-01", "", excluded=Exclusion.MERGED, closed=at("2026-10-09")),
        case(4, "2026-10-03", "2026-10-02"),
    ]
    found = incidents(facts(cases))
    assert (found.value, found.coverage) == (close(1), 1)
    assert found.detail["excluded"] == {"merged": 1, "spam": 1, "resolved_before_created": 1}
    assert found.detail["open"]["n"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {"type": None, "unmapped": {"type": "Felanmälan"}},
        {"unmapped": {"status": "Parkerad"}, "status": None},
        {"unmapped": {"statuses": "Parkerad"}},
    ],
)
def test_what_is_not_mapped_lowers_coverage(more):
    cases = [case(1, "2026-10-01", "2026-10-02"), case(2, "2026-10-01", "2026-10-09", **more)]
    found = incidents(facts(cases))
    assert (found.value, found.coverage, found.measurable) == (close(1), 0.5, False)


def test_a_case_that_nobody_can_tell_whether_it_is_resolved_lowers_coverage_since_it_changed():
    doubtful = case(2, "2026-10-05", status=None, unmapped={"status": "Klart?"}, resolving_group="")
    known = facts([case(1, "2026-10-01", "2026-10-02"), doubtful])
    found = incidents(known)
    assert (found.coverage, found.detail["open"]["n"]) == (0.5, 0)
    november = period("2026-11")
    later = facts([case(1, "2026-11-01", "2026-11-02"), doubtful], november)
    assert incidents(later, Asked(november)).coverage == 1


def test_a_case_that_was_resolved_at_an_unknown_time_lowers_coverage():
    unknown = case(2, "2026-10-05", status=RESOLVED)
    assert incidents(facts([case(1, "2026-10-01", "2026-10-02"), unknown])).coverage == 0.5


def test_a_case_whose_site_is_not_mapped_may_be_of_any():
    cases = [
        case(1, "2026-10-01", "2026-10-02", site="laxa"),
        case(2, "2026-10-01", "2026-10-02", unmapped={"site": "Kumla"}),
    ]
    assert incidents(facts(cases)).coverage == 1
    assert incidents(facts(cases), Asked(period(), "laxa")).coverage == 0.5


def test_a_site_has_no_value_where_the_source_carries_no_sites():
    found = incidents(facts([case(1, "2026-10-01", "2026-10-02")]), Asked(period(), "laxa"))
    assert (found.value, found.detail["n"]) == (None, 0)


def share(cases, desk=DESK, asked=OCTOBER):
    return figure(servicedesk_resolution_share, facts(cases, desk=desk), asked)


def had(*groups, **more):
    dated = [Assignment(name, at(f"2026-10-0{day}")) for day, name in enumerate(groups, 1)]
    return case(len(groups), "2026-10-01", "2026-10-09", assignments=tuple(dated), **more)


def test_the_lenient_share_asks_who_resolved_and_the_strict_who_ever_had_it():
    cases = [
        had("Servicedesk", resolving_group=""),
        had("Nät", "Servicedesk", resolving_group=""),
        had("Servicedesk", "Nät", resolving_group=""),
        case(9, "2026-10-01", "2026-10-02"),
    ]
    found = share(cases)
    assert (found.value, found.detail["n"]) == (3 / 4, 4)
    assert (found.detail["strict"], found.detail["no_history"]) == (close(1 / 3), 1)


def test_a_group_is_the_servicedesks_only_from_and_to_its_dates():
    desk = Desk(
        (Feed("desk"),),
        (
            Membership(SERVICEDESK, "Servicedesk"),
            Membership(SERVICEDESK, "IT-support", None, at("2026-10-05")),
        ),
    )
    cases = [
        case(1, "2026-10-01", "2026-10-04", resolving_group="IT-support"),
        case(2, "2026-10-01", "2026-10-06", resolving_group="IT-support"),
        had("IT-support", "Servicedesk", resolving_group=""),
    ]
    found = share(cases, desk)
    assert (found.value, found.detail["strict"]) == (close(2 / 3), 1)


def test_with_several_teams_a_group_in_none_of_them_is_not_mapped():
    desk = Desk((Feed("desk"),), (*DESK.memberships, Membership("second_line", "Nät")))
    cases = [
        case(n, "2026-10-01", "2026-10-02", resolving_group=name)
        for n, name in enumerate(("Servicedesk", "Nät", "Okänd", ""))
    ]
    found = share(cases, desk)
    assert (found.value, found.coverage) == (0.5, 0.5)
    assert (found.detail["unmapped_group"], found.detail["no_group"]) == (1, 1)
    assert share(cases).value == close(1 / 3)


def test_without_a_servicedesk_there_is_no_share():
    found = share([case(1, "2026-10-01", "2026-10-02")], Desk((Feed("desk"),)))
    assert (found.value, found.coverage) == (None, 0)


def test_the_present_group_is_used_and_told():
    found = share([case(1, "2026-10-01", "2026-10-02", resolving_group="", group="Servicedesk")])
    assert (found.value, found.detail["flags"]) == (1, {"present_group": 1})


def rated(id_, value, when="2026-10-03", **more):
    given = None if when is None else at(when)
    return case(id_, "2026-10-01", "2026-10-02", satisfaction=value, satisfaction_at=given, **more)


def test_satisfaction_is_the_mean_of_the_answers_given_in_the_period():
    cases = [
        *(rated(n, value) for n, value in enumerate((5, 4, 4, 3, 1))),
        rated(6, 1, "2026-11-02"),
        rated(7, 1, type=CaseType.CHANGE),
        rated(8, 1, excluded=Exclusion.TEST),
        case(9, "2026-10-01", "2026-10-02"),
    ]
    found = figure(user_satisfaction, facts(cases))
    assert (found.value, found.measurable) == (close(17 / 5), True)
    assert (found.detail["n"], found.detail["response_rate"]) == (5, close(6 / 7))


def test_satisfaction_is_the_same_to_the_last_digit_in_whatever_order_answers_come():
    answers = [1 + step * 4 / 6 for step in range(7)] * 3
    found = {
        figure(user_satisfaction, facts([rated(n, value) for n, value in enumerate(order)])).value
        for order in (answers, sorted(answers), sorted(answers, reverse=True))
    }
    assert found == {3.0}


def test_too_few_answers_are_shown_and_not_judged():
    cases = [rated(n, 4) for n in range(4)]
    found = figure(user_satisfaction, facts(cases))
    assert (found.value, found.coverage, found.measurable) == (4, 1, False)
    assert figure(user_satisfaction, facts(cases), min_answers=4).measurable


def test_an_answer_without_a_time_is_of_when_the_case_was_closed():
    cases = [rated(n, 4, None, closed=at("2026-10-20")) for n in range(5)]
    found = figure(user_satisfaction, facts(cases))
    assert (found.detail["n"], found.detail["flags"]) == (5, {"closed_used": 5})


def changes(known, asked=OCTOBER):
    return figure(changes_causing_disruption, known, asked)


def report(number, when, change="", **more):
    return DisruptionReport(number, at(when), change, **more)


def test_a_change_counts_once_by_its_own_date():
    reports = [
        report("R1", "2026-10-04", "C1"),
        report("R2", "2026-10-05", "C1"),
        report("R3", "2026-10-05", "C2", change_at=at("2026-09-30")),
        report("R4", "2026-10-05"),
        report("R5", "2026-11-02", "C3"),
    ]
    dates = {"C3": (at("2026-10-30"), "laxa")}
    found = changes(facts([], reports=reports, changes=dates))
    assert (found.value, found.detail["changes"]) == (2, ["C1", "C3"])
    assert (found.detail["without_change"], found.coverage) == (1, 1)


def test_a_report_of_the_register_knows_better_than_a_case():
    cases = [case(1, "2026-10-04", report="R1", change="C1")]
    known = facts(cases, reports=[report("R1", "2026-10-04", "C9")])
    assert changes(known).detail["changes"] == ["C9"]
    assert changes(facts(cases)).cases == ("desk:1",)


def test_nothing_is_none_only_where_somebody_vouches_for_it():
    assert (changes(facts([])).value, changes(facts([])).coverage) == (None, 0)
    attested = {
        changes_causing_disruption.ID: [
            Attestation(changes_causing_disruption.ID, at("2026-10-01"), at("2026-11-01"), "A", NOW)
        ]
    }
    found = changes(facts([], attestations=attested))
    assert (found.value, found.coverage, found.detail["attested"]) == (0, 1, True)
    vouching = Desk((Feed("desk", frozenset({changes_causing_disruption.ID})),))
    found = changes(facts([], desk=vouching))
    assert (found.value, found.coverage, found.detail["attested"]) == (0, 1, False)


def test_of_a_count_at_a_site_there_is_a_value_only_where_all_are_at_one():
    placed = [report("R1", "2026-10-04", "C1", site="laxa")]
    asked = Asked(period(), "laxa")
    assert changes(facts([], reports=placed), asked).value == 1
    elsewhere = [*placed, report("R2", "2026-10-04", "C2")]
    assert changes(facts([], reports=elsewhere), asked).value is None


def test_a_month_of_a_year_without_a_report_has_to_be_attested():
    year = period("2026")
    reports = [report("R1", "2026-01-10", "C1")]
    found = changes(facts([], year, reports=reports), Asked(year))
    assert (found.value, found.measurable) == (1, False)
    assert found.coverage == close((at("2026-02-01") - year.start) / (NOW - year.start))


def security(known, asked=OCTOBER, **choices):
    return figure(security_incidents, known, asked, **choices)


def test_security_incidents_are_those_of_the_register_and_of_the_type():
    cases = [
        case(1, "2026-10-31T23:00", type=CaseType.SECURITY_INCIDENT),
        case(2, "2026-10-01", "2026-10-02"),
        case(3, "2026-10-01", type=CaseType.SECURITY_INCIDENT, excluded=Exclusion.DUPLICATE),
    ]
    known = facts(cases, incidents=[SecurityIncident("S1", at("2026-10-09"))])
    found = security(known)
    assert (found.value, found.cases) == (2, ("desk:1",))


def test_only_those_of_the_stated_severity_and_above_count():
    kept = [
        SecurityIncident(name, at("2026-10-09"), name)
        for name in ("låg", "Medel", "hög", "kritisk", "röd")
    ]
    choices = {"severity": "hög", "severities": ("låg", "medel", "hög", "kritisk")}
    found = security(facts([], incidents=kept), **choices)
    assert (found.value, found.coverage) == (2, close(4 / 5))
    assert found.detail["unknown_severity"] == 1
    assert security(facts([], incidents=kept)).value == 5


def test_where_a_source_vouches_a_case_without_a_type_may_be_a_security_incident():
    vouching = Desk((Feed("desk", frozenset({security_incidents.ID})),))
    cases = [
        case(1, "2026-10-01", "2026-10-02"),
        case(2, "2026-10-01", type=None, unmapped={"type": "Larm"}),
    ]
    found = security(facts(cases, desk=vouching))
    assert (found.value, found.coverage, found.measurable) == (None, 0.5, False)
    assert security(facts(cases[:1], desk=vouching)).value == 0


def test_a_severity_that_is_none_of_the_list_is_refused():
    with pytest.raises(ValueError, match="must be one of severities"):
        security_incidents.Definition(severity="röd", severities=("låg", "hög"))

"""What holds of the indicators of cases whatever the cases are."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.case_facts import NOW, case, facts, period
from support.figures import ZONE, at

from collector.domain.cases import CaseStatus, CaseType, Exclusion, ReadCase, StatusChange
from collector.domain.instants import DAY, HOUR
from collector.domain.measurements import DecidedTarget, Op
from collector.domain.sources import Covered
from collector.indicators import (
    incident_handling_time,
    servicedesk_resolution_share,
    user_satisfaction,
)
from collector.indicators._cases import Asked
from collector.indicators.registry import case_indicators
from collector.kpi.case_history import settle
from collector.kpi.handling_time import quantile, service_before
from collector.kpi.service_hours import OFFICE, Hours, spans

START = at("2026-09-20")
SITES = ("", "laxa", "hallsberg")
INSTANTS = st.integers(0, 55 * 24).map(lambda hours: START + hours * HOUR)
HISTORY = st.lists(
    st.builds(StatusChange, INSTANTS, st.sampled_from([*CaseStatus, CaseStatus.RESOLVED])),
    max_size=5,
)
MAPPED = st.sampled_from([{}, {}, {}, {"type": "x"}, {"status": "x"}, {"site": "x"}])


@st.composite
def cases(draw):
    """Cases of all kinds, some without a type, excluded, or resolved before they were made."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        unmapped = draw(MAPPED)
        type_ = draw(st.sampled_from([CaseType.INCIDENT, CaseType.INCIDENT, CaseType.REQUEST]))
        group = draw(st.sampled_from(["Servicedesk", "Nät", ""]))
        created = draw(INSTANTS)
        read = ReadCase(
            "desk",
            str(number),
            created,
            draw(INSTANTS),
            type=None if "type" in unmapped else type_,
            status=None if "status" in unmapped else draw(st.sampled_from(CaseStatus)),
            resolved=draw(st.none() | INSTANTS),
            closed=draw(st.none() | INSTANTS),
            resolving_group=group,
            statuses=draw(st.none() | HISTORY.map(tuple)),
            waiting=draw(st.none() | st.integers(0, 9 * DAY)),
            site="" if "site" in unmapped else draw(st.sampled_from(SITES)),
            satisfaction=draw(st.none() | st.integers(1, 5) | st.sampled_from([7 / 3, 13 / 3])),
            satisfaction_at=draw(st.none() | INSTANTS),
            excluded=draw(st.sampled_from([None, None, None, Exclusion.SPAM])),
            unmapped=unmapped,
        )
        found.append(settle(read))
    return found


OCTOBER = period()
HALVES = (period("2026-10-01..2026-10-13"), period("2026-10-14..2026-10-31"))
TARGET = DecidedTarget(Op.AT_MOST, 7)
COVERED = st.sampled_from(
    [[], [Covered("desk", None, at("2026-10-12"))], [Covered("desk", START, NOW)]]
)


def figure(indicator, known, text=OCTOBER, site="all"):
    return indicator.compute(known, Asked(text, site, TARGET), indicator.Definition())


@settings(deadline=None)
@given(cases())
def test_the_parts_of_a_period_add_up_and_their_means_weigh_together(made):
    known = facts(made, OCTOBER, *HALVES)
    whole = figure(incident_handling_time, known)
    parts = [figure(incident_handling_time, known, half) for half in HALVES]
    assert whole.detail["n"] == sum(part.detail["n"] for part in parts)
    for name in ("mean_days", "mean_working_days", "mean_days_with_waiting", "within_target"):
        weighed = sum((part.detail[name] or 0) * part.detail["n"] for part in parts)
        assert (whole.detail[name] or 0) * whole.detail["n"] == pytest.approx(weighed, abs=1e-9)
    shares = [figure(servicedesk_resolution_share, known, half) for half in HALVES]
    both = figure(servicedesk_resolution_share, known)
    assert both.detail["n"] == sum(share.detail["n"] for share in shares)
    weighed = sum((share.value or 0) * share.detail["n"] for share in shares)
    assert (both.value or 0) * both.detail["n"] == pytest.approx(weighed, abs=1e-9)
    answers = [figure(user_satisfaction, known, half).detail["n"] for half in HALVES]
    assert figure(user_satisfaction, known).detail["n"] == sum(answers)


@settings(deadline=None)
@given(cases(), st.sampled_from(["2026-10", "2026-09", "2026"]))
def test_a_period_read_among_others_is_what_it_is_alone(made, text):
    asked = period(text)
    together, alone = facts(made, asked, *HALVES, period("2026")), facts(made, asked)
    for indicator in case_indicators().values():
        assert figure(indicator, together, asked) == figure(indicator, alone, asked)


@settings(deadline=None)
@given(cases(), COVERED, st.sampled_from(["all", "laxa"]))
def test_shares_and_coverage_lie_from_0_to_1_and_what_is_not_covered_is_not_measurable(
    made, covered, site
):
    known = facts(made, covered=covered)
    for indicator in case_indicators().values():
        found = figure(indicator, known, site=site)
        assert found.coverage is not None
        assert 0 <= found.coverage <= 1
        assert not found.measurable or found.coverage >= 0.9
        assert found.coverage or not found.measurable
        for name in ("within_target", "lenient", "strict", "response_rate"):
            share = found.detail.get(name)
            assert share is None or 0 <= share <= 1


@settings(deadline=None)
@given(cases())
def test_the_sites_and_what_is_of_none_make_all(made):
    known = facts(made)
    mapped = [it for it in made if "site" not in it.unmapped]
    for indicator in (incident_handling_time, servicedesk_resolution_share, user_satisfaction):
        whole = figure(indicator, facts(mapped)).detail["n"]
        sited = [figure(indicator, known, site=site).detail["n"] for site in SITES if site]
        siteless = facts([it for it in mapped if not it.site])
        assert whole == sum(sited) + figure(indicator, siteless).detail["n"]


@settings(deadline=None)
@given(cases())
def test_an_excluded_case_changes_no_figure(made):
    kept = [it for it in made if it.excluded is None]
    for indicator in case_indicators().values():
        found, without = figure(indicator, facts(made)), figure(indicator, facts(kept))
        assert (found.value, found.coverage) == (without.value, without.coverage)


@settings(deadline=None)
@given(cases(), st.randoms())
def test_the_order_in_which_cases_come_changes_no_figure(made, dice):
    shuffled = [*made]
    dice.shuffle(shuffled)
    for indicator in case_indicators().values():
        assert figure(indicator, facts(made)) == figure(indicator, facts(shuffled))


@settings(deadline=None)
@given(st.lists(INSTANTS, max_size=30))
def test_service_before_many_instants_is_the_sum_of_that_before_each(instants):
    hours = Hours(spans(OFFICE, ZONE, date(2026, 9, 1), date(2026, 12, 1)))
    each = (hours.between(START - 90 * DAY, at) for at in instants)
    assert service_before(hours, instants) == sum(each)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=20), st.floats(0, 1))
def test_a_quantile_lies_among_the_values_and_rises_with_its_share(values, share):
    ordered = sorted(values)
    found = quantile(ordered, share)
    assert ordered[0] <= found <= ordered[-1]
    quarters = [quantile(ordered, quarter / 4) for quarter in range(5)]
    assert all(below <= above for below, above in pairwise(quarters))
    assert (quarters[0], quarters[-1]) == (ordered[0], ordered[-1])


def test_a_desk_that_is_silent_from_the_12th_makes_the_month_not_measurable():
    silent = [Covered("desk", None, at("2026-10-12"))]
    made = [case(1, "2026-10-01", "2026-10-02")]
    for indicator in case_indicators().values():
        assert not figure(indicator, facts(made, covered=silent)).measurable

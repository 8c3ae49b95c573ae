"""KPI.md "Targets and verdicts": judged on unrounded values, never met without a measurement."""

import pytest

from collector.domain.measurements import DecidedTarget, Op, Outlook, Verdict
from collector.kpi.verdict import judge, outlook

AT_LEAST_70 = DecidedTarget(Op.AT_LEAST, 0.70)
HALF_WAY = {"half_way": 0.5}


def verdict(value, target=AT_LEAST_70, baseline=0.51, partial=HALF_WAY, **more):
    return judge(value, target, baseline=baseline, partial=partial, **more)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.62, Verdict.PARTLY),  # worked example 12
        (0.60, Verdict.MISSED),
        (0.605, Verdict.PARTLY),  # exactly half of the way
        (0.6049999, Verdict.MISSED),
        (0.70, Verdict.MET),
        (0.6999999999, Verdict.PARTLY),
        (0.40, Verdict.MISSED),
    ],
)
def test_half_of_the_way_from_the_baseline_is_partly(value, expected):
    assert verdict(value) is expected


def test_the_way_goes_down_where_less_is_better():
    # worked example 13
    seven_days = DecidedTarget(Op.AT_MOST, 7)
    assert verdict(8.4, seven_days, baseline=10) is Verdict.PARTLY
    assert verdict(8.6, seven_days, baseline=10) is Verdict.MISSED
    assert verdict(12, seven_days, baseline=10) is Verdict.MISSED
    assert verdict(7, seven_days, baseline=10) is Verdict.MET


def test_a_target_that_the_baseline_met_is_met_or_missed():
    # worked example 14
    availability = DecidedTarget(Op.AT_LEAST, 0.992)
    assert verdict(0.991, availability, baseline=0.999) is Verdict.MISSED
    assert verdict(0.991, availability, baseline=0.999, partial={"tolerance": 1}) is Verdict.MISSED


def test_the_mean_of_the_second_worked_example_misses():
    mean = (0.9990 + 0.9960 + 0.9800) / 3
    assert verdict(mean, DecidedTarget(Op.AT_LEAST, 0.992), baseline=0.999) is Verdict.MISSED


@pytest.mark.parametrize(
    ("partial", "partly", "missed"),
    [
        ({"share_of_target": 0.8}, 0.56, 0.5599),
        ({"tolerance": 0.05}, 0.65, 0.6499),
        (None, None, 0.6999),
    ],
)
def test_the_alternatives_for_partly(partial, partly, missed):
    assert verdict(missed, partial=partial) is Verdict.MISSED
    if partly is not None:
        assert verdict(partly, partial=partial) is Verdict.PARTLY


def test_a_share_of_a_target_that_is_a_ceiling_is_the_target_over_the_value():
    seven_days = DecidedTarget(Op.AT_MOST, 7)
    share = {"share_of_target": 0.8}
    assert verdict(8.75, seven_days, baseline=10, partial=share) is Verdict.PARTLY
    assert verdict(8.76, seven_days, baseline=10, partial=share) is Verdict.MISSED


def test_no_way_is_half_gone_without_a_baseline():
    assert verdict(0.69, baseline=None) is Verdict.MISSED
    assert verdict(0.69, baseline=None, partial={"tolerance": 0.05}) is Verdict.PARTLY


def test_an_exact_target_is_met_by_nothing_else():
    nought = DecidedTarget(Op.EQUAL, 0)
    assert verdict(0, nought, baseline=4) is Verdict.MET
    assert verdict(1, nought, baseline=4) is Verdict.PARTLY
    assert verdict(-1, nought, baseline=4) is Verdict.PARTLY
    assert verdict(3, nought, baseline=4) is Verdict.MISSED


def test_nothing_is_met_that_was_not_measured():
    assert verdict(None) is Verdict.NOT_MEASURABLE
    assert verdict(1.0, measurable=False) is Verdict.NOT_MEASURABLE


def test_without_a_decided_target_there_is_no_verdict():
    assert verdict(1.0, None) is None
    assert verdict(None, None) is None


def test_the_outlook_is_the_verdict_that_the_forecast_would_get():
    assert [outlook(it) for it in (*Verdict, None)] == [
        Outlook.ON_TRACK,
        Outlook.AT_RISK,
        Outlook.OFF_TRACK,
        Outlook.UNKNOWN,
        None,
    ]

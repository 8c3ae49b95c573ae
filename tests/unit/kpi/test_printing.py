"""KPI.md "Printing": ordinary rounding, and never over the target."""

import pytest

from collector.domain.measurements import DecidedTarget, Op, Unit
from collector.kpi.printing import printed, printed_exactly, printed_target

AVAILABILITY = DecidedTarget(Op.AT_LEAST, 0.992)
NBSP = "\u00a0"


def shown(value, unit=Unit.RATIO, **more):
    return printed(value, unit, **more).replace(NBSP, "_")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((0.9990 + 0.9960 + 0.9800) / 3, "99,17_%"),
        (0.99195, "99,195_%"),
        (0.992, "99,20_%"),
        (0.9919999, "99,19999_%"),
        (0.99203, "99,20_%"),
        (0.9, "90,00_%"),
        (1.0, "100,00_%"),
        (0.991999999999999, "99,1999999999999_%"),
    ],
)
def test_decimals_are_added_only_where_rounding_would_cross_the_target(value, text):
    assert shown(value, target=AVAILABILITY) == text


def test_halves_are_rounded_away_from_zero():
    assert shown(0.12345) == "12,35_%"
    assert shown(2.25, Unit.DAYS) == "2,3_dagar"
    assert shown(-2.5, Unit.KSEK) == "−3_tkr"


def test_an_exact_target_is_not_printed_as_met():
    assert shown(0.4, Unit.NUMBER, target=DecidedTarget(Op.EQUAL, 0)) == "0,4_st"


@pytest.mark.parametrize(
    ("unit", "value", "swedish", "english"),
    [
        (Unit.RATIO, 0.9917, "99,17_%", "99.17_%"),
        (Unit.DAYS, 8.4, "8,4_dagar", "8.4_days"),
        (Unit.SCORE, 3.9, "3,9", "3.9"),
        (Unit.NUMBER, 1500, "1_500_st", "1,500"),
        (Unit.KSEK, -50040.4, "−50_040_tkr", "−50,040_kSEK"),
        (Unit.INDEX, 61, "61", "61"),
    ],
)
def test_each_language_has_its_marks_and_units(unit, value, swedish, english):
    assert shown(value, unit) == swedish
    assert shown(value, unit, language="en") == english


def test_what_has_no_value_is_a_dash():
    assert (printed(None, Unit.RATIO), printed_target(None, Unit.RATIO)) == ("–", "–")


def test_decided_and_entered_values_keep_their_decimals():
    assert printed_target(AVAILABILITY, Unit.RATIO).replace(NBSP, "_") == "≥_99,2_%"
    assert printed_target(DecidedTarget(Op.AT_MOST, 7), Unit.DAYS).replace(NBSP, "_") == "≤_7_dagar"
    assert printed_exactly(0.0267, Unit.RATIO).replace(NBSP, "_") == "2,67_%"
    assert printed_exactly(100, Unit.INDEX) == "100"

"""KPI.md "Periods": what each text means, and that the future is never counted."""

from datetime import datetime

import pytest
from support.figures import ZONE, at

from collector.domain.instants import DAY, HOUR, SECOND
from collector.kpi.periods import parse_period, running_month, windows

LATER = at("2030-01-01")


def parsed(text, now=LATER):
    return parse_period(text, zone=ZONE, now=now)


@pytest.mark.parametrize(
    ("text", "start", "end", "year"),
    [
        ("2026-10", "2026-10-01", "2026-11-01", 2026),
        ("2026-12", "2026-12-01", "2027-01-01", 2026),
        ("2026", "2026-01-01", "2027-01-01", 2026),
        ("2026-T1", "2026-01-01", "2026-05-01", 2026),
        ("2026-T2", "2026-05-01", "2026-09-01", 2026),
        ("2026-T3", "2026-09-01", "2027-01-01", 2026),
        ("2026-W43", "2026-10-19", "2026-10-26", 2026),
        ("2026-W53", "2026-12-28", "2027-01-04", 2027),
        ("2026-01..2026-08", "2026-01-01", "2026-09-01", 2026),
        ("2025-11..2026-02", "2025-11-01", "2026-03-01", 2026),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-16", 2026),
        ("2026-10-05..2026-10-05", "2026-10-05", "2026-10-06", 2026),
    ],
)
def test_each_form_names_whole_local_days(text, start, end, year):
    period = parsed(text)
    assert (period.text, period.start, period.end) == (text, at(start), at(end))
    assert period.measured_end == period.end
    assert period.year == year
    assert period.final


@pytest.mark.parametrize(("text", "hours"), [("2026-10", 745), ("2026-03", 743)])
def test_a_month_with_a_change_of_clocks_has_its_own_hours(text, hours):
    period = parsed(text)
    assert period.end - period.start == hours * HOUR


def test_thirty_days_are_exact_and_end_now():
    now = at("2026-11-10T12:00:00.000123")
    period = parsed("30d", now)
    assert (period.end, period.end - period.start) == (now, 2_592_000 * SECOND)
    assert period.final
    assert period.year == 2026


def test_a_running_period_is_measured_until_now():
    now = at("2026-10-12T08:00")
    period = parsed("2026-10", now)
    assert (period.measured_end, period.end) == (now, at("2026-11-01"))
    assert not period.final


def test_nothing_of_a_period_to_come_is_measured():
    period = parsed("2027", at("2026-10-12"))
    assert period.measured_end == period.start
    assert not period.final


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-13", "2026-00", "2026-W54", "2025-W53", "2026-W00", "2026-T0", "2026-T4",
        "2026-08..2026-01", "2026-10-15..2026-10-01", "2026-02-01..2026-02-30", "2026-1", "26-10",
        "2026-10-01", "2026-10..2026-10-15", "31d", "-30d", "2026-10x", "9999", "9999-12", "0000",
        "oktober", "２０２６",
    ],
)  # fmt: skip
def test_any_other_text_is_refused_with_the_valid_forms(text):
    with pytest.raises(ValueError) as refusal:
        parsed(text)
    assert str(refusal.value) == (
        f"'{text}' is no period: write 2026-10, 2026, 2026-T2, 2026-W43, 2026-01..2026-08, "
        "2026-10-01..2026-10-15 or 30d"
    )


def test_the_running_month_is_the_local_one():
    just_after_midnight = at("2026-11-01T00:00:01")
    assert running_month(just_after_midnight, ZONE).text == "2026-11"
    assert datetime.fromtimestamp(just_after_midnight / SECOND, tz=ZONE).hour == 0


def test_the_windows_of_the_metrics_are_thirty_days_month_and_year():
    now = at("2026-11-10")
    found = windows(now, ZONE)
    assert {name: period.text for name, period in found.items()} == {
        "30d": "30d",
        "month": "2026-11",
        "year": "2026",
    }
    assert found["30d"].start == now - 30 * DAY

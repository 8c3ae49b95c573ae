"""Durations, sizes and days as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, instant
from collector.domain.quantities import format_duration, parse_duration, parse_size
from collector.settings.quantities import parse_moment

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("500ms", SECOND // 2),
        ("60s", MINUTE),
        ("5m", 5 * MINUTE),
        ("48h", 48 * HOUR),
        ("90d", 90 * DAY),
        ("90 d", 90 * DAY),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text: str, duration: int) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["60", 60, "", "s", "1.5h", "-5s", "5 minuter", "1h30m", "99999d"])
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match=r"is no duration; write a number and ms, s, m, h or d"):
        parse_duration(text)


@given(st.integers(1, 10**9).map(lambda number: number * (SECOND // 1000)))
def test_a_duration_is_written_as_it_is_read(duration: int) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("500 MB", 5 * 10**8), ("2GiB", 2**31), ("10kb", 10**4)],
)
def test_a_size_has_a_number_and_a_unit(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["2", 2, "GB", "2 giga", "1.5GB"])
def test_anything_else_is_no_size(text: object) -> None:
    with pytest.raises(ValueError, match=r"is no size; write a number and kB, MB, GB or TB"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-01", "2026-09-30T22:00"),
        ("2026-01-01", "2025-12-31T23:00"),
        ("2026-10-01T08:00", "2026-10-01T06:00"),
        ("2026-10-01 08:00:30", "2026-10-01T06:00:30"),
        ("2026-10-01T08:00Z", "2026-10-01T08:00"),
        ("2026-10-01T08:00+05:00", "2026-10-01T03:00"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30", id="the earlier when set back"),
        pytest.param("2026-03-29T02:30", "2026-03-29T01:30", id="an hour that is skipped"),
    ],
)
def test_a_time_without_offset_is_local(text: str, utc: str) -> None:
    expected = instant(datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert parse_moment(text, STOCKHOLM) == expected


def test_a_bare_date_may_include_its_day_also_where_it_has_25_hours() -> None:
    start = parse_moment("2026-10-25", STOCKHOLM)
    assert parse_moment("2026-10-25", STOCKHOLM, day_included=True) - start == 25 * HOUR


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "1 oktober", "2026", "9999-12-31"])
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no date or time"):
        parse_moment(text, STOCKHOLM, day_included=True)

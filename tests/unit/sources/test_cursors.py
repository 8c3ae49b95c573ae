"""A source's cursor: its own zone, format and granularity, both ways."""

from zoneinfo import ZoneInfo

import pytest

from collector.domain.instants import HOUR, MINUTE, SECOND, Instant
from collector.services.local_time import read_time
from collector.sources.cursors import Cursors, reader
from collector.sources.parts import Cursor, Times

UTC = ZoneInfo("UTC")


def at(text: str) -> Instant:
    return read_time(text, UTC)[0]


def cursors(zone: str = "UTC", **said: object) -> Cursors:
    cursor = Cursor.model_validate({"field": "updated", **said})
    return Cursors(cursor, Times.model_validate({"tz": zone}))


@pytest.mark.parametrize(
    ("format_", "tz", "value", "expected"),
    [
        ("iso", "UTC", "2026-10-01T08:00:00Z", "2026-10-01T08:00:00Z"),
        ("iso", "UTC", "2021-05-03T09:57:17.837Z", "2021-05-03T09:57:17.837Z"),
        ("iso", "UTC", "2021-05-03T09:57:17.837+0000", "2021-05-03T09:57:17.837Z"),
        ("iso", "UTC", "2026-10-01T08:00:00+02:00", "2026-10-01T06:00:00Z"),
        ("iso", "Europe/Stockholm", "2026-10-01 08:00:00", "2026-10-01T06:00:00Z"),
        ("iso", "Europe/Stockholm", "2026-12-01 08:00:00", "2026-12-01T07:00:00Z"),
        ("epoch", "UTC", 1_767_225_600, "2026-01-01T00:00:00Z"),
        ("epoch", "UTC", "1767225600.5", "2026-01-01T00:00:00.5Z"),
        ("epoch_ms", "UTC", "1767225600250", "2026-01-01T00:00:00.25Z"),
        ("%d/%m/%Y %H:%M", "Europe/Stockholm", "01/10/2026 08:00", "2026-10-01T06:00:00Z"),
    ],
)
def test_a_time_is_read_as_the_source_writes_it(
    format_: str, tz: str, value: object, expected: str
) -> None:
    read = reader(Times.model_validate({"format": format_, "tz": tz}))
    assert read(value) == at(expected)


@pytest.mark.parametrize(
    ("format_", "value"),
    [
        ("iso", "yesterday"),
        ("iso", 17),
        ("iso", ["2026-10-01"]),
        ("iso", "2999-01-01T00:00:00Z"),
        ("epoch", "soon"),
        ("epoch", True),
        ("epoch", -1),
        ("epoch", 1_767_225_600_000),
        ("%Y", "2026-10-01"),
    ],
)
def test_what_is_no_time_of_that_format_is_none(format_: str, value: object) -> None:
    with pytest.raises(ValueError):
        reader(Times.model_validate({"format": format_}))(value)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "2026-10-01T06:00:59Z"),
        ({"tz": "Europe/Stockholm"}, "2026-10-01T08:00:59+02:00"),
        ({"granularity": "1ms"}, "2026-10-01T06:00:59.750Z"),
        ({"format": "%Y-%m-%d %H:%M:%S"}, "2026-10-01 06:00:59"),
        ({"format": "%Y-%m-%d %H:%M:%S", "tz": "Europe/Stockholm"}, "2026-10-01 08:00:59"),
        ({"format": "%Y/%m/%d %H:%M", "granularity": "1m"}, "2026/10/01 06:00"),
        ({"format": "%Y-%m-%d", "granularity": "1d", "tz": "Europe/Stockholm"}, "2026-10-01"),
        ({"format": "%Y-%m-%d %H:%M:%S", "inclusive": False}, "2026-10-01 06:00:58"),
        ({"format": "epoch"}, 1_790_834_459),
        ({"format": "epoch_ms", "granularity": "1ms"}, 1_790_834_459_750),
    ],
)
def test_a_cursor_is_written_as_the_source_takes_it(
    said: dict[str, object], expected: object
) -> None:
    assert cursors(**said).write(at("2026-10-01T06:00:59.750Z")) == expected


def test_a_day_begins_at_the_sources_own_midnight() -> None:
    ours = cursors("Europe/Stockholm", format="%Y-%m-%d", granularity="1d")
    assert ours.write(at("2026-10-01T22:30:00Z")) == "2026-10-02"
    assert ours.position(at("2026-10-01T22:30:00Z")) == at("2026-10-01T22:00:00Z")


@pytest.mark.parametrize("minute", range(0, 121, 20))
def test_in_the_hour_that_occurs_twice_it_is_asked_from_before_the_first(minute: int) -> None:
    """25 October 2026: 02:00-03:00 local is 00:00-01:00 and 01:00-02:00 UTC."""
    ours = cursors("Europe/Stockholm", format="%Y-%m-%d %H:%M:%S")
    asked = at("2026-10-25T00:00:00Z") + minute * MINUTE
    expected = "2026-10-25 03:00:00" if minute == 120 else "2026-10-25 01:59:59"
    assert ours.write(asked) == expected
    assert ours.position(asked) <= asked


WRITTEN: list[dict[str, object]] = [
    {"granularity": "1m"},
    {"format": "%Y-%m-%d %H:%M:%S"},
    {"format": "%Y-%m-%d %H:%M", "granularity": "1m"},
]


def test_what_was_written_is_never_after_what_was_asked_for_and_never_goes_back() -> None:
    for tz in ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"):
        for said in WRITTEN:
            ours, before = cursors(tz, **said), 0
            for step in range(0, 400 * 24, 7):
                asked = at("2026-01-01T00:00:00Z") + step * HOUR + step * 13 * SECOND
                position = ours.position(asked)
                assert before <= position <= asked
                before = position


def test_a_source_that_tells_its_offset_has_no_hour_twice() -> None:
    ours = cursors("Europe/Stockholm", tz="Europe/Stockholm")
    assert ours.write(at("2026-10-25T00:30:00Z")) == "2026-10-25T02:30:00+02:00"
    assert ours.write(at("2026-10-25T01:30:00Z")) == "2026-10-25T02:30:00+01:00"

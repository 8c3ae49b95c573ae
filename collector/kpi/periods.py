"""What a period's text means (KPI.md "Periods")."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from collector.domain.instants import DAY, Instant, instant, moment
from collector.domain.periods import Period

FORMS = "2026-10, 2026, 2026-T2, 2026-W43, 2026-01..2026-08, 2026-10-01..2026-10-15 or 30d"
"""One of each valid form, for messages."""


def midnight(day: date, zone: ZoneInfo) -> Instant:
    """The instant at which a day begins in a zone."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def parse_period(text: str, *, zone: ZoneInfo, now: Instant) -> Period:
    """The period that a text names, measured until `now`.

    Edges lie at local midnight in `zone`. ValueError, with the valid forms in it, for any other
    text. A period that has not begun has nothing measured: `measured_end` is its start.
    """
    asked = text.strip()
    if asked == "30d":
        return trailing("30d", 30 * DAY, zone=zone, now=now)
    for pattern, days in _FORMS:
        if match := re.fullmatch(pattern, asked, re.ASCII):
            try:
                first, after = days(*match.groups())
                start, end = midnight(first, zone), midnight(after, zone)
            except (ValueError, OverflowError):
                break
            if start < end:
                last = after - timedelta(days=1)
                return Period(asked, start, end, min(max(now, start), end), last.year)
            break
    raise ValueError(f"'{text}' is no period: write {FORMS}")


def is_month(period: Period) -> bool:
    """Whether a period is a calendar month."""
    return re.fullmatch(_FORMS[0][0], period.text, re.ASCII) is not None


def to_date(month: str) -> str:
    """The year to date at a calendar month's end: 2026-01..2026-10 of 2026-10."""
    return f"{month[:4]}-01..{month}"


def trailing(text: str, length: int, *, zone: ZoneInfo, now: Instant) -> Period:
    """The period of exactly `length` microseconds that ends now."""
    return Period(text, now - length, now, now, _local(now - 1, zone).year)


def running_month(now: Instant, zone: ZoneInfo) -> Period:
    """The calendar month that `now` lies in."""
    return parse_period(f"{_local(now, zone):%Y-%m}", zone=zone, now=now)


def windows(now: Instant, zone: ZoneInfo) -> Mapping[str, Period]:
    """The three windows of the metrics: the last 30 days, the running month, the running year."""
    return {
        "30d": parse_period("30d", zone=zone, now=now),
        "month": running_month(now, zone),
        "year": parse_period(f"{_local(now, zone):%Y}", zone=zone, now=now),
    }


def _local(at: Instant, zone: ZoneInfo) -> datetime:
    return moment(at).astimezone(zone)


def _month(year: str, month: str) -> tuple[date, date]:
    first = date(int(year), int(month), 1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _months(year: str, month: str, last_year: str, last_month: str) -> tuple[date, date]:
    return _month(year, month)[0], _month(last_year, last_month)[1]


def _year(year: str) -> tuple[date, date]:
    return date(int(year), 1, 1), date(int(year) + 1, 1, 1)


def _third(year: str, number: str) -> tuple[date, date]:
    last = int(number) * 4
    return date(int(year), last - 3, 1), _month(year, str(last))[1]


def _week(year: str, number: str) -> tuple[date, date]:
    monday = date.fromisocalendar(int(year), int(number), 1)
    return monday, monday + timedelta(days=7)


def _days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)


_FORMS: tuple[tuple[str, Callable[..., tuple[date, date]]], ...] = (
    (r"(\d{4})-(\d\d)", _month),
    (r"(\d{4})", _year),
    (r"(\d{4})-T([123])", _third),
    (r"(\d{4})-W(\d\d)", _week),
    (r"(\d{4})-(\d\d)\.\.(\d{4})-(\d\d)", _months),
    (r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", _days),
)

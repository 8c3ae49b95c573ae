"""Days and times as people write them."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from dateutil import tz

from collector.domain.instants import Instant, instant


@lru_cache(maxsize=1024)
def parse_moment(text: str, zone: tzinfo, *, day_included: bool = False) -> Instant:
    """An ISO 8601 date or time as an instant; ValueError for anything else.

    Without an offset it is local time in `zone` (the earlier of two where clocks are set back). A
    bare date is its first instant or, with `day_included`, the first of the next day (KPI.md
    "Lifetime").
    """
    try:
        if len(text) <= len("2026-10-01"):
            day = date.fromisoformat(text) + timedelta(days=day_included)
            moment = datetime.combine(day, time(), zone)
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
        if not tz.datetime_exists(moment):
            moment = tz.resolve_imaginary(moment)
        return instant(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is no date or time; write it as 2026-10-01 or 2026-10-01T08:00"
        ) from None

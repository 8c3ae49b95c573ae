"""Instants: whole microseconds since 1970-01-01 UTC, so that sums of seconds are exact."""

from datetime import UTC, datetime, timedelta

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""

Duration = int
"""Microseconds."""

SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(moment: datetime) -> Instant:
    """Microseconds since the epoch of an aware datetime; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: Instant) -> datetime:
    """The aware datetime, in UTC, of an instant."""
    return _EPOCH + timedelta(microseconds=at)

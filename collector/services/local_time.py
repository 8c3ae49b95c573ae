"""Times as people write them: ISO 8601, local where no offset is given."""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous, datetime_exists

from collector.domain.instants import Instant, instant, moment


def read_time(text: str, zone: tzinfo) -> tuple[Instant, bool]:
    """The instant, and whether that local time occurs twice: then it is the earlier.

    ValueError for another text, and for a time that the clocks went over.
    """
    try:
        written = datetime.fromisoformat(text)
        if written.tzinfo:
            return instant(written), False
        local = written.replace(tzinfo=zone)
        if not _clocks_change(local.date(), zone):
            return instant(local), False
        exists = datetime_exists(local)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no ISO 8601 time, as 2026-10-01T08:00") from None
    if not exists:
        raise ValueError(f"{text!r} does not exist, the clock went forward over it")
    return instant(local), datetime_ambiguous(local)


@lru_cache(maxsize=4096)
def _clocks_change(day: date, zone: tzinfo) -> bool:
    """Whether the clocks are set on a day; files have very many times of few days."""
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return start.utcoffset() != end.utcoffset()


TWICE = (
    "occurs twice, the clock went back; the earlier is taken (give an offset, as +01:00, to choose)"
)
"""The warning of a time that does."""


def local_time(at: Instant, zone: tzinfo) -> str:
    """An instant to the second in a zone, for messages."""
    return moment(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


class Times:
    """Reads several times of one thing, and collects what is wrong and what is doubtful."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def read(self, what: str, text: str) -> Instant | None:
        """A time that is called `what`; None where it is none."""
        try:
            at, ambiguous = read_time(text, self.zone)
        except ValueError as error:
            self.problems.append(f"{what} {error}")
            return None
        if ambiguous:
            self.warnings.append(f"{what} {text!r} {TWICE}")
        return at

    def span(self, start: str, end: str) -> tuple[Instant, Instant] | None:
        """A start and an end after it."""
        began, ended = self.read("start", start), self.read("end", end)
        if began is None or ended is None:
            return None
        if ended <= began:
            self.problems.append(f"end {end!r} is not after start {start!r}")
            return None
        return began, ended

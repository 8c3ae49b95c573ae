"""How a source writes times, and how it is asked for what was changed since one.

A source may take its cursor in a zone of its own, cut to seconds or minutes; what it then gives
begins at the cut. `Cursors.position` is that beginning: two instants with one position cannot be
told apart by asking.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from collector.domain.instants import SECOND, Instant, instant, moment
from collector.sources.parts import Cursor, Times

_MILLISECOND = SECOND // 1000
_LATEST = 4_102_444_800 * SECOND
"""2100: a time past it is none."""


def reader(times: Times) -> Callable[[object], Instant]:
    """What reads a time of an answer; ValueError where it is none."""
    match times.format:
        case "epoch":
            return lambda value: _number(value, SECOND)
        case "epoch_ms":
            return lambda value: _number(value, _MILLISECOND)
        case "iso":
            return lambda value: _aware(datetime.fromisoformat(_text(value)), times.tz)
    pattern = times.format
    return lambda value: _aware(datetime.strptime(_text(value), pattern), times.tz)  # noqa: DTZ007 - _aware gives it its zone


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} is no time")  # noqa: TRY004 - one kind to catch
    return value


def _aware(read: datetime, zone: ZoneInfo) -> Instant:
    at = instant(read if read.tzinfo else read.replace(tzinfo=zone))
    if at > _LATEST:
        raise ValueError("is past the year 2100")
    return at


def _number(value: object, unit: int) -> Instant:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{type(value).__name__} is no time")  # noqa: TRY004 - one kind to catch
    at = int(value) * unit if isinstance(value, int) else round(float(value) * unit)
    if not 0 <= at <= _LATEST:
        raise ValueError(f"{value} is no time of this unit")
    return at


class Cursors:
    """Writes {since}."""

    def __init__(self, cursor: Cursor, times: Times) -> None:
        self._format = cursor.format
        self._zone = cursor.tz or times.tz
        self._step = cursor.granularity
        self._back = 0 if cursor.inclusive else self._step
        self._tells_zone = cursor.format in ("iso", "epoch", "epoch_ms") or "%z" in cursor.format
        # A pass asks this of every record.
        self.position = lru_cache(maxsize=4096)(self._position)

    def write(self, at: Instant) -> str | int:
        """What to put for {since} so that everything from `at` on is given."""
        given = self.earliest_given(at)
        match self._format:
            case "epoch":
                return given // SECOND
            case "epoch_ms":
                return given // _MILLISECOND
            case "iso":
                short = self._step % SECOND == 0
                local = moment(given).astimezone(self._zone)
                text = local.isoformat(timespec="seconds" if short else "milliseconds")
                return text.replace("+00:00", "Z") if self._zone.key == "UTC" else text
        return moment(given).astimezone(self._zone).strftime(self._format)

    def earliest_given(self, since: Instant) -> Instant:
        """The instant before which nothing comes when everything since `since` is asked for."""
        return self.position(since) - self._back

    def _position(self, at: Instant) -> Instant:
        if self._tells_zone:
            return at - at % self._step
        local = self._cut(moment(at).astimezone(self._zone).replace(tzinfo=None))
        if _occurs_twice(local, self._zone):
            # Which of the two the source takes it for is not known: ask from before the first.
            first = _first_that_occurs_twice(local, self._zone)
            local = self._cut(first - timedelta(microseconds=1))
        return instant(local.replace(tzinfo=self._zone))

    def _cut(self, local: datetime) -> datetime:
        since_midnight = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
        return local - since_midnight % timedelta(microseconds=self._step)


def _occurs_twice(local: datetime, zone: ZoneInfo) -> bool:
    return _doubled(local, zone) > timedelta(0)


def _doubled(local: datetime, zone: ZoneInfo) -> timedelta:
    first = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta(0)
    second = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta(0)
    return first - second


def _first_that_occurs_twice(local: datetime, zone: ZoneInfo) -> datetime:
    """The whole second at which the stretch begins that `local` is in."""
    high = local.replace(microsecond=0)
    low = high - _doubled(local, zone)
    while (between := (high - low) // timedelta(seconds=2)) > 0:
        middle = low + timedelta(seconds=between)
        low, high = (low, middle) if _occurs_twice(middle, zone) else (middle, high)
    return low if _occurs_twice(low, zone) else high


def clock_text(at: Instant) -> str:
    """An instant as messages show it."""
    return moment(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")

"""Calendars of service hours, as the file says them."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from collector.domain.targets import Kind
from collector.kpi.service_hours import WHOLE_DAY, Calendar, OpenDay, Opening
from collector.settings.errors import none_of
from collector.settings.section import SECTION

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


def as_days(value: object) -> frozenset[int]:
    """Days of the week, as `mon-fri` or `mon-thu, sat`; Monday is 0."""
    days: set[int] = set()
    for part in str(value).replace(",", " ").split():
        first, _, last = part.partition("-")
        for word in (first, last or first):
            if word not in _WEEK:
                raise ValueError(none_of(word, _WEEK))
        start, end = _WEEK.index(first), _WEEK.index(last or first)
        if start > end:
            raise ValueError(f"{part!r} runs over the week's end; write it as two, as sat-sun, mon")
        days.update(range(start, end + 1))
    if not days:
        raise ValueError("names no day; write days as mon-fri, or as mon, wed, fri")
    return frozenset(days)


def as_minutes(value: object) -> int:
    """A local time of day, `07:30`, in minutes after midnight; `24:00` is the day's end."""
    match = _TIME.fullmatch(str(value))
    minutes = int(match[1]) * 60 + int(match[2]) if match else WHOLE_DAY + 1
    if minutes > WHOLE_DAY:
        raise ValueError(f"{value!r} is no time of day; write it as 07:30, at most 24:00")
    return minutes


def as_day(value: object) -> date:
    """A day, `2026-06-05`."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no day; write it as 2026-06-05") from None


_Minutes = Annotated[int, BeforeValidator(as_minutes)]
_Days = Annotated[frozenset[int], BeforeValidator(as_days)]
_Day = Annotated[date, BeforeValidator(as_day)]


class HoursSection(BaseModel):
    """From when until when, on one day; the whole day where nothing is said."""

    model_config = SECTION

    start: _Minutes = Field(0, alias="from")
    until: _Minutes = WHOLE_DAY

    @model_validator(mode="after")
    def _in_order(self) -> "HoursSection":
        if self.start >= self.until:
            raise ValueError(
                "until must come after from; write hours over midnight as two, up to 24:00 and "
                "from 00:00"
            )
        return self


class OpeningSection(HoursSection):
    """Hours on days of the week, every day where none are said."""

    days: _Days = frozenset(range(7))


class OpenDaySection(HoursSection):
    """Hours on one day that hold whatever else is said of it."""

    day: _Day


class CalendarSection(OpeningSection):
    """When there is service: one rule written directly, or several as `hours`."""

    hours: tuple[OpeningSection, ...] = ()
    holidays: Literal["sv", "none"] = "none"
    closed: tuple[_Day, ...] = ()
    open: tuple[OpenDaySection, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "CalendarSection":
        beside = self.model_fields_set & {"days", "start", "until"}
        if self.hours and beside:
            raise ValueError("has hours and, beside them, days, from or until; keep one of the two")
        return self

    def calendar(self) -> Calendar:
        """What it says."""
        rules = self.hours or (self,)
        return Calendar(
            tuple(Opening(rule.days, rule.start, rule.until) for rule in rules),
            "SE" if self.holidays == "sv" else "",
            frozenset(self.closed),
            tuple(OpenDay(it.day, it.start, it.until) for it in self.open),
        )


class ServiceHoursSection(BaseModel):
    """Which calendar holds, for each kind and for those that have none of their own."""

    model_config = SECTION

    default: str = "always"
    kinds: dict[Kind, str] = {}


def calendar_name(name: str) -> str:
    """The name of a calendar of one's own; ValueError for one that is taken."""
    if name == "always":
        raise ValueError("'always' is around the clock; give the calendar another name")
    return name

"""What the configuration may say of any source, beside the options of its preset."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from collector.domain.cases import Membership
from collector.domain.instants import DAY, MINUTE, SECOND, Duration
from collector.domain.quantities import parse_duration
from collector.kpi.periods import midnight
from collector.kpi.service_hours import WHOLE_DAY
from collector.settings.calendars import as_day, as_minutes
from collector.settings.model import Section, as_label

_Day = Annotated[date, BeforeValidator(as_day)]
_Label = Annotated[str, AfterValidator(as_label)]

SUPPLIED = Literal["security_incidents", "changes_causing_disruption"]
"""The indicators for which no case is a zero, where a source says that it supplies them."""


def as_source_name(text: str) -> str:
    """A source's name, as it stands in metrics and before the colon in a case's full id."""
    if not text or not all(sign.isalnum() or sign in "_-" for sign in text):
        raise ValueError(f"{text!r} is no name of a source; write letters, digits, _ and - only")
    return text


def _pace(value: object) -> Duration:
    duration = parse_duration(value)
    if not 10 * SECOND <= duration <= 7 * DAY:
        raise ValueError(f"{value!r} must be at least 10s and at most 7d")
    return duration


def as_time_of_day(text: str) -> str:
    """A local time of day, `03:00`."""
    if as_minutes(text) == WHOLE_DAY:
        raise ValueError(f"{text!r} is the day's end; write 00:00")
    return text


class GroupSection(Section):
    """A group of a team, and from which day to which, both included."""

    name: _Label
    start: _Day | None = Field(None, alias="from")
    end: _Day | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "GroupSection":
        if self.start and self.end and self.end < self.start:
            raise ValueError("to must not come before from")
        return self

    def membership(self, team: str, zone: ZoneInfo) -> Membership:
        """That the group belongs to a team."""
        after = self.end + timedelta(days=1) if self.end else None
        return Membership(
            team,
            self.name,
            midnight(self.start, zone) if self.start else None,
            midnight(after, zone) if after else None,
        )


def _named(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


_Group = Annotated[GroupSection, BeforeValidator(_named)]


class CaseSourceSection(Section):
    """What any source of cases may have beside the options of its preset."""

    preset: str
    groups: Annotated[dict[_Label, tuple[_Group, ...]], Field(default_factory=dict)]
    supplies: tuple[SUPPLIED, ...] = ()
    every: Annotated[int, BeforeValidator(_pace)] = 5 * MINUTE
    sweep_at: Annotated[str, AfterValidator(as_time_of_day)] = "03:00"


class FigureSourceSection(Section):
    """What any source of figures has beside the options of its preset."""

    preset: str

"""The sources of cases and figures as the file has them, each read by what its preset says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from collector.domain.cases import SERVICEDESK, Membership
from collector.domain.desks import Desk, Feed
from collector.domain.instants import DAY, MINUTE, SECOND, Duration
from collector.domain.quantities import parse_duration
from collector.kpi.periods import midnight
from collector.kpi.service_hours import WHOLE_DAY
from collector.services.local_time import read_time
from collector.settings.calendars import as_day, as_minutes
from collector.settings.errors import KeyPath, Problem, hint, line_of, problems_of, unknown
from collector.settings.model import Section, as_label
from collector.settings.yaml_lines import Document
from collector.sources.declared import DeclaredSource
from collector.sources.file_options import FileOptions
from collector.sources.kinds import preset_names, source_model

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


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A source that was found sound; `options` is the model of its preset, and may hold secrets."""

    name: str
    preset: str
    options: Any = field(repr=False)
    memberships: tuple[Membership, ...] = ()
    supplies: frozenset[str] = frozenset()

    @property
    def files(self) -> FileOptions | None:
        """How its files are read, of a source of files."""
        return self.options if isinstance(self.options, FileOptions) else None

    @property
    def declared(self) -> DeclaredSource | None:
        """How its API is asked, of a servicedesk that has one."""
        return self.options if isinstance(self.options, DeclaredSource) else None


@dataclass(frozen=True, slots=True)
class Referred:
    """What of the rest of the configuration sources refer to; no `indicators` where the register
    itself is not sound."""

    zone: ZoneInfo
    sites: Collection[str]
    indicators: Collection[str]
    folder: Path


def read_sources(
    document: Document, given: Mapping[str, Any], referred: Referred
) -> tuple[dict[str, SourceSettings], list[Problem]]:
    """The sources of a file, and all that is wrong with them."""
    reading = _Reading(document, referred)
    sources: dict[str, SourceSettings] = {}
    for name, said in given.items():
        if source := reading.source(name, said):
            sources[name] = source
    reading.check_teams(given)
    reading.check_groups(sources)
    return sources, reading.problems


class _Reading:
    """Reads the sources one after the other."""

    def __init__(self, document: Document, referred: Referred) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._referred = referred

    def source(self, name: str, said: Any) -> SourceSettings | None:
        """A source; None where it is not sound."""
        at: KeyPath = ("sources", name)
        before = len(self.problems)
        try:
            as_source_name(name)
        except ValueError as error:
            self._wrong(at, str(error))
        if not isinstance(said, Mapping):
            self._wrong(at, "must be a mapping, {preset: …, …}")
            return None
        preset = said.get("preset")
        if preset not in preset_names():
            self._wrong((*at, "preset"), _no_preset(preset))
            return None
        model = _combined(source_model(preset))
        try:
            options = model.model_validate(said, context={"folder": self._referred.folder})
        except ValidationError as error:
            file, lines = self._document.file, self._document.lines
            self.problems += problems_of(error, file, lines, model=model, under=at)
            return None
        self._check_sites(at, options)
        self._check_indicator(at, options)
        if isinstance(options, FileOptions) and said.get("supplies"):
            message = "files are not live, and say nothing of what is not in them; take this away"
            self._wrong((*at, "supplies"), message)
        self._check_since(at, options)
        if len(self.problems) > before:
            return None
        groups = getattr(options, "groups", {})
        return SourceSettings(
            name,
            preset,
            options,
            tuple(
                group.membership(team, self._referred.zone)
                for team, members in groups.items()
                for group in members
            ),
            _vouched_for(options),
        )

    def _check_sites(self, at: KeyPath, options: Any) -> None:
        """Sites that the rest of the file does not have."""
        known = self._referred.sites
        for word, site in getattr(options, "sites", {}).items():
            if site not in known:
                self._wrong((*at, "sites", word), unknown("site", site, known, "sites"))
        site = getattr(options, "site", None)
        if site and site not in known and site != "all":
            self._wrong((*at, "site"), unknown("site", site, known, "sites"))

    def _check_indicator(self, at: KeyPath, options: Any) -> None:
        indicator, known = getattr(options, "indicator", None), self._referred.indicators
        if indicator and known and indicator not in known:
            message = unknown("indicator", indicator, known, "the register")
            self._wrong((*at, "indicator"), message)

    def _check_since(self, at: KeyPath, options: Any) -> None:
        if text := getattr(options, "since", None):
            try:
                read_time(text, self._referred.zone)
            except ValueError as error:
                self._wrong((*at, "since"), str(error))

    def check_teams(self, given: Mapping[str, Any]) -> None:
        """Teams whose name is nearly the servicedesk's, where none has that name."""
        named = [
            (name, team)
            for name, said in given.items()
            if isinstance(said, Mapping) and isinstance(said.get("groups"), Mapping)
            for team in said["groups"]
        ]
        if SERVICEDESK in (team for _, team in named):
            return
        for name, team in named:
            if near := hint(team, [SERVICEDESK]):
                message = f"no team is named {SERVICEDESK!r}, whose share is an indicator{near}"
                self._wrong(("sources", name, "groups", team), message)

    def check_groups(self, sources: Mapping[str, SourceSettings]) -> None:
        """Groups that are in two teams, or twice in one, at the same time."""
        placed = [(source.name, each) for source in sources.values() for each in source.memberships]
        for (_, one), (name, other) in combinations(placed, 2):
            if one.group.casefold() == other.group.casefold() and _overlap(one, other):
                self._wrong(("sources", name, "groups", other.team), _twice(one, other))

    def _wrong(self, at: KeyPath, message: str) -> None:
        document = self._document
        self.problems.append(Problem(document.file, line_of(at, document.lines), at, message))


def _no_preset(preset: Any) -> str:
    if preset is None:
        return f"is missing; there are {', '.join(preset_names())}"
    return unknown("preset", str(preset), preset_names(), "Driftkoll")


def _vouched_for(options: Any) -> frozenset[str]:
    """The indicators that a source supplies all of: those it says so of, and those it has the
    fields of."""
    vouched = set(getattr(options, "supplies", ()))
    fields = getattr(options, "fields", None)
    if fields and fields.caused_by_change and fields.disruption_report:
        vouched.add("changes_causing_disruption")
    return frozenset(vouched)


@cache
def _combined(options: type[BaseModel]) -> type[Any]:
    """A preset's options and what all sources have; a source of figures has no groups."""
    common = FigureSourceSection if "indicator" in options.model_fields else CaseSourceSection
    return create_model(options.__qualname__, __base__=(options, common))


def _overlap(one: Membership, other: Membership) -> bool:
    return (one.start is None or other.end is None or one.start < other.end) and (
        other.start is None or one.end is None or other.start < one.end
    )


def _twice(one: Membership, other: Membership) -> str:
    if one.team == other.team:
        return f"{other.group!r} is named twice for the same time; keep one"
    return f"{other.group!r} is in {one.team!r} too at that time; say from and to, or keep one"


def desk_of(sources: Mapping[str, SourceSettings]) -> Desk:
    """What the sources of cases are to the figures."""
    feeds = [it for it in sources.values() if not isinstance(it.options, FigureSourceSection)]
    return Desk(
        tuple(Feed(it.name, it.supplies) for it in feeds),
        tuple(membership for it in feeds for membership in it.memberships),
    )

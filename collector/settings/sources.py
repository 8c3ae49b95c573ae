"""The sources of cases and figures as the file has them, each read by what its preset says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ValidationError,
    create_model,
)

from collector.domain.cases import SERVICEDESK, Membership
from collector.domain.desks import Desk, Feed
from collector.domain.measurements import Unit
from collector.kpi.groups import ALL
from collector.services.check_cases import CHOOSE
from collector.services.local_time import read_time
from collector.settings.errors import KeyPath, Problem, hint, line_of, problems_of, unknown
from collector.settings.source_sections import (
    CaseSourceSection,
    FigureSourceSection,
    as_source_name,
)
from collector.settings.yaml_lines import Document
from collector.sources.file_options import FileOptions
from collector.sources.kinds import preset_names, source_model
from collector.sources.presets import preset_variables


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


_ALSO = {Unit.RATIO: "percent", Unit.DAYS: "hours"}
"""What an indicator's unit may be told in besides."""


@dataclass(frozen=True, slots=True)
class Referred:
    """What of the rest of the configuration sources refer to; no `indicators` (and what they are
    counted in) where the register itself is not sound."""

    zone: ZoneInfo
    sites: Collection[str]
    indicators: Mapping[str, Unit]
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
        self._check_references(at, said)
        sound = self._checked_keys(at, said, preset, model)
        try:
            options = model.model_validate(sound, context={"folder": self._referred.folder})
        except ValidationError as error:
            file, lines = self._document.file, self._document.lines
            found = problems_of(error, file, lines, model=model, under=at)
            # What is said of the whole follows from what is said of its keys.
            parts = [problem for problem in found if problem.path != at]
            self.problems += parts or found * (len(self.problems) == before)
            return None
        if isinstance(options, FileOptions) and said.get("supplies"):
            message = "files are not live, and say nothing of what is not in them; take this away"
            self._wrong((*at, "supplies"), message)
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

    def _checked_keys(
        self, at: KeyPath, said: Mapping[str, Any], preset: str, model: type[BaseModel]
    ) -> dict[str, Any]:
        """What is said without the keys that are not known, and with those that the preset leaves
        to be said: the credential, as a rule."""
        needed = preset_variables(preset)
        words = [*needed, *(field.alias or name for name, field in model.model_fields.items())]
        for key in said:
            if key not in words:
                self._wrong((*at, key), f"unknown key{hint(key, words)}")
        given = {*said, *_keys(said, "variables")}
        if "type" not in _keys(said, "auth"):
            for name, value in needed.items():
                if value is None and name not in given:
                    self._wrong((*at, name), "is missing")
        return {key: value for key, value in said.items() if key in words}

    def _check_references(self, at: KeyPath, said: Mapping[str, Any]) -> None:
        """Sites and indicators that the rest of the file does not have, and a time that is none."""
        sites, indicators = self._referred.sites, self._referred.indicators
        for word in _keys(said, "sites"):
            if (site := said["sites"][word]) not in sites:
                self._wrong((*at, "sites", word), unknown("site", str(site), sites, "sites"))
        site, indicator, since = (said.get(key) for key in ("site", "indicator", "since"))
        if isinstance(site, str) and site not in (*sites, ALL):
            self._wrong((*at, "site"), unknown("site", site, sites, "sites"))
        if isinstance(indicator, str) and indicators and indicator not in indicators:
            message = unknown("indicator", indicator, indicators, "the register")
            self._wrong((*at, "indicator"), message)
        elif isinstance(indicator, str) and isinstance(unit := said.get("unit"), str):
            own = indicators.get(indicator)
            if own is not None and unit not in (own, _ALSO.get(own)):
                also = f" or {_ALSO[own]}" if own in _ALSO else ""
                self._wrong((*at, "unit"), f"{indicator} is counted in {own}{also}, not in {unit}")
        if isinstance(since, str):
            try:
                read_time(since, self._referred.zone)
            except ValueError as error:
                self._wrong((*at, "since"), str(error))

    def check_teams(self, given: Mapping[str, Any]) -> None:
        """Teams whose name is nearly the servicedesk's, where none has that name."""
        named = [
            (name, team)
            for name, said in given.items()
            if isinstance(said, Mapping)
            for team in _keys(said, "groups")
        ]
        for name, team in named:
            if team == CHOOSE:
                message = "write the team that these groups are, as second_line"
                self._wrong(("sources", name, "groups", team), message)
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


def _keys(said: Mapping[str, Any], name: str) -> list[str]:
    """The keys of a section as written."""
    section = said.get(name)
    return list(section) if isinstance(section, Mapping) else []


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

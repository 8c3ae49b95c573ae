"""Reads a configuration: everything that is wrong with it at once, or the settings."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from collector.domain.measurements import Indicator
from collector.domain.targets import Polling, Target
from collector.ports import Retention
from collector.probes._snmp.credentials import Credential
from collector.probes.registry import probe_kinds
from collector.services.unswept import unswept
from collector.settings.checks import (
    circles,
    duplicates,
    missing_parents,
    no_target,
    sentinel_warnings,
)
from collector.settings.entries import Entry, no_file, read_entries
from collector.settings.errors import (
    ConfigurationError,
    KeyPath,
    Problem,
    Problems,
    line_of,
    problems_of,
)
from collector.settings.members import made_of_members, member_problems
from collector.settings.model import Configuration, SnmpProfile
from collector.settings.probe_specs import ProbeSpecs, too_short
from collector.settings.register import load_register
from collector.settings.secrets import expand
from collector.settings.service_hours import calendar_problems, service_hours
from collector.settings.settings import Settings
from collector.settings.snmp_profiles import credential, profile_problems
from collector.settings.sources import Referred, SourceSettings, desk_of, read_sources
from collector.settings.targets import Surroundings, build_target
from collector.settings.yaml_lines import Document, read_yaml


def load(
    path: Path,
    env: Mapping[str, str],
    *,
    instead: Mapping[Path, Path] | None = None,
    kinds: Mapping[str, Any] | None = None,
) -> Settings:
    """Read and check a configuration; ConfigurationError with all that is wrong.

    `instead` gives for a CSV file (as in `Settings.target_files`) another to read in its place;
    `kinds` are the probes there are, those of Driftkoll where it is not given.
    """
    with unswept():
        expansion = expand(read_yaml(path), env)
        try:
            loading = _Loading(expansion.document, kinds or probe_kinds())
            return loading.settings(instead or {})
        except ConfigurationError as error:
            told = [expansion.conceal(problem) for problem in error.problems]
            raise ConfigurationError(told) from None


class _Loading:
    """One reading of one configuration."""

    def __init__(self, document: Document, kinds: Mapping[str, Any]) -> None:
        self.problems = Problems()
        self.problems.add(*document.problems)
        self.document = document
        self.kinds = kinds
        self.folder = document.file.parent.absolute()
        self.given = self._given()
        self.broken: set[str] = set()
        self.configuration = self._configuration()

    def settings(self, instead: Mapping[Path, Path]) -> Settings:
        entries, files = read_entries(self.document, instead, self.problems)
        targets = self._targets(entries)
        self._check_calendars(entries)
        self._check_polling(entries)
        profiles = self._profiles()
        register = self._register()
        sources = self._sources(register)
        web_config_file = self._existing(("web", "config_file"), self.configuration.web.config_file)
        if self.problems:
            raise ConfigurationError(self.problems.lines())
        said, polling = self.configuration, self.configuration.polling
        warnings = sentinel_warnings(polling.sentinels, list(targets.values()))
        return Settings(
            path=self.document.file,
            organisation=said.organisation,
            zone=said.timezone,
            language=said.language,
            database=said.database.get_secret_value(),
            listen=said.listen,
            register=register,
            sites=said.sites,
            population=said.population,
            service=service_hours(said.timezone, said.service_hours, said.calendars, entries),
            polling=Polling(
                polling.confirmations,
                polling.retry_interval,
                polling.sentinels,
                polling.flapping.changes,
                polling.flapping.within,
            ),
            snmp_client=said.snmp.client,
            snmp_profiles=profiles,
            retention=Retention(
                raw=said.retention.raw,
                raw_bytes=said.retention.raw_size,
                hourly=said.retention.hourly,
                daily=said.retention.daily,
                intervals=said.retention.intervals,
                cases=said.retention.cases,
            ),
            web_config_file=web_config_file,
            log_level=said.log.level,
            log_format=said.log.format,
            targets=tuple(targets.values()),
            places={entry.name: entry.place for entry in entries},
            target_files=tuple(files),
            warnings=tuple(str(self._problem(("polling", "sentinels"), it)) for it in warnings),
            sources=sources,
            desk=desk_of(sources),
        )

    def _given(self) -> dict[str, Any]:
        """The sections that the file has; one that is named and left empty counts as absent."""
        value = self.document.value
        if isinstance(value, dict):
            return {key: section for key, section in value.items() if section is not None}
        if value is not None:
            self.problems.add(self._problem((), "must be a mapping (key: value)"))
        return {}

    def _configuration(self) -> Configuration:
        """The sections; those that are wrong stand at their defaults and are named in `broken`, so
        that the rest can be checked too."""
        context = {"folder": self.folder}
        try:
            return Configuration.model_validate(self.given, context=context)
        except ValidationError as error:
            file, lines = self.document.file, self.document.lines
            self.problems.add(*problems_of(error, file, lines, model=Configuration))
            self.broken = {str(detail["loc"][0]) for detail in error.errors()}
        sound = {key: value for key, value in self.given.items() if key not in self.broken}
        return Configuration.model_validate(sound, context=context)

    def _targets(self, entries: Sequence[Entry]) -> dict[str, Target]:
        polling = None if "polling" in self.broken else self.configuration.polling
        profiles = _keys(_section(self.given, "snmp"), "profiles")
        surroundings = Surroundings(
            zone=self.configuration.timezone,
            sites=_keys(self.given, "sites"),
            probes=ProbeSpecs(self.kinds, profiles, polling, self.folder),
        )
        targets: dict[str, Target] = {}
        places: dict[str, Entry] = {}
        for entry in entries:
            target, wrong = build_target(entry, surroundings)
            self.problems.add(*wrong)
            if target and target.name not in targets:
                targets[target.name] = target
                places[target.name] = entry
        self.problems.add(*duplicates(entries), *missing_parents(entries))
        self.problems.add(*circles(places, targets))
        self.problems.add(*member_problems(entries, places, targets))
        return targets

    def _check_calendars(self, entries: Sequence[Entry]) -> None:
        section, calendars = self.configuration.service_hours, _keys(self.given, "calendars")
        for entry, at, message in calendar_problems(section, entries, calendars):
            wrong = entry.problem(at, message) if entry else self._problem(at, message)
            self.problems.add(wrong)

    def _check_polling(self, entries: Sequence[Entry]) -> None:
        polling = self.configuration.polling
        if "polling" in self.broken:
            return
        if message := too_short(polling, polling.interval, polling.timeout):
            self.problems.add(self._problem(("polling", "interval"), message))
        named = {entry.name: entry for entry in entries}
        for index, name in enumerate(polling.sentinels):
            at = ("polling", "sentinels", index)
            if name not in named:
                self.problems.add(self._problem(at, no_target(name, named)))
            elif made_of_members(named[name]):
                message = f"{name!r} is made of members; name targets that are polled themselves"
                self.problems.add(self._problem(at, message))

    def _profiles(self) -> dict[str, Credential]:
        """Credentials; each profile is looked at by itself, so that one does not hide another."""
        profiles: dict[str, SnmpProfile] = {}
        for name, given in _section(_section(self.given, "snmp"), "profiles").items():
            with suppress(ValidationError):  # told of already
                profiles[name] = SnmpProfile.model_validate(given, context={"folder": self.folder})
        wrong = [
            self._problem(("snmp", "profiles", name, *key), message)
            for name, profile in profiles.items()
            for key, message in profile_problems(profile)
        ]
        self.problems.add(*wrong)
        return {} if wrong else {name: credential(it) for name, it in profiles.items()}

    def _register(self) -> tuple[Indicator, ...]:
        """The board's indicators: the file's own register, or the shipped one."""
        file = self._existing(("indicators",), self.configuration.indicators)
        if self.configuration.indicators and not file:
            return ()
        try:
            return load_register(file)
        except ConfigurationError as error:
            self.problems.absorb(error)
            return ()

    def _sources(self, register: Sequence[Indicator]) -> dict[str, SourceSettings]:
        """The sources, each looked at by itself."""
        referred = Referred(
            zone=self.configuration.timezone,
            sites=_keys(self.given, "sites"),
            indicators={indicator.id: indicator.unit for indicator in register},
            folder=self.folder,
        )
        sources, wrong = read_sources(self.document, _section(self.given, "sources"), referred)
        self.problems.add(*wrong)
        return sources

    def _existing(self, at: KeyPath, named: Path | None) -> Path | None:
        """The absolute path of a file that is there."""
        if named is None:
            return None
        if (self.folder / named).is_file():
            return self.folder / named
        self.problems.add(self._problem(at, no_file(str(named))))
        return None

    def _problem(self, at: KeyPath, message: str) -> Problem:
        return Problem(self.document.file, line_of(at, self.document.lines), at, message)


def _section(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = given.get(name)
    return section if isinstance(section, dict) else {}


def _keys(given: Mapping[str, Any], name: str) -> list[str]:
    """The keys of a section as written, which may be used although a value in it is wrong."""
    return list(_section(given, name))

"""What a configuration that was found sound says, as the rest of Driftkoll takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from collector.domain.desks import NO_DESK, Desk
from collector.domain.measurements import Indicator
from collector.domain.targets import Kind, Polling, Target
from collector.kpi.service_hours import ServiceHours
from collector.ports import Retention
from collector.probes._snmp.credentials import Credential
from collector.settings.sources import SourceSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration. Paths are absolute but for `path`, which is as it was given.

    `database` is a URL and may hold a password, as the credentials do: neither is in the repr.
    `places` has FILE:LINE for each target's name; `target_files` are the CSV files as named.
    `sources` are those of cases and figures, by name; `desk` is what the former are to the figures.
    """

    path: Path
    organisation: str
    zone: ZoneInfo
    language: str
    database: str = field(repr=False)
    listen: tuple[str, int]
    register: tuple[Indicator, ...]
    sites: Mapping[str, str]
    population: Mapping[Kind, int]
    service: ServiceHours
    polling: Polling
    snmp_client: Literal["gufo", "pysnmp"]
    snmp_profiles: Mapping[str, Credential] = field(repr=False)
    retention: Retention
    web_config_file: Path | None
    log_level: str
    log_format: str
    targets: tuple[Target, ...] = field(repr=False)
    places: Mapping[str, str] = field(repr=False)
    target_files: tuple[Path, ...]
    warnings: tuple[str, ...]
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    desk: Desk = NO_DESK

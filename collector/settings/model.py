"""What the configuration file may say, section by section; unknown keys are refused."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
)

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration
from collector.domain.quantities import format_duration, parse_duration, parse_size
from collector.domain.targets import Kind
from collector.probes._snmp.credentials import Auth, Priv, Version
from collector.secret import Secret
from collector.settings.calendars import CalendarSection, ServiceHoursSection, calendar_name
from collector.settings.errors import hint
from collector.settings.section import SECTION

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?!(?:.*\.)?[0-9]+\.?$){_LABEL}(?:\.{_LABEL})*\.?")
"""A host name whose last part is no number, so that a mistyped IPv4 address is none."""


class Section(BaseModel):
    """A part of the configuration."""

    model_config = SECTION


def as_label(text: str) -> str:
    """Text that can stand in metrics, tables and files; ValueError where it cannot."""
    text = text.strip()
    if not text:
        raise ValueError("is empty")
    if not text.isprintable():
        raise ValueError(f"{text!r} holds a character that cannot be printed; remove it")
    return text


def as_word(text: str) -> str:
    """A label without spaces in it; ValueError where it has any."""
    text = as_label(text)
    if " " in text:
        raise ValueError(f"{text!r} holds a space; write - or _ instead")
    return text


def as_address(text: str) -> str:
    """An IP address or a host name; ValueError for anything else."""
    text = text.strip()
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if len(text) > 253 or not _HOST.fullmatch(text):
            raise ValueError(
                f"{text!r} is no address; write an IPv4 or IPv6 address or a host name"
            ) from None
    return text


def as_pace(value: object) -> Duration:
    """A duration of whole seconds, 1s to 1d, as the polling wheel has them."""
    duration = parse_duration(value)
    if not SECOND <= duration <= DAY or duration % SECOND:
        raise ValueError(f"{value!r} must be whole seconds, at least 1s and at most 1d")
    return duration


def as_timeout(value: object) -> Duration:
    """A timeout, 10ms to 1m."""
    duration = parse_duration(value)
    if not SECOND // 100 <= duration <= MINUTE:
        raise ValueError(f"{value!r} must be at least 10ms and at most 1m")
    return duration


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = hint(str(value), available_timezones()) or "; write one as Europe/Stockholm"
        raise ValueError(f"{value!r} is no time zone{near}") from None


def as_listen(value: object) -> tuple[str, int]:
    """A host and a port to listen on; ValueError for anything else."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+)):([0-9]{1,5})", str(value))
    try:
        if match and int(match[3]) <= 65535:
            return as_address(match[1] or match[2]), int(match[3])
    except ValueError:
        pass
    raise ValueError(f"{value!r} must be HOST:PORT, as 127.0.0.1:9780 or [::1]:9780")


def _database(value: SecretStr, info: ValidationInfo) -> SecretStr:
    url = value.get_secret_value()
    if url.startswith("sqlite:///"):
        name, mark, options = url.removeprefix("sqlite:///").partition("?")
        if not name or name == ":memory:":
            raise ValueError("names no file; write it as sqlite:///var/driftkoll.db")
        path = Path((info.context or {}).get("folder", ".")).absolute() / name
        return SecretStr(f"sqlite:///{path}{mark}{options}")
    if url.startswith("postgresql+psycopg://") and len(urlsplit(url).path) > 1:
        return value
    raise ValueError(
        "is no database; write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    )


DatabaseUrl = Annotated[Secret, AfterValidator(_database)]
"""A database; SQLite's file is relative to the context's `folder`."""


def _site(text: str) -> str:
    if as_word(text) == "all":
        raise ValueError("'all' stands for all sites together; give the site another key")
    return as_word(text)


def _keep(least: Duration) -> BeforeValidator:
    def validate(value: object) -> Duration | None:
        if value in (None, "forever"):
            return None
        duration = parse_duration(value)
        if duration < least:
            raise ValueError(f"{value!r} must be at least {format_duration(least)}")
        return duration

    return BeforeValidator(validate)


def _bounded(value: object) -> object:
    if value in (None, "forever"):
        raise ValueError("must have an end; write a duration, as 48h")
    return value


def _within(value: object) -> Duration:
    duration = parse_duration(value)
    if not MINUTE <= duration <= DAY:
        raise ValueError(f"{value!r} must be at least 1m and at most 24h")
    return duration


class FlappingSection(Section):
    """How often a target changes state that is marked flapping (collector.domain.flapping)."""

    changes: Annotated[int, Field(ge=3, le=12)] = 6
    within: Annotated[int, BeforeValidator(_within)] = HOUR


class PollingSection(Section):
    """How often and how patiently everything is polled (KPI.md "Samples to states")."""

    interval: Annotated[int, BeforeValidator(as_pace)] = MINUTE
    timeout: Annotated[int, BeforeValidator(as_timeout)] = 2 * SECOND
    confirmations: Annotated[int, Field(ge=1, le=10)] = 2
    retry_interval: Annotated[int, BeforeValidator(as_pace)] = 10 * SECOND
    sentinels: tuple[str, ...] = ()
    flapping: FlappingSection = FlappingSection()


class SnmpProfile(Section):
    """Credentials that several devices share; snmp_profiles.py says which go together."""

    version: Annotated[Version, BeforeValidator(str)] = "2c"
    community: Secret | None = None
    user: str = ""
    auth: Auth = "none"
    auth_key: Secret | None = None
    priv: Priv = "none"
    priv_key: Secret | None = None


class SnmpSection(Section):
    """Which client library speaks SNMP, and the credentials."""

    client: Literal["gufo", "pysnmp"] = "gufo"
    profiles: dict[Annotated[str, AfterValidator(as_word)], SnmpProfile] = {}


class RetentionSection(Section):
    """How long what is kept; raw samples are rolled up by the hour and hours by the day, so they
    must outlive these."""

    raw: Annotated[int, _keep(2 * HOUR), BeforeValidator(_bounded)] = 48 * HOUR
    raw_size: Annotated[int, Field(ge=10**7), BeforeValidator(parse_size)] = 2 * 10**9
    hourly: Annotated[int, _keep(2 * DAY), BeforeValidator(_bounded)] = 90 * DAY
    daily: Annotated[int | None, _keep(DAY)] = None
    intervals: Annotated[int | None, _keep(DAY)] = None
    # A month must be closed before its cases go.
    cases: Annotated[int | None, _keep(60 * DAY)] = None


class WebSection(Section):
    """`config_file` is the exporter-toolkit's, for /metrics and /-/."""

    config_file: Path | None = None


class LogSection(Section):
    """What goes to standard error, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Configuration(Section):
    """The whole file; `targets` and `sources` are read one by one (collector.settings.targets,
    collector.settings.sources)."""

    organisation: str = ""
    timezone: Annotated[ZoneInfo, PlainValidator(_zone)] = ZoneInfo("Europe/Stockholm")
    language: Literal["sv", "en"] = "sv"
    database: Annotated[DatabaseUrl, Field(validate_default=True)] = SecretStr(
        "sqlite:///var/driftkoll.db"
    )
    listen: Annotated[tuple[str, int], PlainValidator(as_listen)] = ("127.0.0.1", 9780)
    indicators: Path | None = None
    sites: dict[
        Annotated[str, AfterValidator(_site)], Annotated[str, AfterValidator(as_label)]
    ] = {}
    population: dict[Kind, Annotated[int, Field(ge=1)]] = {}
    calendars: dict[
        Annotated[str, AfterValidator(as_word), AfterValidator(calendar_name)], CalendarSection
    ] = {}
    service_hours: ServiceHoursSection = ServiceHoursSection()
    polling: PollingSection = PollingSection()
    snmp: SnmpSection = SnmpSection()
    retention: RetentionSection = RetentionSection()
    web: WebSection = WebSection()
    log: LogSection = LogSection()
    targets: list[Any] = []
    sources: dict[str, Any] = {}

"""What is watched: targets, the probes that watch them, and what was known of a target when."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from collector.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant


class Kind(StrEnum):
    """The classes of device and service that figures are worked out for."""

    SERVER = "server"
    ACCESS_POINT = "access_point"
    SWITCH = "switch"
    FIREWALL = "firewall"
    LINK = "link"
    INTEGRATION_PLATFORM = "integration_platform"
    UPS = "ups"
    OTHER = "other"


class Merge(StrEnum):
    """How several probes of a target become one state (KPI.md "Samples to states")."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """One probe of a target: its kind, its pace, and options that only its own module understands.

    `name` is unique within the target and the label in metrics: the kind, or the kind with a
    number for a second one of its kind.
    """

    name: str
    kind: str
    interval: Duration
    timeout: Duration
    options: object = None

    @property
    def max_gap(self) -> Duration:
        """How long a sample holds when no other follows (KPI.md "Samples to states")."""
        return max_gap(self.interval)


def max_gap(interval: Duration) -> Duration:
    """How long a sample holds at most, by the probe's interval (KPI.md "Samples to states")."""
    return min(interval * 5 // 2, interval + 5 * MINUTE)


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that is polled, as the configuration states it.

    `retired_at` is the first instant at which it no longer is in service (a bare date in the
    configuration includes that day). `parent` is another target's name. One with `members` has no
    probes: it is up while at least `needs` of these other targets are, as a clustered service is.
    """

    name: str
    kind: Kind
    site: str
    address: str
    probes: tuple[ProbeSpec, ...]
    merge: Merge = Merge.ANY
    parent: str | None = None
    tags: tuple[str, ...] = ()
    in_service_from: Instant | None = None
    retired_at: Instant | None = None
    members: tuple[str, ...] = ()
    needs: int = 1


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a target was from `since` until the next of its attributes (KPI.md "Lifetime")."""

    since: Instant
    kind: Kind
    site: str
    parent: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A target as the store remembers it: identity, lifetime and what it was when.

    `attributes` are sorted by time and never empty; the first also holds before its `since`.
    `first_seen` is the first poll attempt or the first imported row, whichever is earlier.
    """

    id: int
    name: str
    attributes: tuple[Attributes, ...]
    in_service_from: Instant | None = None
    first_seen: Instant | None = None
    retired_at: Instant | None = None
    dropped_at: Instant | None = None
    answered_at: Instant | None = None


class DeviceFacts(NamedTuple):
    """What a device said of itself by SNMP: SNMPv2-MIB sysUpTime, sysName, sysObjectID; a tuple,
    since one is made for each poll.

    `uptime` is in hundredths of a second and wraps after 497 days; `engine_time` is
    SNMP-FRAMEWORK-MIB snmpEngineTime in seconds, asked for only when sysUpTime went back.
    """

    uptime: int
    name: str = ""
    object_id: str = ""
    engine_time: int | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """The rules of polling that hold for all targets (KPI.md "Samples to states").

    A target is flapping that changed state `flapping_changes` times within `flapping_within`.
    """

    confirmations: int = 2
    retry_interval: Duration = 10 * SECOND
    sentinels: tuple[str, ...] = field(default=())
    flapping_changes: int = 6
    flapping_within: Duration = HOUR

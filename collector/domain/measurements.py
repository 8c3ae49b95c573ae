"""Figures: an indicator's value for a period and scope, its decided target, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from collector.domain.instants import Duration, Instant
from collector.domain.targets import Kind


class Unit(StrEnum):
    """What an indicator counts in; ratios are 0-1, handling times days."""

    RATIO = "ratio"
    DAYS = "days"
    SCORE = "score"
    NUMBER = "number"
    KSEK = "ksek"
    INDEX = "index"


class Op(StrEnum):
    """How a value is compared with its decided target."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="


class Verdict(StrEnum):
    """How a value stands against its decided target (KPI.md "Targets and verdicts")."""

    MET = "met"
    PARTLY = "partly"
    MISSED = "missed"
    NOT_MEASURABLE = "not_measurable"


class Outlook(StrEnum):
    """How the year is forecast to end."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DecidedTarget:
    """A year's target as the board decided it."""

    op: Op
    value: float


@dataclass(frozen=True, slots=True)
class Seconds:
    """The five disjoint parts of an object's service time, in µs (KPI.md "Accounting")."""

    up: Duration = 0
    down: Duration = 0
    unreachable: Duration = 0
    maintenance: Duration = 0
    unknown: Duration = 0

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(
            self.up + other.up,
            self.down + other.down,
            self.unreachable + other.unreachable,
            self.maintenance + other.maintenance,
            self.unknown + other.unknown,
        )

    @property
    def service(self) -> Duration:
        """All of the service time."""
        return self.up + self.down + self.unreachable + self.maintenance + self.unknown

    @property
    def measured(self) -> Duration:
        """The part that says up or not: U + D + X."""
        return self.up + self.down + self.unreachable

    @property
    def availability(self) -> float | None:
        """U / (U + D + X); None where nothing was measured (KPI.md "Accounting")."""
        return self.up / self.measured if self.measured else None

    @property
    def availability_excluding_unreachable(self) -> float | None:
        """U / (U + D); None where neither was measured."""
        return self.up / (self.up + self.down) if self.up + self.down else None

    @property
    def coverage(self) -> float | None:
        """(U + D + X) / (service - M); None where planned work took all of it."""
        expected = self.service - self.maintenance
        return self.measured / expected if expected else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An entry of the register: what the board decided to follow, and the targets of its years.

    `definition` holds the choices in force (KPI.md: classes, combine, min_coverage, partial, ...).
    """

    id: str
    name: Mapping[str, str]
    unit: Unit
    op: Op
    baseline: float | None = None
    targets: Mapping[int, float] = field(default_factory=dict)
    goal: str = ""
    owner: str = ""
    source: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)

    def target_for(self, year: int) -> DecidedTarget | None:
        """The target decided for a year; None where none is."""
        value = self.targets.get(year)
        return None if value is None else DecidedTarget(self.op, value)


@dataclass(frozen=True, slots=True)
class FrozenVersion:
    """A calendar month's figures as they were approved (KPI.md "A closed month").

    The month is [start, end); versions count from 1. `definitions` has each indicator's choices
    that were in force, by its id; `fingerprint` changes with whatever the figures hang on.
    """

    period: str
    start: Instant
    end: Instant
    version: int
    at: Instant
    author: str
    reason: str
    definitions: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FrozenFigure:
    """A figure of a frozen version, of the month or of the year to its end (`period`).

    It is of all or one site, and there of the indicator, one class or one object. What had no value
    is not frozen.
    """

    indicator: str
    period: str
    site: str
    kind: Kind | None
    target: int | None
    value: float
    coverage: float | None
    decided: DecidedTarget | None
    verdict: Verdict | None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """An indicator's value for a period and scope, ready to print (DESIGN.md `indicator show`).

    `period` is the period's own text, `site` a key or "all". `value` is unrounded. A figure that is
    `frozen` is what it was then.
    """

    indicator: str
    period: str
    final: bool
    site: str
    value: float | None
    unit: Unit
    target: DecidedTarget | None
    verdict: Verdict | None
    outlook: Outlook | None
    coverage: float | None
    computed_at: Instant
    frozen: FrozenVersion | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

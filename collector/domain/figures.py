"""The availability figures that are kept ready for the exporters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.domain.instants import Instant
from collector.domain.measurements import Measurement, Seconds

INDICATOR = "indicator"
"""The `kind` of the combined figure in metrics."""


@dataclass(frozen=True, slots=True)
class AvailabilityFigure:
    """Availability of a class (or INDICATOR) at a site (or "all") in a window.

    `window` is 30d, month or year; `seconds` are object-seconds; `budget_left_seconds` is the
    downtime still allowed by the decided target, in seconds (KPI.md "Budget").
    """

    kind: str
    site: str
    window: str
    value: float | None
    coverage: float | None
    seconds: Seconds
    budget_left_seconds: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything worked out at `at`.

    `measurements` are (window, measurement) for each indicator and site; `settled` counts
    object-seconds for each (kind, site) since the agent started, up to where nothing can change.
    `cases_open` counts open cases by type, team and age (collector.kpi.case_backlog).
    """

    at: Instant
    availability: tuple[AvailabilityFigure, ...] = ()
    measurements: tuple[tuple[str, Measurement], ...] = ()
    forecasts: dict[str, float] = field(default_factory=dict)
    settled: dict[tuple[str, str], Seconds] = field(default_factory=dict)
    cases_open: Mapping[tuple[str, str, str], int] = field(default_factory=dict)

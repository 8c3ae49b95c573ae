"""The families of availability and of the indicators: few lines, kept until the figures change."""

from collections.abc import Callable, Iterable, Iterator

from collector.domain.figures import AvailabilityFigure, Figures
from collector.domain.instants import DAY, SECOND
from collector.domain.measurements import Measurement, Seconds, Unit
from collector.domain.states import State
from exporters.exposition.families import (
    AVAILABILITY,
    AVAILABILITY_SECONDS,
    BUDGET_REMAINING,
    CASES_OPEN,
    COVERAGE,
    INDICATOR,
    INDICATOR_COMPUTED,
    INDICATOR_COVERAGE,
    INDICATOR_FORECAST,
    INDICATOR_OUTLOOK,
    INDICATOR_TARGET,
    INDICATOR_VERDICT,
    SERVICE_SECONDS,
)
from exporters.exposition.text import Family

_DAY = DAY / SECOND


class FigureText:
    """Writes the families of a set of figures once, and again only for another set."""

    def __init__(self) -> None:
        self._of: Figures | None = None
        self._text = b""

    def text(self, figures: Figures | None) -> bytes:
        """All of their families; empty before anything is worked out."""
        if figures is not self._of:
            self._text = b"" if figures is None else "".join(_families(figures)).encode()
            self._of = figures
        return self._text


def _families(figures: Figures) -> Iterator[str]:
    yield from _availability(figures.availability)
    yield _family(
        SERVICE_SECONDS,
        (
            SERVICE_SECONDS.sample(spent, kind, site, state)
            for (kind, site), seconds in figures.settled.items()
            for state, spent in _parts(seconds)
        ),
    )
    yield from _indicators(figures)
    yield _family(
        CASES_OPEN,
        (CASES_OPEN.sample(count, *labels) for labels, count in sorted(figures.cases_open.items())),
    )


def _family(family: Family, samples: Iterable[str]) -> str:
    """The family with its samples, or nothing where it has none."""
    text = "".join(samples)
    return family.header + text if text else ""


def _parts(seconds: Seconds) -> Iterator[tuple[State, float]]:
    """The five parts in seconds."""
    for state in State:
        yield state, getattr(seconds, state) / SECOND


def _availability(figures: Iterable[AvailabilityFigure]) -> Iterator[str]:
    single: tuple[tuple[Family, Callable[[AvailabilityFigure], float | None]], ...] = (
        (AVAILABILITY, lambda figure: figure.value),
        (COVERAGE, lambda figure: figure.coverage),
        (BUDGET_REMAINING, lambda figure: figure.budget_left_seconds),
    )
    for family, value_of in single:
        yield _family(
            family,
            (
                family.sample(value, figure.kind, figure.site, figure.window)
                for figure in figures
                if (value := value_of(figure)) is not None
            ),
        )
    yield _family(
        AVAILABILITY_SECONDS,
        (
            AVAILABILITY_SECONDS.sample(spent, figure.kind, figure.site, figure.window, state)
            for figure in figures
            for state, spent in _parts(figure.seconds)
        ),
    )


def _indicators(figures: Figures) -> Iterator[str]:
    yearly = _yearly(figures.measurements)
    for unit in Unit:
        yield _family(
            INDICATOR[unit],
            (
                INDICATOR[unit].sample(_base(m.value, unit), m.indicator, m.site, window)
                for window, m in figures.measurements
                if m.unit is unit and m.value is not None
            ),
        )
        yield _family(
            INDICATOR_TARGET[unit],
            (
                INDICATOR_TARGET[unit].sample(_base(m.target.value, unit), indicator)
                for indicator, m in yearly.items()
                if m.unit is unit and m.target is not None
            ),
        )
        yield _family(
            INDICATOR_FORECAST[unit],
            (
                INDICATOR_FORECAST[unit].sample(_base(forecast, unit), indicator)
                for indicator, forecast in figures.forecasts.items()
                if indicator in yearly and yearly[indicator].unit is unit
            ),
        )
    yield from _standing(figures, yearly)


def _standing(figures: Figures, yearly: dict[str, Measurement]) -> Iterator[str]:
    """Coverage, verdict, outlook, and when it was worked out."""
    yield _family(
        INDICATOR_COVERAGE,
        (
            INDICATOR_COVERAGE.sample(m.coverage, m.indicator, m.site, window)
            for window, m in figures.measurements
            if m.coverage is not None
        ),
    )
    yield _family(
        INDICATOR_VERDICT,
        (
            INDICATOR_VERDICT.sample(1, m.indicator, m.site, window, m.verdict)
            for window, m in figures.measurements
            if m.verdict is not None
        ),
    )
    yield _family(
        INDICATOR_OUTLOOK,
        (
            INDICATOR_OUTLOOK.sample(1, indicator, m.outlook)
            for indicator, m in yearly.items()
            if m.outlook is not None
        ),
    )
    computed: dict[str, int] = {}
    for _, m in figures.measurements:
        computed[m.indicator] = max(m.computed_at, computed.get(m.indicator, 0))
    yield _family(
        INDICATOR_COMPUTED,
        (INDICATOR_COMPUTED.sample(at / SECOND, indicator) for indicator, at in computed.items()),
    )


def _yearly(measurements: Iterable[tuple[str, Measurement]]) -> dict[str, Measurement]:
    """Each indicator's measurement of the running year for all sites: targets and outlooks are the
    year's (KPI.md "Targets and verdicts")."""
    return {m.indicator: m for window, m in measurements if window == "year" and m.site == "all"}


def _base(value: float, unit: Unit) -> float:
    """The value in its base unit: days as seconds."""
    return value * _DAY if unit is Unit.DAYS else value

"""Periods: stretches of calendar time with edges at local midnight (KPI.md "Periods")."""

from dataclasses import dataclass

from collector.domain.instants import Instant


@dataclass(frozen=True, slots=True)
class Period:
    """A period as asked for, [start, end) of its whole calendar time.

    `measured_end` is the earlier of `end` and now: the future is never counted. `year` is that of
    its last day, whose target it is judged by.
    """

    text: str
    start: Instant
    end: Instant
    measured_end: Instant
    year: int

    @property
    def final(self) -> bool:
        """Whether it is over."""
        return self.measured_end >= self.end

"""How the year will end, if it goes on as it has gone (KPI.md "Forecast")."""

from dataclasses import dataclass
from typing import NamedTuple

from collector.domain.instants import Duration
from collector.kpi.groups import Account, Ratio


class Forecast(NamedTuple):
    """A group's year as (up, measured) and (measured, to be measured), all in µs.

    `expected` takes the time to come at the rate of the last 90 days, `best` as all up.
    """

    expected: Ratio | None
    best: Ratio
    coverage: Ratio


@dataclass(frozen=True, slots=True)
class Prospect:
    """A year's forecast value, its best case, and whether the year can be measurable then."""

    value: float | None
    best: float | None
    measurable: bool


def forecast(year: Account, recent: Account, *, unreachable: bool = True) -> Forecast:
    """A group's year from what it has been so far and its last 90 days.

    `expected` is None where nothing was measured in those. Without `unreachable`, what was
    unreachable counts neither as measured nor as down.
    """
    up, measured = ratio(year, unreachable=unreachable)
    recently_up, recently = ratio(recent, unreachable=unreachable)
    rest: Duration = year.rest
    expected = (up + rest * recently_up / recently, measured + rest) if recently else None
    return Forecast(
        expected,
        (up + rest, measured + rest),
        (year.seconds.measured + rest, year.expected),
    )


def ratio(account: Account, *, unreachable: bool = True) -> Ratio:
    """Availability as (up, measured): A, or A' without `unreachable` (KPI.md "Accounting")."""
    seconds = account.seconds
    return seconds.up, seconds.measured if unreachable else seconds.up + seconds.down

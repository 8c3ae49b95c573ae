"""Classes, sites and the combined figure (KPI.md "Groups")."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.domain.instants import Duration
from collector.domain.measurements import Seconds
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.kpi.books import Row
from collector.kpi.lifetimes import most_listed
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours, period_hours
from collector.kpi.timelines import Timelines

ALL = "all"
"""The scope of all sites; no site's key."""


class Combine(StrEnum):
    """How an indicator's classes become one figure."""

    MEAN = "mean"
    OBJECT_TIME = "object_time"
    WORST_CLASS = "worst_class"


@dataclass(frozen=True, slots=True)
class Account:
    """A group's object-seconds in µs: what was, and the service that is still to come (`rest`).

    `seconds` hold as unknown also what was not measured yet and the objects that are missing from
    the list. `uncorrected` is the same before corrections.
    """

    seconds: Seconds
    uncorrected: Seconds
    rest: Duration
    begun: int

    def __add__(self, other: "Account") -> "Account":
        return Account(
            self.seconds + other.seconds,
            self.uncorrected + other.uncorrected,
            self.rest + other.rest,
            self.begun + other.begun,
        )

    @property
    def expected(self) -> Duration:
        """The service of the whole period, the planned maintenance known so far left out."""
        return self.seconds.service - self.seconds.maintenance + self.rest


NOTHING = Account(Seconds(), Seconds(), 0, 0)

Scope = tuple[Kind, str]


def by_scope(rows: Iterable[Row]) -> dict[Scope, Account]:
    """The accounts of each class at each site, as classes count them."""
    sums: dict[Scope, list[int]] = {}
    corrections: dict[Scope, list[int]] = {}
    for row in rows:
        scope = (row.kind, row.site)
        held = sums.get(scope)
        if held is None:
            held = sums[scope] = [0] * 7
        _, _, _, up, down, unreachable, maintenance, unknown, begun, rest, before, counted, was = (
            row
        )
        if not counted:
            held[4] += up + down + unreachable + maintenance + unknown
            continue
        held[0] += up
        held[1] += down
        held[2] += unreachable
        held[3] += maintenance
        held[4] += unknown + before
        held[5] += begun
        held[6] += rest
        if was is not None:
            gain = corrections.setdefault(scope, [0] * 5)
            parts = (up, down, unreachable, maintenance, unknown)
            for i, (old, new) in enumerate(zip(_parts(was), parts, strict=True)):
                gain[i] += old - new
    return {
        scope: Account(
            Seconds(*held[:5]),
            Seconds(*held[:5]) + Seconds(*corrections.get(scope, ())),
            held[6],
            held[5],
        )
        for scope, held in sums.items()
    }


def of_objects(rows: Iterable[Row]) -> Account:
    """The account of objects by themselves: their lifetimes, nothing that only classes count."""
    account = NOTHING
    for row in rows:
        seconds = row.seconds
        account += Account(seconds, row.uncorrected or seconds, row.rest, row.begun)
    return account


def missing(
    timelines: Timelines,
    period: Period,
    population: Mapping[Kind, int],
    service: ServiceHours = AROUND_THE_CLOCK,
) -> dict[Kind, Account]:
    """What the objects that a stated population has and the list has not count for: unknown.

    They are of no site. As many are missing as the list is short of at its longest in the period,
    so that one object replaced by another does not count for two.
    """
    accounts: dict[Kind, Account] = {}
    for kind, number in population.items():
        short = number - most_listed(timelines, period, kind)
        if short > 0:
            measured, rest = period_hours(period, kind, service)
            unknown = Seconds(unknown=short * measured)
            accounts[kind] = Account(unknown, unknown, short * rest, 0)
    return accounts


def classes(
    scopes: Mapping[Scope, Account], site: str, lacking: Mapping[Kind, Account]
) -> dict[Kind, Account]:
    """The classes of one site, or of all with the objects that are missing from the list."""
    found: dict[Kind, Account] = {}
    for (kind, at), account in scopes.items():
        if site in (ALL, at):
            found[kind] = found.get(kind, NOTHING) + account
    if site == ALL:
        for kind, account in lacking.items():
            found[kind] = found.get(kind, NOTHING) + account
    return found


Ratio = tuple[float, float]
"""A part and its whole; of a whole that is 0 there is no ratio."""


def combined(
    ratios: Iterable[Ratio],
    rule: Combine,
    worst: Callable[[Sequence[float]], float] = min,
) -> float | None:
    """One ratio of those of several classes, as `combine` says; None where there is none."""
    known = [(part, whole) for part, whole in ratios if whole]
    if not known:
        return None
    if rule is Combine.OBJECT_TIME:
        return sum(part for part, _ in known) / sum(whole for _, whole in known)
    each = [part / whole for part, whole in known]
    return worst(each) if rule is Combine.WORST_CLASS else sum(each) / len(each)


def _parts(seconds: Seconds) -> tuple[Duration, ...]:
    return (
        seconds.up,
        seconds.down,
        seconds.unreachable,
        seconds.maintenance,
        seconds.unknown,
    )

"""What the outages of a group come to (KPI.md "Outages")."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.domain.instants import Duration
from collector.domain.periods import Period
from collector.kpi.outages import Outage, begun, time_between_failures, time_to_restore


@dataclass(frozen=True, slots=True)
class Rollup:
    """A group's outages in a period.

    `consequences` are those of `begun` that were one. `longest` is of all that touch the period.
    The mean times are in µs and None where there was nothing to take the mean of.
    """

    begun: int
    consequences: int
    longest: Outage | None
    time_to_restore: float | None
    time_between_failures: float | None


def roll_up(found: Sequence[Outage], up: Duration, period: Period) -> Rollup:
    """What a group's outages come to, `up` being all of its time that was."""
    new = begun(found, period)
    touching = [it for it in found if it.end > period.start and it.start < period.measured_end]
    return Rollup(
        len(new),
        sum(it.consequence for it in new),
        max(touching, key=lambda it: (it.length, -it.start), default=None),
        time_to_restore(found, period),
        time_between_failures(up, len(new)),
    )

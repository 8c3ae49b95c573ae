"""How much downtime the decided target still allows (KPI.md "Budget")."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.domain.instants import Duration
from collector.domain.measurements import Seconds
from collector.kpi.books import Row
from collector.kpi.groups import Combine, combined


class Budget(NamedTuple):
    """Allowed downtime of the whole period and what is left of it, in µs; below 0 it is spent."""

    allowed: float
    left: float


def group_budget(target: float, expected: Duration, down: Duration) -> Budget:
    """The budget of an object, a class or a site: object-seconds."""
    allowed = (1 - target) * expected
    return Budget(allowed, allowed - down)


def combined_budget(
    target: float,
    classes: Sequence[tuple[Duration, Duration]],
    rule: Combine,
    service: float,
) -> Budget | None:
    """The indicator's budget in one object's time; None where no class has any service.

    `classes` are each class's (downtime so far, expected service of the whole period), `service`
    is one object's service in the whole period, the mean of the classes' where they differ.
    """
    used = combined(classes, rule, worst=max)
    if used is None:
        return None
    allowed = (1 - target) * service
    return Budget(allowed, (1 - target - used) * service)


def after_outage(row: Row, length: Duration) -> Row:
    """An object's account if it were down for so much more of its service time.

    It is taken from the part of the period that is still to come, then from what was up; so that
    the five parts and that part stay the same in sum. No more is down than there is of these.
    """
    ahead = min(length, row.rest)
    behind = min(length - ahead, row.up)
    before = row.uncorrected
    return row._replace(
        up=row.up - behind,
        down=row.down + ahead + behind,
        rest=row.rest - ahead,
        begun=row.begun + bool(ahead + behind),
        uncorrected=before
        and before + Seconds(up=-min(behind, before.up), down=ahead + min(behind, before.up)),
    )

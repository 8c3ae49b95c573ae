"""Handling times of many cases at once (KPI.md "Handling time", "Working days").

With W(t) as the service before an instant, what was worked on a case from a to b is W(b) - W(a), so
that the sum over many cases is a sum of W over all ends less one over all beginnings; and W summed
over sorted instants takes a step for each opening, not for each case.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from collector.domain.instants import MINUTE, Duration, Instant
from collector.kpi.service_hours import WHOLE_DAY, Calendar, Hours
from collector.kpi.spans import total, union


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which a share of sorted values lies, by linear interpolation; None of none.

    The h = (n - 1) * share of Hyndman and Fan's seventh definition.
    """
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


def full_day(calendar: Calendar) -> Duration:
    """The service of a whole working day: of the weekday that has most, in µs."""
    openings = (
        total(union((rule.start, rule.end) for rule in calendar.rules if day in rule.days))
        for day in range(7)
    )
    return (max(openings, default=0) or WHOLE_DAY) * MINUTE


def service_before(hours: Hours, instants: Iterable[Instant]) -> Duration:
    """The sum of W over instants, in µs."""
    ordered = sorted(instants)
    if not ordered:
        return 0
    first, last = ordered[0], ordered[-1]
    whole = len(ordered) * hours.before(first)
    place = 0
    for start, end in hours.within(first, last):
        place = bisect_right(ordered, start, place)
        past = bisect_right(ordered, end, place)
        whole += sum(ordered[place:past]) - (past - place) * start
        whole += (len(ordered) - past) * (end - start)
        place = past
    return whole


def worked(
    hours: Hours,
    created: Sequence[Instant],
    resolved: Sequence[Instant],
    paused: Iterable[Instant],
    resumed: Iterable[Instant],
    totals: Iterable[tuple[Instant, Instant, Duration]],
) -> Duration:
    """The service from created to resolved of all cases, less that of the pauses that all of them
    had, in µs.

    `totals` are (created, resolved, how long it was paused) of the cases whose pauses are not known
    by their times: they are taken off as they are, but never more than there is.
    """
    taken = service_before(hours, resumed) - service_before(hours, paused)
    taken += sum(min(length, hours.between(start, end)) for start, end, length in totals)
    return service_before(hours, resolved) - service_before(hours, created) - taken

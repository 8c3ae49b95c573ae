"""How much of a period the sources of cases are known to be complete for (KPI.md "Coverage of
cases")."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from collector.domain.instants import Instant, moment
from collector.domain.periods import Period
from collector.domain.sources import Covered
from collector.kpi.periods import midnight
from collector.kpi.spans import ALWAYS, Span, Spans, clip, intersect, overlap, union


def complete(covered: Iterable[Covered], sources: Iterable[str]) -> list[Span]:
    """When all of the sources are complete; nowhere where there are none."""
    of_source: dict[str, list[Span]] = {source: [] for source in sources}
    for each in covered:
        if each.source in of_source:
            start = -ALWAYS if each.start is None else each.start
            of_source[each.source].append((start, each.end))
    common: list[Span] = [(-ALWAYS, ALWAYS)] if of_source else []
    for spans in of_source.values():
        common = intersect(common, union(spans))
    return common


def share(spans: Spans, period: Period) -> float | None:
    """How much of what is over of a period spans cover, 0-1; None where nothing is over."""
    length = period.measured_end - period.start
    return overlap(spans, period.start, period.measured_end) / length if length > 0 else None


def with_months_of(
    spans: Spans, events: Iterable[Instant], period: Period, zone: ZoneInfo
) -> list[Span]:
    """Spans, and the local months of a period in which something happened: of a register that is
    in use there is nothing to attest."""
    seen = sorted(at for at in events if period.start <= at < period.measured_end)
    months = (_month_of(at, zone) for at in seen)
    return clip(union(spans, months), period.start, period.measured_end)


def _month_of(at: Instant, zone: ZoneInfo) -> Span:
    first = moment(at).astimezone(zone).date().replace(day=1)
    return midnight(first, zone), midnight((first + timedelta(days=31)).replace(day=1), zone)


def known_share(known: int, of: int) -> float:
    """The share of cases that a figure could be worked out from; 1 where there are none."""
    return known / of if of else 1.0

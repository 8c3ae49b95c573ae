"""When objects were in service, what they were then, and since when their class is measured."""

from collections.abc import Iterable, Iterator, Mapping

from collector.domain.instants import Instant
from collector.domain.periods import Period
from collector.domain.targets import Attributes, Kind, TargetRecord
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines

MeasuredFrom = Mapping[Kind, Instant]
"""Since when a class is measured; one that is not in it never was."""


def measured_from(targets: Iterable[TargetRecord], stated: MeasuredFrom) -> dict[Kind, Instant]:
    """Since when each class is measured: as stated, else its first poll or imported interval."""
    first: dict[Kind, Instant] = {}
    for target in targets:
        seen = target.first_seen
        if seen is None:
            continue
        for held in target.attributes:
            since = seen if held is target.attributes[0] or held.since < seen else held.since
            if since < first.get(held.kind, ALWAYS):
                first[held.kind] = since
    return {**first, **stated}


def gone_at(target: TargetRecord) -> Instant:
    """The end of an object's lifetime (KPI.md "Lifetime")."""
    end = target.dropped_at if target.retired_at is None else target.retired_at
    return ALWAYS if end is None else end


def stretches(
    target: TargetRecord, start: Instant, end: Instant
) -> Iterator[tuple[Attributes, Instant, Instant]]:
    """What an object was when within [start, end); the last of its attributes always comes."""
    attributes = target.attributes
    if len(attributes) == 1:
        yield attributes[0], start, end
        return
    for i, held in enumerate(attributes):
        first = max(start, held.since) if i else start
        last = i + 1 == len(attributes)
        until = end if last else min(end, attributes[i + 1].since)
        if first < until or last:
            yield held, first, until


def most_listed(timelines: Timelines, period: Period, kind: Kind) -> int:
    """How many objects of a class were in service at one time in a period, at most."""
    edges: list[tuple[Instant, int]] = []
    for target in timelines.targets:
        born = target.first_seen if target.in_service_from is None else target.in_service_from
        if born is None:
            continue
        start, end = max(born, period.start), min(gone_at(target), period.measured_end)
        for held, first, until in stretches(target, start, end):
            if held.kind is kind and first < until:
                edges += [(first, 1), (until, -1)]
    most = listed = 0
    for _, change in sorted(edges):
        listed += change
        most = max(most, listed)
    return most

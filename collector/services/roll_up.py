"""Roll up: the outages behind a figure, and what they come to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from heapq import nsmallest
from typing import Any

from collector.domain.instants import SECOND, Duration, Instant, moment
from collector.domain.measurements import Indicator, Measurement
from collector.domain.periods import Period
from collector.domain.targets import Kind
from collector.indicators import availability
from collector.indicators.availability import Definition, Scope
from collector.kpi.groups import ALL
from collector.kpi.rollup import roll_up
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.ports import FigureStore
from collector.services.outage_list import Listed, list_outages
from collector.services.unswept import unswept

_Pair = tuple[Listed, Listed]
"""An outage that stands by itself, and it or one that was a consequence of it."""


class Outages:
    """The outages of a period, from which the detail of any scope follows."""

    def __init__(self, listed: Sequence[Listed], period: Period, zone: tzinfo) -> None:
        self._period = period
        self._zone = zone
        self._all = [(first, each) for first in listed for each in _with_consequences(first)]
        self._of_target: dict[int, list[_Pair]] = defaultdict(list)
        for first, each in self._all:
            self._of_target[each.outage.target].append((first, each))

    def detail(
        self, scope: Scope, definition: Definition, up: Duration, number: int = 10
    ) -> dict[str, Any]:
        """What there is to say of the outages of a scope, `up` being all of its time that was.

        `largest_outages` are those that cost the scope most object-seconds, each with all that
        were a consequence of it, and the cause that somebody stated. Times are in seconds.
        """
        of_scope = self._all if scope.target is None else self._of_target.get(scope.target, ())
        pairs = [(first, it) for first, it in of_scope if _counts(it, scope, definition)]
        groups: dict[int, list[Listed]] = defaultdict(list)
        firsts = {id(first): first for first, _ in pairs}
        for first, each in pairs:
            groups[id(first)].append(each)
        names = {each.outage.target: each.name for _, each in pairs}
        sums = roll_up([each.outage for _, each in pairs], up, self._period)
        longest = sums.longest
        largest = nsmallest(number, groups, key=lambda key: -_lost(groups[key]))
        return {
            "consequences": sums.consequences,
            "longest_outage": longest
            and {
                "target": names[longest.target],
                "start": _time(longest.start, self._zone),
                "seconds": longest.length / SECOND,
            },
            "time_to_restore_seconds": _seconds(sums.time_to_restore),
            "time_between_failures_seconds": _seconds(sums.time_between_failures),
            "largest_outages": [_group(firsts[key], groups[key], self._zone) for key in largest],
        }


def read_outages(
    store: FigureStore,
    definition: Definition,
    period: Period,
    *,
    zone: tzinfo,
    service: ServiceHours,
    now: Instant,
) -> Outages:
    """All outages of a period as the figures count them."""
    notice = definition.min_notice
    found = list_outages(store, period, now, min_notice=notice, service=service)
    return Outages(found, period, zone)


@unswept()
def rolled_up(
    store: FigureStore,
    indicator: Indicator,
    period: Period,
    measured: Measurement,
    *,
    zone: tzinfo,
    site: str = ALL,
    kind: Kind | None = None,
    target: str | None = None,
    service: ServiceHours = AROUND_THE_CLOCK,
    now: Instant,
) -> Measurement:
    """A measurement of availability with what its detail says of outages beside their count.

    What is frozen is as it was frozen, and other indicators have no outages.
    """
    if indicator.id != availability.ID or measured.frozen is not None:
        return measured
    definition = Definition.of(indicator.definition)
    object_ = None
    if target is not None:
        object_ = next(record.id for record in store.targets() if record.name == target)
    found = read_outages(store, definition, period, zone=zone, service=service, now=now)
    up = round(measured.detail["seconds"]["up"] * SECOND)
    said = found.detail(Scope(site, kind, object_), definition, up)
    return replace(measured, detail={**measured.detail, **said})


def _counts(listed: Listed, scope: Scope, definition: Definition) -> bool:
    held = listed.attributes
    if scope.site not in (ALL, held.site):
        return False
    if scope.kind is None and scope.target is None:
        return held.kind in definition.classes
    return scope.kind in (None, held.kind)


def _with_consequences(listed: Listed) -> Iterator[Listed]:
    yield listed
    for each in listed.consequences:
        yield from _with_consequences(each)


def _lost(own: Sequence[Listed]) -> Duration:
    return sum(it.outage.length for it in own)


def _group(first: Listed, own: Sequence[Listed], zone: tzinfo) -> dict[str, Any]:
    said = first.annotation or next((it.annotation for it in own if it.annotation), None)
    return {
        "target": first.name,
        "start": _time(first.outage.start, zone),
        "end": None if first.open else _time(first.outage.end, zone),
        "seconds": first.outage.length / SECOND,
        "objects": len({it.outage.target for it in own}),
        "object_seconds": _lost(own) / SECOND,
        "cause": None if said is None else said.cause.value,
        "name": "" if said is None else said.name,
    }


def _time(at: Instant, zone: tzinfo) -> str:
    return moment(at).astimezone(zone).isoformat()


def _seconds(length: float | None) -> float | None:
    return None if length is None else length / SECOND

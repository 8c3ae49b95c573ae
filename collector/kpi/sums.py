"""Which objects' accounts follow from sums of their intervals alone, and what they are.

Nearly every object's do: nothing about it changes in the period, and its outages are told apart by
counting. The others are accounted interval by interval, which always leads to the same.
"""

from collections.abc import Container, Iterable, Mapping

from collector.domain.instants import Instant
from collector.domain.periods import Period
from collector.domain.states import Sums
from collector.domain.targets import TargetRecord
from collector.kpi.availability import Tally
from collector.kpi.lifetimes import MeasuredFrom, gone_at
from collector.kpi.spans import ALWAYS, Span
from collector.kpi.timelines import Timelines

_NOTHING: Tally = (0, 0, 0, 0)
_FOREIGN = 2


def tallied(
    targets: Iterable[TargetRecord],
    sums: Mapping[int, Sums],
    period: Period,
    since: MeasuredFrom,
    known_until: Mapping[int, Instant],
    ancestry: Timelines,
    apart: Container[int] = frozenset(),
) -> dict[int, Tally]:
    """What `availability.tally` comes to over a period for those objects that it can be told of.

    `sums` are over what was measured of the period, of these objects and of all that were above
    them; `since` is `measured_from`, `known_until` that of Timelines, `ancestry` any Timelines of
    all objects. `apart` are the objects with planned work, corrections or a calendar.
    """
    start, end = period.start, period.measured_end
    failing = {id_ for id_, it in sums.items() if it.down or it.beside == _FOREIGN}
    tallies: dict[int, Tally] = {}
    for target in targets:
        id_ = target.id
        lived = None if id_ in apart else _throughout(target, period, since)
        if lived is None:
            continue
        found = sums.get(id_)
        if found is None:
            tallies[id_] = _NOTHING
            continue
        first, last, opened, up, down, failures, first_down, beside = found
        if lived[0] >= lived[1] and beside != _FOREIGN:
            tallies[id_] = _NOTHING
            continue
        if (
            beside == _FOREIGN
            or (opened and known_until.get(id_, -ALWAYS) < end)
            or (lived[0] > start and first < lived[0])
            or (lived[1] < end and (opened or last is None or last > lived[1]))
        ):
            continue
        if not down:
            tallies[id_] = (up, 0, 0, 0)
            continue
        # Up and down in turn, without gaps, from up on: so that each that is down is an outage.
        until = end if opened or last is None or last > end else last
        whole = until - (first if first > start else start)
        if beside or first_down == first or up + down != whole:
            continue
        parents = [held.parent for held in target.attributes if held.parent is not None]
        if not parents or not any(_behind(it, id_, failing, ancestry) for it in parents):
            tallies[id_] = (up, down, 0, failures)
    return tallies


def _throughout(target: TargetRecord, period: Period, since: MeasuredFrom) -> Span | None:
    """An object's lifetime in a period, where it was of one class and site all that time and its
    class was measured; None where it was not."""
    stated = target.in_service_from
    born = target.first_seen if stated is None else stated
    if born is None:
        return ALWAYS, ALWAYS
    start = max(born, period.start)
    end = min(gone_at(target), period.measured_end)
    held = target.attributes[0]
    for later in target.attributes[1:]:
        if start < later.since < end:
            return None
        if later.since <= start:
            held = later
    return (start, end) if since.get(held.kind, ALWAYS) <= start else None


def _behind(parent: int, target: int, failing: set[int], ancestry: Timelines) -> bool:
    """Whether a parent or what was above it failed, the object itself aside."""
    above = ancestry.reached(parent)
    return not failing.isdisjoint(above if target not in above else above - {target})

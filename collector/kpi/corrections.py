"""What was measured, as it reads after people's corrections (KPI.md "Accounting")."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from collector.domain.corrections import Correction
from collector.domain.instants import Instant
from collector.domain.states import Interval, Origin, State
from collector.kpi.spans import ALWAYS, Span, subtract, union

Corrections = Mapping[int, Sequence[Correction]]
"""Each target's corrections that are in force."""


def in_force(entries: Iterable[Correction]) -> dict[int, list[Correction]]:
    """The corrections that nobody undid, in order of entry; an undone undo is none."""
    undone: set[int] = set()
    holding: list[Correction] = []
    for entry in sorted(entries, key=lambda it: it.id, reverse=True):
        if entry.id in undone:
            continue
        if entry.undoes is None:
            holding.append(entry)
        else:
            undone.add(entry.undoes)
    of_target: dict[int, list[Correction]] = defaultdict(list)
    for entry in reversed(holding):
        of_target[entry.target].append(entry)
    return dict(of_target)


def corrected(intervals: Iterable[Interval], corrections: Sequence[Correction]) -> list[Interval]:
    """Intervals, sorted by start, after corrections that are in force; the latest counts.

    What was really up, down or unknown takes the place of all that was there, imported maintenance
    too; what was really maintenance lies over it.
    """
    taken: list[Span] = []
    replaced: list[Span] = []
    added: list[Interval] = []
    for entry in reversed(corrections):
        own = subtract([(entry.start, entry.end)], taken)
        taken = union(taken, own)
        if entry.state is not State.MAINTENANCE:
            replaced += own
        added += [Interval(s, e, entry.state, None, Origin.CORRECTED) for s, e in own]
    left = [part for it in intervals for part in _without(it, union(replaced))]
    return sorted(left + added, key=lambda it: (it.start, ALWAYS if it.end is None else it.end))


def _without(interval: Interval, spans: Sequence[Span]) -> list[Interval]:
    """What is left of an interval; an open one stays open."""
    end: Instant = ALWAYS if interval.end is None else interval.end
    if not any(start < end and interval.start < stop for start, stop in spans):
        return [interval]
    return [
        interval._replace(start=start, end=None if stop == ALWAYS else stop)
        for start, stop in subtract([(interval.start, end)], spans)
    ]

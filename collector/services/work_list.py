"""The work of a period: planned maintenance and urgent work, in order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.domain.instants import Duration, Instant
from collector.domain.maintenance import Scope, Window
from collector.domain.measurements import Indicator
from collector.domain.targets import TargetRecord
from collector.indicators import availability
from collector.indicators.availability import Definition
from collector.kpi.maintenance import MIN_NOTICE, Occurrence, Work, occurrences
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """What a window is for, by names and words (collector.domain.maintenance.Scope)."""

    targets: Sequence[str] = ()
    behind: Sequence[str] = ()
    kinds: Sequence[str] = ()
    sites: Sequence[str] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListedWork:
    """An occurrence of a window, or the part by which it was extended.

    It is `planned`, or else urgent work; for the targets that are named in `urgent_for` it is
    urgent in any case, as they were down when it was registered. `scope` names what it is for,
    `objects` counts what it is for as it begins.
    """

    occurrence: Occurrence
    planned: bool
    urgent_for: tuple[str, ...]
    scope: ScopeWords
    objects: int


def list_work(
    store: FigureStore,
    start: Instant,
    end: Instant,
    *,
    min_notice: Duration = MIN_NOTICE,
) -> list[ListedWork]:
    """All work that touches [start, end), in order of time."""
    records = store.targets()
    names = {record.id: record.name for record in records}
    found = [
        it for window in store.maintenance(start, end) for it in occurrences(window, start, end)
    ]
    return [
        ListedWork(
            it,
            it.in_time(min_notice),
            tuple(sorted(names[id_] for id_ in it.down)),
            scope_words(it.window.scope, names),
            len(
                inside_now(replace(it.window, start=it.start, end=it.end, recurrence=None), records)
            ),
        )
        for it in sorted(found, key=lambda it: (it.start, it.window.id))
    ]


def scope_words(scope: Scope, names: Mapping[int, str]) -> ScopeWords:
    """A scope with names for ids."""
    return ScopeWords(
        sorted(names[id_] for id_ in scope.targets),
        sorted(names[id_] for id_ in scope.behind),
        sorted(scope.kinds),
        sorted(scope.sites),
        sorted(scope.tags),
    )


def min_notice_of(register: Iterable[Indicator]) -> Duration:
    """How early work is to be registered, as the indicator of availability defines it."""
    own = [Definition.of(it.definition) for it in register if it.id == availability.ID]
    return (own[0] if own else Definition()).min_notice


def inside_now(window: Window, records: Sequence[TargetRecord]) -> list[int]:
    """The objects that a window is for at its first occurrence, and that are still watched."""
    work = Work([window], window.start, window.end, Timelines(records, {}, {}))
    return [it.id for it in records if it.dropped_at is None and work.all(it.id)]

"""Maintain: windows for work are registered, extended and cancelled."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from collector.domain.instants import Duration, Instant
from collector.domain.maintenance import Cancellation, Extension, Recurrence, Scope, Window
from collector.domain.naming import unknown
from collector.domain.quantities import format_duration
from collector.domain.targets import Kind, Target, TargetRecord
from collector.kpi.maintenance import MIN_NOTICE, coming
from collector.kpi.spans import ALWAYS, overlap
from collector.ports import Store
from collector.services.history import read_timelines
from collector.services.local_time import Times, local_time
from collector.services.recurring import Again, recurring
from collector.services.refused import Refused
from collector.services.work_list import ScopeWords, inside_now


@dataclass(frozen=True, slots=True)
class Once:
    """A single window: ISO 8601, local time where no offset is given."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A window as it now is stored, and what there is to say of it."""

    window: Window
    warnings: tuple[str, ...] = ()


def add_window(
    store: Store,
    scope: ScopeWords,
    when: Once | Again,
    *,
    reason: str,
    author: str,
    configured: Sequence[Target],
    sites: Collection[str],
    zone: ZoneInfo,
    now: Instant,
    min_notice: Duration = MIN_NOTICE,
) -> Registered:
    """Register a window from `now` on; Refused with all that is wrong with it.

    `configured` are the configuration's targets, `sites` its sites' keys: those may be named as
    well as what the store knows of.
    """
    records, times = store.targets(), Times(zone)
    problems = [
        *_strangers(scope, records, configured, sites),
        *([] if reason.strip() else ["a reason is needed"]),
    ]
    read = _read(when, times)
    if problems or read is None:
        raise Refused(*problems, *times.problems)
    start, end, recurrence = read
    named = {*scope.targets, *scope.behind}
    if not named <= {record.name for record in records}:
        store.add_missing(configured, now)
        records = store.targets()
    window = Window(
        id=0,
        scope=_scope(scope, records),
        start=start,
        end=end,
        author=author,
        reason=reason.strip(),
        registered_at=now,
        recurrence=recurrence,
    )
    inside = inside_now(window, records)
    window = replace(window, down=_down(store, records, inside, now))
    window = replace(window, id=store.add_window(window))
    return Registered(
        window,
        (
            *times.warnings,
            *([] if inside else ["no target is such at present"]),
            *_urgent(window.start, window.down, records, now, min_notice),
        ),
    )


def extend_window(
    store: Store,
    id_: int,
    end: str,
    *,
    reason: str,
    author: str,
    zone: ZoneInfo,
    now: Instant,
    min_notice: Duration = MIN_NOTICE,
) -> Registered:
    """Let the occurrence that is under way, or else the next one, end later; Refused otherwise."""
    window, times = _present(store, id_, zone), Times(zone)
    until = times.read("end", end)
    if until is None:
        raise Refused(*times.problems)
    left = coming(window, now)
    if not left:
        raise Refused(f"window {id_} is over; register another one")
    last = left[-1]
    if until <= last.end:
        raise Refused(
            f"end {end!r} is no later than the window's, {local_time(last.end, zone)}; "
            "maintenance cancel ends it earlier"
        )
    records = store.targets()
    added = Extension(
        now,
        last.end,
        until,
        author,
        reason.strip(),
        _down(store, records, inside_now(window, records), now),
    )
    store.extend_window(id_, added)
    return Registered(
        replace(window, extensions=(*window.extensions, added)),
        (*times.warnings, *_urgent(last.begins, added.down, records, now, min_notice)),
    )


def cancel_window(
    store: Store, id_: int, *, reason: str, author: str, zone: ZoneInfo, now: Instant
) -> Registered:
    """Let nothing more come of a window; what was stays. Refused where nothing is left of it."""
    window = _present(store, id_, zone)
    if not coming(window, now):
        raise Refused(f"window {id_} is over; there is nothing left to cancel")
    said = Cancellation(now, author, reason.strip())
    if not store.cancel_window(id_, said):
        raise Refused(f"window {id_} was cancelled just now by somebody else")
    return Registered(replace(window, cancelled=said))


def _strangers(
    scope: ScopeWords,
    records: Sequence[TargetRecord],
    configured: Sequence[Target],
    sites: Collection[str],
) -> list[str]:
    """What a scope names that there is not, or that it names nothing."""
    held = [it for record in records for it in record.attributes]
    known: dict[str, tuple[Sequence[str], set[str]]] = {
        "target": (
            [*scope.targets, *scope.behind],
            {it.name for it in records} | {it.name for it in configured},
        ),
        "kind": (scope.kinds, set(Kind)),
        "site": (scope.sites, {*sites, *(it.site for it in held if it.site)}),
        "tag": (
            scope.tags,
            {tag for tags in _tags(records, configured) for tag in tags},
        ),
    }
    if not any(words for words, _ in known.values()):
        return ["a window is for something: name a target, a kind, a site or a tag"]
    return [
        unknown(what, word, there_are)
        for what, (words, there_are) in known.items()
        for word in words
        if word not in there_are
    ]


def _tags(
    records: Sequence[TargetRecord], configured: Sequence[Target]
) -> Iterator[tuple[str, ...]]:
    for record in records:
        yield from (held.tags for held in record.attributes)
    yield from (target.tags for target in configured)


def _scope(words: ScopeWords, records: Sequence[TargetRecord]) -> Scope:
    ids = {record.name: record.id for record in records}
    return Scope(
        frozenset(ids[name] for name in words.targets),
        frozenset(ids[name] for name in words.behind),
        frozenset(map(Kind, words.kinds)),
        frozenset(words.sites),
        frozenset(words.tags),
    )


def _read(when: Once | Again, times: Times) -> tuple[Instant, Instant, Recurrence | None] | None:
    """Start and end of the first occurrence, and how it comes back."""
    if isinstance(when, Again):
        return recurring(when, times)
    span = times.span(when.start, when.end)
    return None if span is None else (*span, None)


def _present(store: Store, id_: int, zone: ZoneInfo) -> Window:
    """A window that was not cancelled."""
    windows = {window.id: window for window in store.maintenance(-ALWAYS, ALWAYS)}
    window = windows.get(id_)
    if window is None:
        raise Refused(f"there is no window {id_}; maintenance list shows those that there are")
    if window.cancelled is not None:
        said = window.cancelled
        raise Refused(f"window {id_} was cancelled at {local_time(said.at, zone)} by {said.author}")
    return window


def _down(
    store: Store, records: Sequence[TargetRecord], targets: Collection[int], now: Instant
) -> frozenset[int]:
    """Those of some objects that are measured down now."""
    if not targets:
        return frozenset()
    timelines = read_timelines(store, now - 1, now, now=now, targets=targets, records=records)
    return frozenset(id_ for id_ in targets if overlap(timelines.down(id_), now - 1, now))


def _urgent(
    begins: Instant,
    down: Collection[int],
    records: Sequence[TargetRecord],
    now: Instant,
    min_notice: Duration,
) -> list[str]:
    """That the work is no planned maintenance, where it is none."""
    means = "counts as urgent work: alerts are silent, its downtime counts"
    if now + min_notice > begins:
        return [f"registered less than {_words(min_notice)} before it begins, it {means}"]
    names = sorted(record.name for record in records if record.id in down)
    if not names:
        return []
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"registered while down, for {', '.join(names[:3])}{more} it {means}"]


def _words(notice: Duration) -> str:
    return "24h" if notice == MIN_NOTICE else format_duration(notice)

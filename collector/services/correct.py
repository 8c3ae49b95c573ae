"""Correct: people say what really was and what caused it, and what they said is never rewritten."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from collector.domain.corrections import CORRECTABLE, Annotation, Cause, Correction
from collector.domain.instants import MINUTE, SECOND, Duration, Instant
from collector.domain.naming import unknown
from collector.domain.states import State
from collector.domain.targets import TargetRecord
from collector.kpi.maintenance import MIN_NOTICE
from collector.kpi.outages import Outage, lifetime, outages_of
from collector.kpi.spans import ALWAYS, Span, overlap
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore, Store
from collector.services.freeze import frozen_periods, stays_frozen
from collector.services.history import read_timelines
from collector.services.local_time import Times, local_time
from collector.services.refused import Refused


@dataclass(frozen=True, slots=True)
class Entered:
    """A correction as it now is stored, and what there is to say of it."""

    correction: Correction
    warnings: tuple[str, ...] = ()


def correct(
    store: Store,
    target: str,
    start: str,
    end: str,
    state: str,
    *,
    reason: str,
    author: str,
    zone: ZoneInfo,
    now: Instant,
    min_notice: Duration = MIN_NOTICE,
) -> Entered:
    """Enter what a target really was from `start` to `end`; Refused with all that is wrong."""
    records, times = store.targets(), Times(zone)
    problems = times.problems
    record = _named(records, target, problems)
    if state not in CORRECTABLE:
        problems.append(unknown("state", state, CORRECTABLE))
    if not reason.strip():
        problems.append("a reason is needed")
    span = times.span(start, end)
    if span is not None and span[1] > now:
        problems.append(f"end {end!r} lies in the future")
    if record is not None and span is not None:
        problems += _outside(record, span, zone)
    if problems or record is None or span is None:
        raise Refused(*problems)
    warnings = [*times.warnings, *_frozen(store, span)]
    if state != State.MAINTENANCE:
        timelines = read_timelines(
            store, *span, now=now, min_notice=min_notice, targets={record.id}, records=records
        )
        if overlap(timelines.planned(record.id), *span):
            warnings.append("planned maintenance lies in that time, and counts first")
    entry = Correction(0, record.id, *span, State(state), author, reason.strip(), now)
    return Entered(replace(entry, id=store.add_correction(entry)), tuple(warnings))


def undo(
    store: Store, id_: int, *, reason: str, author: str, zone: ZoneInfo, now: Instant
) -> Entered:
    """Enter that a correction, or an undo of one, does not hold; Refused where it does not."""
    if not reason.strip():
        raise Refused("a reason is needed")
    entry = next((it for it in trail(store) if it.correction.id == id_), None)
    if entry is None:
        raise Refused(f"there is no correction {id_}; outages corrections shows those that are")
    if entry.undone_by is not None:
        by = entry.undone_by
        raise Refused(
            f"correction {id_} was undone at {local_time(by.at, zone)} by {by.author} "
            f"(correction {by.id})"
        )
    undone = replace(
        entry.correction, id=0, author=author, reason=reason.strip(), at=now, undoes=id_
    )
    warnings = _frozen(store, (undone.start, undone.end))
    return Entered(replace(undone, id=store.add_correction(undone)), tuple(warnings))


def _frozen(store: Store, span: Span) -> list[str]:
    """What to say of the frozen months that a correction lies in."""
    return [stays_frozen(version) for version in frozen_periods(store, *span)]


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An entry of the audit trail, the name of its target, and the entry that undid it."""

    correction: Correction
    name: str
    undone_by: Correction | None


def trail(
    store: FigureStore, start: Instant = -ALWAYS, end: Instant = ALWAYS, target: str | None = None
) -> list[TrailEntry]:
    """All that was entered of [start, end), in order of entry; of one target where asked."""
    names = {record.id: record.name for record in store.targets()}
    entries = store.corrections(start, end)
    undone: dict[int, Correction] = {}
    for entry in sorted(entries, key=lambda it: it.id, reverse=True):
        if entry.undoes is not None and entry.id not in undone:
            undone[entry.undoes] = entry
    return [
        TrailEntry(entry, names[entry.target], undone.get(entry.id))
        for entry in entries
        if target in (None, names[entry.target])
    ]


@dataclass(frozen=True, slots=True)
class Annotated:
    """What now is said of an outage."""

    annotation: Annotation
    outage: Outage
    warnings: tuple[str, ...] = ()


def annotate(
    store: Store,
    target: str,
    start: str,
    cause: str,
    *,
    name: str = "",
    text: str = "",
    supplier: str = "",
    link: str = "",
    author: str,
    zone: ZoneInfo,
    now: Instant,
    min_notice: Duration = MIN_NOTICE,
) -> Annotated:
    """Say what caused the outage of a target that began at `start`, to the minute or second as
    written, or was under way then; Refused with all that is wrong."""
    records, times = store.targets(), Times(zone)
    problems = times.problems
    record = _named(records, target, problems)
    if cause not in list(Cause):
        problems.append(unknown("cause", cause, list(Cause)))
    at = times.read("start", start)
    if problems or record is None or at is None:
        raise Refused(*problems)
    timelines = read_timelines(
        store, -ALWAYS, now, now=now, min_notice=min_notice, targets={record.id}, records=records
    )
    outage = _outage_at(outages_of(timelines, record.id), target, at, _precision(start), zone)
    said = Annotation(
        0, record.id, outage.start, Cause(cause), author, now, name, text, supplier, link
    )
    return Annotated(replace(said, id=store.annotate(said)), outage, tuple(times.warnings))


def _named(records: Sequence[TargetRecord], name: str, problems: list[str]) -> TargetRecord | None:
    for record in records:
        if record.name == name:
            return record
    problems.append(unknown("target", name, [record.name for record in records]))
    return None


def _outside(record: TargetRecord, span: tuple[Instant, Instant], zone: ZoneInfo) -> list[str]:
    """That a stretch reaches out of a target's lifetime."""
    alive = lifetime(Timelines([record], {}, {}), record.id)
    if not alive:
        return [f"{record.name} was never polled, and nothing of it was imported"]
    ((born, gone),) = alive
    if span[0] < born:
        return [f"{record.name} was not in service before {local_time(born, zone)}"]
    if span[1] > gone:
        return [f"{record.name} was not in service after {local_time(gone, zone)}"]
    return []


def _outage_at(
    outages: Sequence[Outage], name: str, at: Instant, precision: Duration, zone: ZoneInfo
) -> Outage:
    """The outage that began then, or that was under way."""
    begun = [it for it in outages if at <= it.start < at + precision]
    found = begun or [it for it in outages if it.start <= at < it.end]
    if len(found) == 1:
        return found[0]
    if found:
        times = ", ".join(local_time(it.start, zone) for it in found)
        raise Refused(f"{name} had several outages then: {times}; give the second")
    if not outages:
        raise Refused(f"{name} had no outage")
    nearest = min(outages, key=lambda it: abs(it.start - at))
    raise Refused(
        f"{name} had no outage at {local_time(at, zone)}; "
        f"the nearest began at {local_time(nearest.start, zone)}"
    )


def _precision(text: str) -> Duration:
    """How exactly a time was written."""
    clock = re.search(r"\d\d:\d\d(:\d\d([.,]\d+)?)?", text)
    if clock is None or clock[1] is None:
        return MINUTE
    return SECOND if clock[2] is None else 1

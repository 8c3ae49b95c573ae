"""A fingerprint of what figures are worked out from (KPI.md "A closed month")."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from collector.domain.instants import Instant
from collector.domain.states import Interval
from collector.domain.targets import TargetRecord
from collector.kpi.spans import clip
from collector.kpi.timelines import Timelines


def fingerprint(
    timelines: Timelines, start: Instant, end: Instant, targets: Collection[int], *choices: Any
) -> str:
    """SHA-256, in hexadecimal, of all that figures of [start, end) hang on.

    That is, of `targets` and of all that were above them: what they were, and what was measured,
    planned and corrected of them, cut to the stretch; and the `choices`. It is the same in each
    process and database: objects go by name, not by id.
    """
    reached = {above for target in targets for above in timelines.reached(target)}
    records = sorted((timelines.target(id_) for id_ in reached), key=lambda it: it.name)
    digest = sha256(canonical([start, end, choices]).encode())
    for record in records:
        digest.update(canonical(_object(timelines, record, start, end)).encode())
    return digest.hexdigest()


def canonical(value: Any) -> str:
    """JSON that is the same for the same value; dataclasses are objects, sets sorted lists."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no canonical form")


def _object(timelines: Timelines, record: TargetRecord, start: Instant, end: Instant) -> Any:
    id_, until = record.id, timelines.until(record.id)
    later = [held.since for held in record.attributes[1:]]
    held = [
        (
            max(each.since, start) if i else start,
            each.kind,
            each.site,
            None if each.parent is None else timelines.target(each.parent).name,
        )
        for i, each in enumerate(record.attributes)
        if (not i or each.since < end) and (i >= len(later) or later[i] > start)
    ]
    gone = record.dropped_at if record.retired_at is None else record.retired_at
    return [
        record.name,
        held,
        _at_most(record.in_service_from, end),
        _at_most(record.first_seen, end),
        _at_most(gone, end) or end,
        _cut(timelines.before_corrections.of(id_), until, start, end),
        _cut(timelines.of(id_), until, start, end),
        clip(timelines.planned(id_), start, end),
    ]


def _cut(
    intervals: Iterable[Interval], until: Instant, start: Instant, end: Instant
) -> list[tuple[Instant, Instant, str, str]]:
    """Intervals within [start, end), each with its state and where it is known from.

    Databases give those that begin together in either order.
    """
    closed = [(it, until if it.end is None else it.end) for it in intervals]
    return sorted(
        (max(it.start, start), min(ended, end), it.state.value, it.origin.value)
        for it, ended in closed
        if it.start < end and ended > start
    )


def _at_most(at: Instant | None, end: Instant) -> Instant | None:
    return None if at is None else min(at, end)

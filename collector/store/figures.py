"""What the figures read: targets, intervals, events."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, case, cast, func, literal, select

from collector.domain.events import Event, EventKind
from collector.domain.instants import Instant
from collector.domain.states import Interval, Origin, State, Sums
from collector.domain.targets import Attributes, TargetRecord
from collector.services.unswept import unswept
from collector.store.engine import Database
from collector.store.rows import KIND, ORIGIN, STATE, chunks, fetch
from collector.store.schema import COLLECTOR, attributes, events, intervals, targets


class Figures(Database):
    """FigureStore but for `tail`."""

    def targets(self) -> Sequence[TargetRecord]:
        """All targets that ever were, sorted by id."""
        held = select(
            attributes.c.target,
            attributes.c.since,
            attributes.c.kind,
            attributes.c.site,
            attributes.c.parent,
            attributes.c.tags,
        ).order_by(attributes.c.target, attributes.c.since)
        statement = select(
            targets.c.id,
            targets.c.name,
            targets.c.in_service_from,
            targets.c.retired_at,
            targets.c.dropped_at,
            targets.c.first_polled,
            targets.c.first_imported,
            targets.c.answered_at,
        ).order_by(targets.c.id)
        with self.reading() as connection, unswept():
            known = _attributes(fetch(connection.execute(held)))
            rows = fetch(connection.execute(statement))
            return [
                TargetRecord(
                    id_, name, known[id_], stated, _first(polled, imported), retired, dropped, seen
                )
                for id_, name, stated, retired, dropped, polled, imported, seen in rows
            ]

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        """Each target's intervals that touch [start, end), sorted by start, not clipped; open ones
        with end None. Targets without any are left out."""
        statement = (
            select(
                intervals.c.target,
                intervals.c.start,
                intervals.c.end,
                intervals.c.state,
                intervals.c.confirmed_at,
                intervals.c.origin,
                intervals.c.reason,
            )
            .where(intervals.c.start < end, intervals.c.end.is_(None) | (intervals.c.end > start))
            .order_by(intervals.c.target, intervals.c.start)
        )
        found: dict[int, list[Interval]] = {}
        with self.reading() as connection, unswept():
            for ids in [None] if targets is None else chunks(set(targets)):
                chosen = statement if ids is None else statement.where(intervals.c.target.in_(ids))
                _group(fetch(connection.execute(chosen)), found)
        return found

    def sums(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sums]:
        """What each target's `intervals` in [start, end) come to, added up by the database."""
        it = intervals.c
        up, down = it.state == State.UP.value, it.state == State.DOWN.value
        length = case((it.end < end, it.end), else_=literal(end, BigInteger)) - case(
            (it.start < start, literal(start, BigInteger)), else_=it.start
        )
        beside = case(
            ((up | down) & (it.origin == Origin.POLLED.value), 0),
            (it.state.in_([State.UNREACHABLE.value, State.MAINTENANCE.value]), 2),
            else_=1,
        )
        statement = (
            select(
                it.target,
                func.min(it.start),
                func.max(it.end),
                func.count() - func.count(it.end),
                # PostgreSQL adds big integers up to numerics, which come slowly and as decimals.
                cast(func.sum(case((up, length))), BigInteger),
                cast(func.sum(case((down, length))), BigInteger),
                func.count(case((down, 1))),
                func.min(case((down, it.start))),
                func.max(beside),
            )
            .where(it.start < end, it.end.is_(None) | (it.end > start))
            .group_by(it.target)
        )
        found: dict[int, Sums] = {}
        with self.reading() as connection, unswept():
            for ids in [None] if targets is None else chunks(set(targets)):
                chosen = statement if ids is None else statement.where(it.target.in_(ids))
                for target, first, last, opened, up_, down_, *rest in fetch(
                    connection.execute(chosen)
                ):
                    found[target] = Sums(first, last, opened, up_ or 0, down_ or 0, *rest)
        return found

    def events(
        self,
        start: Instant,
        end: Instant,
        kinds: Iterable[EventKind] | None = None,
        target: int | None = None,
    ) -> Sequence[Event]:
        """Events in [start, end), oldest first; of all kinds and targets unless told otherwise."""
        statement = (
            select(events.c.at, events.c.kind, events.c.target, events.c.detail)
            .where(events.c.at >= start, events.c.at < end)
            .order_by(events.c.at, events.c.kind, events.c.target)
        )
        if kinds is not None:
            statement = statement.where(events.c.kind.in_([kind.value for kind in kinds]))
        if target is not None:
            statement = statement.where(events.c.target == target)
        with self.reading() as connection:
            return [
                Event(at, EventKind(kind), None if of == COLLECTOR else of, json.loads(detail))
                for at, kind, of, detail in connection.execute(statement)
            ]


def _attributes(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[Attributes, ...]]:
    """Each target's attributes in time order, as the rows are."""
    known: dict[int, tuple[Attributes, ...]] = {}
    tags_of: dict[str, tuple[str, ...]] = {}
    for target, since, kind, site, parent, text in rows:
        tags = tags_of.get(text)
        if tags is None:
            tags = tags_of[text] = tuple(json.loads(text))
        known[target] = (*known.get(target, ()), Attributes(since, KIND[kind], site, parent, tags))
    return known


def _first(polled: Instant | None, imported: Instant | None) -> Instant | None:
    """The earlier of two instants that may be missing."""
    if polled is None or imported is None:
        return imported if polled is None else polled
    return min(polled, imported)


def _group(rows: Iterable[tuple[Any, ...]], found: dict[int, list[Interval]]) -> None:
    """Hundreds of thousands of rows at a year's figures: so no call that can be done without."""
    new = tuple.__new__
    last = None
    for target, start, end, state, confirmed_at, origin, reason in rows:
        if target != last:
            found[target] = []
            add = found[target].append
            last = target
        add(new(Interval, (start, end, STATE[state], confirmed_at, ORIGIN[origin], reason)))

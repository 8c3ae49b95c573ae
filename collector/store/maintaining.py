"""Maintenance windows as rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, select, update

from collector.domain.instants import Instant
from collector.domain.maintenance import Cancellation, Extension, Recurrence, Scope, Window
from collector.domain.targets import Kind
from collector.store.engine import Database
from collector.store.rows import dumps, move_revision
from collector.store.schema import extensions, window_targets, windows


class Maintaining(Database):
    """FigureStore.maintenance, and the commands that change it."""

    def maintenance(self, start: Instant, end: Instant) -> Sequence[Window]:
        """The windows that may have an occurrence in [start, end), those that were cancelled and
        those that are long past their last day too, by id."""
        extended = select(extensions.c.window).where(extensions.c.new_end > start)
        reaching = (
            windows.c.rule.is_not(None) | (windows.c.end > start) | windows.c.id.in_(extended)
        )
        chosen = select(windows).where(windows.c.start < end, reaching).order_by(windows.c.id)
        with self.reading() as connection:
            rows = connection.execute(chosen).all()
            if not rows:
                return ()
            named: dict[tuple[int, int], set[int]] = defaultdict(set)
            for window, target, behind in connection.execute(select(window_targets)):
                named[window, behind].add(target)
            longer: dict[int, list[Extension]] = defaultdict(list)
            for row in connection.execute(select(extensions).order_by(extensions.c.id)):
                longer[row.window].append(_extension(row))
        return [_window(row, named[row.id, 0], named[row.id, 1], longer[row.id]) for row in rows]

    def add_window(self, window: Window) -> int:
        """Store a window; its id."""
        with self.writing() as connection:
            id_: int = connection.execute(
                insert(windows).values(_row(window)).returning(windows.c.id)
            ).scalar_one()
            named = [(target, 0) for target in sorted(window.scope.targets)]
            named += [(target, 1) for target in sorted(window.scope.behind)]
            if named:
                connection.execute(
                    insert(window_targets),
                    [{"window": id_, "target": target, "behind": way} for target, way in named],
                )
            move_revision(connection)
        return id_

    def extend_window(self, window: int, extension: Extension) -> None:
        """Store that an occurrence lasts longer."""
        with self.writing() as connection:
            connection.execute(
                insert(extensions).values(
                    window=window,
                    at=extension.at,
                    old_end=extension.old,
                    new_end=extension.new,
                    author=extension.author,
                    reason=extension.reason,
                    down=dumps(sorted(extension.down)),
                )
            )
            move_revision(connection)

    def cancel_window(self, window: int, cancelled: Cancellation) -> bool:
        """Store that nothing more comes of a window; False where that was said before."""
        with self.writing() as connection:
            changed = connection.execute(
                update(windows)
                .where(windows.c.id == window, windows.c.cancelled_at.is_(None))
                .values(
                    cancelled_at=cancelled.at,
                    cancelled_by=cancelled.author,
                    cancelled_reason=cancelled.reason,
                )
            ).rowcount
            if changed:
                move_revision(connection)
        return bool(changed)


def hand_over(connection: Connection, target: int, heir: int) -> None:
    """Let a window for one target be for another."""
    named = window_targets.alias()
    twice = (
        select(named.c.window)
        .where(named.c.target == heir)
        .where(named.c.window == window_targets.c.window)
        .where(named.c.behind == window_targets.c.behind)
        .exists()
    )
    of_target = window_targets.c.target == target
    connection.execute(window_targets.delete().where(of_target, twice))
    connection.execute(update(window_targets).where(of_target).values(target=heir))


def _row(window: Window) -> dict[str, Any]:
    scope, again = window.scope, window.recurrence
    return {
        "start": window.start,
        "end": window.end,
        "rule": again and again.rule,
        "time_of_day": again and _seconds(again.at),
        "duration": again and again.duration,
        "first_day": again and again.first.isoformat(),
        "last_day": again and again.last and again.last.isoformat(),
        "zone": again and again.zone.key,
        "kinds": dumps(sorted(scope.kinds)),
        "sites": dumps(sorted(scope.sites)),
        "tags": dumps(sorted(scope.tags)),
        "down": dumps(sorted(window.down)),
        "author": window.author,
        "reason": window.reason,
        "registered_at": window.registered_at,
    }


def _window(
    row: Row[Any], targets: Iterable[int], behind: Iterable[int], longer: Iterable[Extension]
) -> Window:
    again = cancelled = None
    if row.rule is not None:
        again = Recurrence(
            row.rule,
            _time(row.time_of_day),
            row.duration,
            date.fromisoformat(row.first_day),
            None if row.last_day is None else date.fromisoformat(row.last_day),
            ZoneInfo(row.zone),
        )
    if row.cancelled_at is not None:
        cancelled = Cancellation(row.cancelled_at, row.cancelled_by, row.cancelled_reason)
    return Window(
        id=row.id,
        scope=Scope(
            frozenset(targets),
            frozenset(behind),
            frozenset(map(Kind, json.loads(row.kinds))),
            frozenset(json.loads(row.sites)),
            frozenset(json.loads(row.tags)),
        ),
        start=row.start,
        end=row.end,
        author=row.author,
        reason=row.reason,
        registered_at=row.registered_at,
        recurrence=again,
        down=frozenset(json.loads(row.down)),
        extensions=tuple(longer),
        cancelled=cancelled,
    )


def _extension(row: Row[Any]) -> Extension:
    down = frozenset(json.loads(row.down))
    return Extension(row.at, row.old_end, row.new_end, row.author, row.reason, down)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _time(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)

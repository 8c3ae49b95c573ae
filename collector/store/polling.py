"""What polling writes, batch by batch."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from sqlalchemy import Connection, bindparam, delete, func, select, update

from collector.domain.batches import Batch, CheckRecord, DeviceRecord
from collector.domain.events import Event, EventKind
from collector.domain.instants import DAY, HOUR, Instant
from collector.domain.samples import Reason, Result, Sample
from collector.store.engine import Database
from collector.store.rows import dumps
from collector.store.schema import (
    COLLECTOR,
    RAW_FROM,
    RAW_ROWS,
    REVISION,
    ROLLED_DAYS,
    ROLLED_HOURS,
    checks,
    devices,
    events,
    meta,
    runs,
    samples,
    targets,
)
from collector.store.timelines import apply_changes

_RESULT_VALUES = {result: int(result) for result in Result}
_REASON_VALUES: dict[Reason | None, str | None] = {reason: str(reason) for reason in Reason}
_REASON_VALUES[None] = None

_META = meta.alias()

# Statements of the hot path are made once: making one costs more than running it.
_COUNT_IN = (
    update(meta).where(meta.c.key == RAW_ROWS).values(value=meta.c.value + bindparam("added"))
)
_ROLL_AGAIN = (
    update(meta)
    .where(
        meta.c.key == bindparam("marker"),
        meta.c.value > bindparam("start"),
        # Not where some of the hour's samples are gone: what was rolled up from all of them stays.
        select(_META.c.value).where(_META.c.key == RAW_FROM).scalar_subquery() <= bindparam("hour"),
    )
    .values(value=bindparam("start"))
)
_THIS_RUN = update(runs).where(runs.c.id == select(func.max(runs.c.id)).scalar_subquery())
_BEAT = _THIS_RUN.values(last_at=bindparam("heartbeat"))
_REVISION = select(meta.c.value).where(meta.c.key == REVISION)


class Polling(Database):
    """PollStore but for `register` and `resume`."""

    def write(self, batch: Batch) -> None:
        """Store a batch in one transaction; again with the same batch changes nothing."""
        with self.writing() as connection:
            if batch.samples:
                self._add_samples(connection, batch.samples)
            if batch.changes:
                apply_changes(connection, batch.changes)
            if batch.events:
                self._add_events(connection, batch.events)
            _keep_earliest(connection, "first_polled", batch.first_polled)
            _keep_earliest(connection, "answered_at", batch.answered)
            if batch.devices:
                self._save_devices(connection, batch.devices)
            self._beat(connection, batch)

    @cached_property
    def _samples_insert(self) -> str:
        """The hot statement as text, so that rows go to the driver as tuples: half the time."""
        statement = self.insert(samples).on_conflict_do_nothing()
        compiled = statement.compile(
            dialect=self.engine.dialect, column_keys=[*Sample._fields], for_executemany=True
        )
        assert compiled.positiontup == [column.name for column in samples.columns]
        return str(compiled)

    def _add_samples(self, connection: Connection, new: Sequence[Sample]) -> None:
        results, reasons = _RESULT_VALUES, _REASON_VALUES
        rows = [
            (at, target, probe, results[result], reasons[reason], duration, loss)
            for target, probe, at, result, reason, duration, loss in new
        ]
        added = connection.exec_driver_sql(self._samples_insert, rows).rowcount
        connection.execute(_COUNT_IN, {"added": added})
        # Samples that waited for the database may belong to an hour that was rolled up without
        # them: it is rolled up again.
        first = min(row[0] for row in rows)
        hour, day = first // HOUR * HOUR, first // DAY * DAY
        connection.execute(
            _ROLL_AGAIN,
            [
                {"marker": ROLLED_HOURS, "start": hour, "hour": hour},
                {"marker": ROLLED_DAYS, "start": day, "hour": hour},
            ],
        )

    def _add_events(self, connection: Connection, new: Iterable[Event]) -> None:
        connection.execute(
            self.insert(events).on_conflict_do_nothing(),
            [
                {
                    "at": event.at,
                    "kind": event.kind.value,
                    "target": COLLECTOR if event.target is None else event.target,
                    "detail": dumps(dict(event.detail)),
                }
                for event in new
            ],
        )

    def _save_devices(self, connection: Connection, found: Mapping[int, DeviceRecord]) -> None:
        statement = self.insert(devices)
        facts = ("at", "uptime", "name", "object_id", "engine_time", "restarts")
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[devices.c.target],
                set_={name: statement.excluded[name] for name in facts},
            ),
            [
                {
                    "target": target,
                    "at": record.at,
                    "uptime": record.facts.uptime,
                    "name": record.facts.name,
                    "object_id": record.facts.object_id,
                    "engine_time": record.facts.engine_time,
                    "restarts": record.restarts,
                }
                for target, record in found.items()
            ],
        )

    def _beat(self, connection: Connection, batch: Batch) -> None:
        """The newest run is alive; an event STARTED begins another, STOPPED ends it."""
        for event in batch.events:
            if event.kind is EventKind.STARTED:
                begin = self.insert(runs).values(started=event.at, last_at=event.at)
                connection.execute(begin.on_conflict_do_nothing())
        if not connection.execute(_BEAT, {"heartbeat": batch.heartbeat}).rowcount:
            connection.execute(
                runs.insert().values(started=batch.heartbeat, last_at=batch.heartbeat)
            )
        for event in batch.events:
            if event.kind is EventKind.STOPPED:
                connection.execute(_THIS_RUN.values(stopped=event.at))

    def save_checks(self, checks_: Sequence[CheckRecord]) -> None:
        """Replace the stored places on the wheel."""
        with self.writing() as connection:
            connection.execute(delete(checks))
            if checks_:
                connection.execute(
                    checks.insert(),
                    [
                        {
                            "target": check.target,
                            "probe": check.probe,
                            "interval": check.interval,
                            "slot": check.slot,
                            "merge": check.merge.value,
                        }
                        for check in checks_
                    ],
                )

    def revision(self) -> int:
        """A number that moves when a command or a new configuration, not polling, changed
        something."""
        with self.reading() as connection:
            moved: int = connection.scalars(_REVISION).one()
        return moved


def _keep_earliest(connection: Connection, name: str, found: Mapping[int, Instant]) -> None:
    if not found:
        return
    column = targets.c[name]
    connection.execute(
        update(targets)
        .where(targets.c.id == bindparam("of"), column.is_(None) | (column > bindparam("seen")))
        .values({name: bindparam("seen")}),
        [{"of": target, "seen": at} for target, at in found.items()],
    )

"""What a starting agent, and what works out how far states are known, reads of the last polls."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from collector.domain.batches import CheckRecord, DeviceRecord, Resumption
from collector.domain.instants import MINUTE, Duration, Instant
from collector.domain.samples import Sample
from collector.domain.targets import DeviceFacts
from collector.services.unswept import unswept
from collector.store.engine import Database
from collector.store.rows import MERGE, REASON, RESULT, fetch
from collector.store.schema import checks, devices, runs, samples, targets
from collector.store.timelines import read_open

TAIL_SLACK: Duration = MINUTE
"""How much longer than they can hold the last samples are handed to the next agent."""


class Resuming(Database):
    """PollStore.resume, FigureStore.tail."""

    def resume(self) -> Resumption:
        """What the last run left, as one consistent view."""
        with self.reading() as connection, unswept():
            places = _places(connection)
            heartbeat = _heartbeat(connection)
            return Resumption(
                heartbeat=heartbeat,
                open=read_open(connection),
                tail=[] if heartbeat is None else _tail(connection, heartbeat, places),
                checks=places,
                devices=_devices(connection),
                answered=_having(connection, "answered_at"),
                polled=_having(connection, "first_polled"),
            )

    def tail(self) -> Resumption:
        """As `resume`: what tells how far the open intervals are known."""
        return self.resume()

    def known_at_least(self) -> Instant | None:
        """An instant until which `tail` tells that all open intervals are known, those that began
        later aside; None where nothing ran yet."""
        with self.reading() as connection:
            heartbeat = _heartbeat(connection)
            if heartbeat is None:
                return None
            longest = connection.scalar(select(func.max(checks.c.interval)))
            return heartbeat - (longest or MINUTE) * 5 // 2 - TAIL_SLACK


def _heartbeat(connection: Connection) -> Instant | None:
    """When the latest run was last known to be alive."""
    return connection.scalar(select(runs.c.last_at).order_by(runs.c.id.desc()).limit(1))


def _places(connection: Connection) -> list[CheckRecord]:
    rows = connection.execute(
        select(
            checks.c.target, checks.c.probe, checks.c.interval, checks.c.slot, checks.c.merge
        ).order_by(checks.c.target, checks.c.probe)
    )
    return [
        CheckRecord(target, probe, interval, slot, MERGE[merge])
        for target, probe, interval, slot, merge in fetch(rows)
    ]


def _tail(
    connection: Connection, heartbeat: Instant, places: Sequence[CheckRecord]
) -> list[Sample]:
    """Samples that may hold at the heartbeat: no older than 2.5 intervals of their check."""
    longest = max((place.interval for place in places), default=MINUTE)
    reach = func.coalesce(checks.c.interval, longest) * 5 // 2 + TAIL_SLACK
    rows = connection.execute(
        select(
            samples.c.target,
            samples.c.probe,
            samples.c.at,
            samples.c.result,
            samples.c.reason,
            samples.c.duration,
            samples.c.loss,
        )
        .select_from(
            samples.outerjoin(
                checks,
                (checks.c.target == samples.c.target) & (checks.c.probe == samples.c.probe),
            )
        )
        .where(
            samples.c.at >= heartbeat - longest * 5 // 2 - TAIL_SLACK,
            samples.c.at >= heartbeat - reach,
        )
        .order_by(samples.c.at)
    )
    return [
        Sample(target, probe, at, RESULT[result], REASON[reason], duration, loss)
        for target, probe, at, result, reason, duration, loss in fetch(rows)
    ]


def _devices(connection: Connection) -> dict[int, DeviceRecord]:
    return {
        target: DeviceRecord(at, DeviceFacts(uptime, name, object_id, engine_time), restarts)
        for target, at, uptime, name, object_id, engine_time, restarts in connection.execute(
            select(devices)
        )
    }


def _having(connection: Connection, name: str) -> frozenset[int]:
    rows = connection.execute(select(targets.c.id).where(targets.c[name].is_not(None)))
    return frozenset(id_ for (id_,) in fetch(rows))

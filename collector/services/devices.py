"""Devices: what they say of themselves, and when one has restarted."""

from collections.abc import Mapping

from collector.domain.batches import DeviceRecord
from collector.domain.events import Event, EventKind
from collector.domain.instants import MINUTE, SECOND, Duration, Instant
from collector.domain.targets import DeviceFacts
from collector.domain.uptime import restarted
from collector.services.record import Recorder

_TICK: Duration = SECOND // 100
_STEADY: Duration = 2 * SECOND
_WORTH_STORING: Duration = MINUTE


class Devices:
    """The last facts of each device.

    As long as a device counts on, the instant of its boot that its uptime gives stays put: that
    comparison is all that an ordinary poll costs, and only what differs is judged and stored.
    """

    def __init__(self, recorder: Recorder, remembered: Mapping[int, DeviceRecord]) -> None:
        self._recorder = recorder
        self._records = dict(remembered)
        self._boots = {id_: _boot(r.at, r.facts) for id_, r in remembered.items()}
        self._last = {id_: (r.at, r.facts) for id_, r in remembered.items()}

    def restarts(self, target: int) -> int:
        """How often a target is known to have restarted."""
        record = self._records.get(target)
        return record.restarts if record else 0

    def facts(self, target: int) -> DeviceFacts | None:
        """What a target last said of itself."""
        last = self._last.get(target)
        return last[1] if last else None

    def stepped(self, by: Duration) -> None:
        """Our own wall clock was set by so much: no device restarted by that."""
        for target, (at, facts) in self._last.items():
            self._last[target] = (at + by, facts)
            self._boots[target] += by

    def see(self, target: int, at: Instant, facts: DeviceFacts) -> None:
        """Take in what a device said of itself at `at`."""
        record = self._records.get(target)
        if record is None:
            self._store(target, at, facts, 0)
            return
        boot = _boot(at, facts)
        known = record.facts
        before_at, before = self._last[target]
        self._last[target] = (at, facts)
        same = known.name == facts.name and known.object_id == facts.object_id
        if abs(boot - self._boots[target]) < _STEADY and same:
            if abs(boot - _boot(record.at, known)) > _WORTH_STORING:
                self._store(target, at, facts, record.restarts)
            self._boots[target] = boot
            return
        restarts = record.restarts
        if restarted(before, before_at, facts, at):
            restarts += 1
            detail = {"booted": boot, "uptime_before": before.uptime // 100}
            self._recorder.event(Event(at, EventKind.RESTART, target, detail))
        self._store(target, at, facts, restarts)

    def _store(self, target: int, at: Instant, facts: DeviceFacts, restarts: int) -> None:
        record = DeviceRecord(at, facts, restarts)
        self._records[target] = record
        self._boots[target] = _boot(at, facts)
        self._last[target] = (at, facts)
        self._recorder.device(target, record)


def _boot(at: Instant, facts: DeviceFacts) -> Instant:
    return at - facts.uptime * _TICK

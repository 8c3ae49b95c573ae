"""Record: what polling finds, batched, buffered while the database is away, written by a thread."""

import logging
import threading
from collections import deque

from collector.domain.batches import Batch, DeviceRecord
from collector.domain.events import Event, EventKind
from collector.domain.instants import SECOND, Instant
from collector.domain.samples import Sample
from collector.domain.states import Change
from collector.ports import Clock, PollMetrics, PollStore, StoreUnavailable

log = logging.getLogger(__name__)

MAX_BUFFERED = 500_000
"""Samples that wait for the database at most: ten minutes of 20,000 targets and some more."""

RETRY_SECONDS = 2.0


class Recorder:
    """The journal of the state machine and the way of samples to the store.

    The loop fills a batch and flushes it; a thread of its own writes batches in order and tries
    again while the store is unavailable. Past `max_buffered` samples new ones are refused: what
    can't be kept is not counted either, and becomes unknown (KPI.md "Not knowing").
    """

    def __init__(
        self,
        store: PollStore,
        clock: Clock,
        metrics: PollMetrics,
        *,
        max_buffered: int = MAX_BUFFERED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._max_buffered = max_buffered
        self._batch = Batch(heartbeat=clock.now())
        self._waiting: deque[Batch] = deque()
        # One counter a thread: the loop's and the writer's.
        self._taken = 0
        self._written = 0
        self._refused = 0
        self._refused_since: Instant = 0
        self._ready = threading.Condition()
        self._stopping = False
        self.writable = True
        self._thread = threading.Thread(target=self._write_all, name="recorder", daemon=True)

    def start(self) -> None:
        """Start the writing thread."""
        self._thread.start()

    @property
    def full(self) -> bool:
        """Whether no more samples can wait for the database."""
        return self._taken - self._written >= self._max_buffered

    def sample(self, sample: Sample) -> bool:
        """Take a sample in; False when the buffer is full and it must not be counted."""
        if self.full:
            if not self._refused:
                self._refused_since = sample.at
                log.error("sample buffer full, polls are not counted until the database is back")
            self._refused += 1
            return False
        self._taken += 1
        self._batch.samples.append(sample)
        return True

    def change(self, change: Change) -> None:
        """A target's measured state changed."""
        self._batch.changes.append(change)

    def event(self, event: Event) -> None:
        """Something happened."""
        self._batch.events.append(event)

    def answered(self, target: int, at: Instant) -> None:
        """A target answered for the first time ever."""
        self._batch.answered[target] = at

    def first_polled(self, target: int, at: Instant) -> None:
        """A target was polled for the first time ever."""
        self._batch.first_polled[target] = at

    def device(self, target: int, record: DeviceRecord) -> None:
        """A device said something new of itself."""
        self._batch.devices[target] = record

    def flush(self) -> None:
        """Hand what has gathered to the writing thread, with a sign of life."""
        if self._refused and not self.full:
            detail = {"samples": self._refused}
            self.event(Event(self._refused_since, EventKind.SAMPLES_DROPPED, None, detail))
            self._refused = 0
        batch, now = self._batch, self._clock.now()
        self._batch = Batch(heartbeat=now)
        batch.heartbeat = now
        with self._ready:
            if self._waiting and not self.writable and not _says_anything(batch):
                return
            self._waiting.append(batch)
            self._ready.notify()

    def drain(self, timeout: float) -> None:
        """Wait until all that was flushed is stored; StoreUnavailable after `timeout` seconds."""
        with self._ready:
            if not self._ready.wait_for(lambda: not self._waiting, timeout):
                raise StoreUnavailable("the database does not take what was found")

    def stop(self, timeout: float) -> bool:
        """Write what waits and end the thread; False if that took longer than `timeout` seconds."""
        self.flush()
        with self._ready:
            self._stopping = True
            self._ready.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _write_all(self) -> None:
        while True:
            with self._ready:
                while not self._waiting and not self._stopping:
                    self._ready.wait()
                if not self._waiting:
                    return
                batch = self._waiting[0]
            if self._write(batch):
                with self._ready:
                    self._waiting.popleft()
                    self._ready.notify_all()
                    self._written += len(batch.samples)
            elif self._stopping:
                log.error("stopped with samples unwritten: %d", self._taken - self._written)
                return
            else:
                with self._ready:
                    self._ready.wait(RETRY_SECONDS)

    def _write(self, batch: Batch) -> bool:
        began = self._clock.monotonic()
        try:
            self._store.write(batch)
        except StoreUnavailable as unavailable:
            if self.writable:
                log.error("database away, samples wait: %s", unavailable)
            self.writable = False
            return False
        except Exception:
            # A batch that can never be written must not hold up those behind it.
            log.exception("batch lost: %d samples", len(batch.samples))
            return True
        if not self.writable:
            log.warning("database back, writing what waited")
        self.writable = True
        self._metrics.wrote((self._clock.monotonic() - began) / SECOND)
        return True


def _says_anything(batch: Batch) -> bool:
    return bool(batch.samples or batch.changes or batch.events or batch.answered or batch.devices)

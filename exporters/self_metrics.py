"""How polling itself fares: counted where it happens, read at a scrape."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector

from collector.domain.instants import SECOND, Instant
from collector.domain.sources import SourceFailure
from exporters.exposition.families import (
    CLOCK_STEPS,
    LOOP_LAG,
    POLL_DURATION,
    POLLS,
    POLLS_MISSED,
    SOURCE_ERRORS,
    SOURCE_LAST_SUCCESS,
    STORE_WRITE,
)
from exporters.exposition.text import Family

POLL_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LAG_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
WRITE_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class SelfMetrics:
    """What the agent counts of its own work: the ports PollMetrics and SourceMetrics.

    What is of polling is called on the polling loop or by the one writer of the store.
    """

    def __init__(self) -> None:
        # A _created line beside each counter is noise in the text format. The library has no
        # setting for it but this one, which is the process's.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations
        self._registry = CollectorRegistry()
        self._durations = _Bins(POLL_DURATION, POLL_BOUNDS)
        self._registry.register(self._durations)
        self._polls = Counter(POLLS.name, POLLS.help, POLLS.labels, registry=self._registry)
        self._missed = Counter(POLLS_MISSED.name, POLLS_MISSED.help, registry=self._registry)
        self._lag = Histogram(
            LOOP_LAG.name, LOOP_LAG.help, buckets=LAG_BOUNDS, registry=self._registry
        )
        self._writes = Histogram(
            STORE_WRITE.name, STORE_WRITE.help, buckets=WRITE_BOUNDS, registry=self._registry
        )
        self._steps = Counter(CLOCK_STEPS.name, CLOCK_STEPS.help, registry=self._registry)
        self._read = Gauge(
            SOURCE_LAST_SUCCESS.name,
            SOURCE_LAST_SUCCESS.help,
            SOURCE_LAST_SUCCESS.labels,
            registry=self._registry,
        )
        self._errors = Counter(
            SOURCE_ERRORS.name, SOURCE_ERRORS.help, SOURCE_ERRORS.labels, registry=self._registry
        )
        self._sources: set[str] = set()

    def polled(self, probe: str, result: str, n: int = 1) -> None:
        """Count `n` polls of a probe that found `result` (up, degraded, down, unknown)."""
        self._polls.labels(probe, result).inc(n)

    def missed(self, n: int) -> None:
        """Count polls that were due and never ran."""
        self._missed.inc(n)

    def lag(self, seconds: float) -> None:
        """Count how late the polling loop came to a turn."""
        self._lag.observe(seconds)

    def wrote(self, seconds: float) -> None:
        """Count the time that storing a batch took."""
        self._writes.observe(seconds)

    def clock_stepped(self) -> None:
        """Count a step of the wall clock."""
        self._steps.inc()

    def poll_took_many(self, durations: Sequence[float]) -> None:
        """Count the times of a batch of polls, in seconds; about 0.1 µs each."""
        self._durations.add(durations)

    def known_sources(self, last_success: Mapping[str, Instant | None]) -> None:
        """Take up the sources that there are: their errors begin at 0, for rates to be right."""
        for gone in self._sources - last_success.keys():
            with suppress(KeyError):  # one that never was read whole
                self._read.remove(gone)
            for reason in SourceFailure:
                self._errors.remove(gone, reason.value)
        for new in last_success.keys() - self._sources:
            for reason in SourceFailure:
                self._errors.labels(new, reason.value)
        self._sources = set(last_success)
        for source, at in last_success.items():
            self.source_succeeded(source, at)

    def source_succeeded(self, source: str, at: Instant | None) -> None:
        """Note when a source was last read whole."""
        if at is not None:
            self._read.labels(source).set(at / SECOND)

    def source_failed(self, source: str, reason: str) -> None:
        """Count that a source could not be read."""
        self._errors.labels(source, reason).inc()

    def text(self) -> bytes:
        """The families in Prometheus's text format."""
        return generate_latest(self._registry)


class _Bins(Collector):
    """A histogram that takes a whole batch at once; the library's takes a lock for each value."""

    def __init__(self, family: Family, bounds: Sequence[float]) -> None:
        self._family = family
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, values: Sequence[float]) -> None:
        """Put each value in the first bin whose bound is not below it."""
        bounds, counts = self._bounds, self._counts
        for value in values:
            counts[bisect_left(bounds, value)] += 1
        self._sum += sum(values)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """The histogram with its cumulative counts."""
        buckets: list[tuple[str, float]] = []
        total = 0
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            total += count
            buckets.append(("+Inf" if bound == float("inf") else repr(float(bound)), total))
        yield HistogramMetricFamily(
            self._family.name, self._family.help, buckets=buckets, sum_value=self._sum
        )

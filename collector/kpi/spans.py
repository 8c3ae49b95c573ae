"""Stretches of time as sorted, disjoint, half-open (start, end) pairs of instants."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from collector.domain.instants import Duration, Instant

Span = tuple[Instant, Instant]
Spans = Sequence[Span]
"""Sorted by start, none touching or overlapping another, none empty."""

ALWAYS = 1 << 62
"""Later than any instant; its negative is earlier than any."""


class Lengths:
    """Spans, asked for how much of a stretch they cover in steps of the logarithm of their
    number."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self._starts = [start for start, _ in spans]
        self._sums = [0, *accumulate(end - start for start, end in spans)]

    def between(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) they cover."""
        return self.before(end) - self.before(start) if start < end else 0

    def within(self, start: Instant, end: Instant) -> list[Span]:
        """The part within [start, end)."""
        return clip(self.spans, start, end)

    def before(self, at: Instant) -> Duration:
        """How much of all time before an instant they cover."""
        i = bisect_right(self._starts, at)
        if not i:
            return 0
        start, end = self.spans[i - 1]
        return self._sums[i - 1] + (at if at < end else end) - start


def union(*groups: Iterable[Span]) -> list[Span]:
    """What any of the groups covers; the groups may be unsorted and overlap."""
    united: list[Span] = []
    for start, end in sorted(span for group in groups for span in group if span[0] < span[1]):
        if united and start <= united[-1][1]:
            if end > united[-1][1]:
                united[-1] = (united[-1][0], end)
        else:
            united.append((start, end))
    return united


def intersect(first: Spans, second: Spans) -> list[Span]:
    """What both cover."""
    common: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start = max(first[i][0], second[j][0])
        end = min(first[i][1], second[j][1])
        if start < end:
            common.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(spans: Spans, taken: Spans) -> list[Span]:
    """What `spans` covers and `taken` does not."""
    left: list[Span] = []
    j = 0
    for span_start, end in spans:
        start = span_start
        while j < len(taken) and taken[j][1] <= start:
            j += 1
        k = j
        while k < len(taken) and taken[k][0] < end:
            if start < taken[k][0]:
                left.append((start, taken[k][0]))
            start = max(start, taken[k][1])
            k += 1
        if start < end:
            left.append((start, end))
    return left


def clip(spans: Spans, start: Instant, end: Instant) -> list[Span]:
    """The part within [start, end)."""
    first = bisect_left(spans, (start,))
    if first and spans[first - 1][1] > start:
        first -= 1
    clipped: list[Span] = []
    for i in range(first, len(spans)):
        if spans[i][0] >= end:
            break
        clipped.append((max(spans[i][0], start), min(spans[i][1], end)))
    return clipped if start < end else []


def total(spans: Iterable[Span]) -> Duration:
    """How long they are together."""
    return sum(end - start for start, end in spans)


def overlap(spans: Spans, start: Instant, end: Instant) -> Duration:
    """How much of [start, end) they cover; in steps of the few that touch it."""
    i = bisect_left(spans, (start,))
    if i and spans[i - 1][1] > start:
        i -= 1
    covered = 0
    while i < len(spans) and spans[i][0] < end:
        covered += min(spans[i][1], end) - max(spans[i][0], start)
        i += 1
    return covered

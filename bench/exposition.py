"""What a scrape says: samples out of the Prometheus text format, quantiles out of histograms."""

import math
import re
from collections.abc import Iterator, Mapping

Labels = tuple[tuple[str, str], ...]

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Scrape:
    """The samples of one scrape, found by name."""

    def __init__(self, text: str) -> None:
        self._samples: dict[str, dict[Labels, float]] = {}
        for line in text.splitlines():
            if line.startswith("#") or not (match := _SAMPLE.match(line)):
                continue
            name, labels, value = match.groups()
            key = tuple(_LABEL.findall(labels or ""))
            self._samples.setdefault(name, {})[key] = float(value)

    def __len__(self) -> int:
        return sum(len(samples) for samples in self._samples.values())

    def samples(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        """Each sample of a name with its labels."""
        for labels, value in self._samples.get(name, {}).items():
            yield dict(labels), value

    def total(self, name: str) -> float:
        """The sum of all samples of a name; 0 where there is none."""
        return sum(self._samples.get(name, {}).values())

    def buckets(self, name: str) -> dict[float, float]:
        """Upper bound to cumulative count of a histogram, over all its labels together."""
        counts: dict[float, float] = {}
        for labels, value in self.samples(f"{name}_bucket"):
            bound = float(labels["le"])
            counts[bound] = counts.get(bound, 0.0) + value
        return counts


def between(before: Mapping[float, float], after: Mapping[float, float]) -> dict[float, float]:
    """The buckets of what came between two scrapes."""
    return {bound: count - before.get(bound, 0.0) for bound, count in after.items()}


def quantile(q: float, buckets: Mapping[float, float]) -> float | None:
    """The q-quantile (0-1) of cumulative buckets as Prometheus's histogram_quantile works it out:
    linear within its bucket, the highest finite bound where it lies past that; None for none."""
    bounds = sorted(buckets)
    if not bounds or buckets[bounds[-1]] == 0:
        return None
    rank = q * buckets[bounds[-1]]
    lower, below = 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank:
            if math.isinf(bound):
                return lower
            inside = buckets[bound] - below
            return bound if inside == 0 else lower + (bound - lower) * (rank - below) / inside
        lower, below = bound, buckets[bound]
    return lower

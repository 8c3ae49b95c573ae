"""/metrics: what holds now, the figures, and how polling itself fares."""

from collections.abc import Callable, Iterator

from collector import __version__
from collector.domain.figures import Figures
from collector.domain.live import Live
from exporters.exposition.families import (
    BUILD_INFO,
    COLLECTOR_BLIND,
    CONFIG_RELOAD,
    STORE_WRITABLE,
)
from exporters.exposition.figures import FigureText
from exporters.exposition.targets import TargetText
from exporters.self_metrics import SelfMetrics


class Exposition:
    """Writes /metrics from the snapshots that hold when a scrape begins."""

    def __init__(
        self,
        *,
        live: Callable[[], Live],
        figures: Callable[[], Figures | None],
        metrics: SelfMetrics,
    ) -> None:
        self._live = live
        self._figures = figures
        self._metrics = metrics
        self._targets = TargetText()
        self._figure_text = FigureText()

    def pieces(self) -> Iterator[str]:
        """The whole text in pieces, each less than a few milliseconds of work: whoever sends them
        gives the polling its turn in between. An empty piece is only such a pause."""
        live = self._live()
        yield BUILD_INFO.header + BUILD_INFO.sample(1, __version__) + _own_state(live)
        yield self._metrics.text()
        yield self._figure_text.text(self._figures())
        yield from self._targets.pieces(live.targets)


def _own_state(live: Live) -> str:
    return "".join(
        family.header + family.sample(holds)
        for family, holds in (
            (STORE_WRITABLE, live.writable),
            (COLLECTOR_BLIND, live.blind),
            (CONFIG_RELOAD, live.last_reload_successful),
        )
    )

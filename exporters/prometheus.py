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
from exporters.exposition.services import service_pieces
from exporters.exposition.targets import TargetText
from exporters.self_metrics import SelfMetrics


class Exposition:
    """Writes /metrics."""

    def __init__(self, figures: Callable[[], Figures | None], metrics: SelfMetrics) -> None:
        self._figures = figures
        self._metrics = metrics
        self._targets = TargetText()
        self._figure_text = FigureText()

    def pieces(self, live: Live) -> Iterator[bytes]:
        """A snapshot's whole text in pieces, each less than a few milliseconds of work.

        Whoever sends them gives the polling its turn in between; an empty piece is only that.
        """
        yield _own(live)
        yield self._metrics.text()
        yield self._figure_text.text(self._figures())
        yield from self._targets.pieces(live.targets)
        yield from service_pieces(live.targets)


def _own(live: Live) -> bytes:
    samples = (
        (BUILD_INFO, BUILD_INFO.sample(1, __version__)),
        (STORE_WRITABLE, STORE_WRITABLE.sample(live.writable)),
        (COLLECTOR_BLIND, COLLECTOR_BLIND.sample(live.blind)),
        (CONFIG_RELOAD, CONFIG_RELOAD.sample(live.last_reload_successful)),
    )
    return "".join(family.header + sample for family, sample in samples).encode()

"""What the figures read, and what was frozen of them."""

from collections.abc import (
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from typing import Any, Protocol

from collector.domain.batches import Resumption
from collector.domain.cases import Case
from collector.domain.corrections import Annotation, Correction
from collector.domain.events import Event, EventKind
from collector.domain.instants import Instant
from collector.domain.maintenance import Window
from collector.domain.measurements import FrozenFigure, FrozenVersion
from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.domain.sources import Covered
from collector.domain.states import Interval, Sums
from collector.domain.targets import Kind, TargetRecord


class FigureStore(Protocol):
    """What the figures read."""

    def targets(self) -> Sequence[TargetRecord]:
        """All targets that ever were, sorted by id."""
        ...

    def intervals(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sequence[Interval]]:
        """Each target's intervals that touch [start, end), sorted by start, not clipped; open ones
        with end None. Imported maintenance is among them and may overlap the others."""
        ...

    def sums(
        self, start: Instant, end: Instant, targets: Iterable[int] | None = None
    ) -> Mapping[int, Sums]:
        """What each target's `intervals` in [start, end) come to."""
        ...

    def events(
        self,
        start: Instant,
        end: Instant,
        kinds: Iterable[EventKind] | None = None,
        target: int | None = None,
    ) -> Sequence[Event]:
        """Events in [start, end), oldest first."""
        ...

    def maintenance(self, start: Instant, end: Instant) -> Sequence[Window]:
        """The windows that may have an occurrence in [start, end), by id; cancelled ones too."""
        ...

    def corrections(self, start: Instant, end: Instant) -> Sequence[Correction]:
        """The entries of the audit trail that touch [start, end), by id; undos too."""
        ...

    def annotations(self, start: Instant, end: Instant) -> Sequence[Annotation]:
        """What was said of outages that began in [start, end), by id."""
        ...

    def tail(self) -> Resumption:
        """As PollStore.resume: what tells how far the open intervals are known."""
        ...

    def known_at_least(self) -> Instant | None:
        """An instant until which `tail` tells that all open intervals are known, those that began
        later aside; None where nothing ran yet."""
        ...


class FrozenStore(Protocol):
    """The figures of closed months, which never change."""

    def frozen_versions(self, start: Instant, end: Instant) -> Sequence[FrozenVersion]:
        """All versions of the months that touch [start, end), by month and version."""
        ...

    def frozen_figure(
        self,
        version: FrozenVersion,
        indicator: str,
        period: str,
        site: str,
        kind: Kind | None,
        target: int | None,
    ) -> FrozenFigure | None:
        """A version's figure of an indicator for a period and scope; None where it has none."""
        ...

    def freeze(self, version: FrozenVersion, figures: Iterable[FrozenFigure]) -> None:
        """Store the next version of a month, all of it or nothing; ValueError where it is not the
        next one."""
        ...


class CaseFigureStore(Protocol):
    """What the figures of cases read; as CaseStore and RegisterStore have it."""

    @property
    def case_columns(self) -> Callable[..., Mapping[str, Sequence[Any]]]:
        """Fields of many cases as columns."""
        ...

    @property
    def cases(self) -> Callable[..., Sequence[Case]]:
        """Cases one by one."""
        ...

    def covered(self, source: str | None = None) -> Sequence[Covered]:
        """What sources are known to be complete for."""
        ...

    def disruption_reports(self) -> Sequence[DisruptionReport]:
        """All of the register."""
        ...

    def security_incidents(self) -> Sequence[SecurityIncident]:
        """All of the register."""
        ...

    def attestations(self, indicator: str) -> Sequence[Attestation]:
        """What was attested of an indicator's register."""
        ...

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        """Figures that were supplied for an indicator."""
        ...


class MeasuredStore(FigureStore, CaseFigureStore, Protocol):
    """What every figure is worked out from."""


class ShownStore(MeasuredStore, FrozenStore, Protocol):
    """What a figure is shown from: what was measured, and what was frozen of it."""

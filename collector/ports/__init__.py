"""What the use cases need of the world outside, as Protocols; app.py puts real ones in."""

from typing import Protocol

from collector.ports.cases import (
    CasePage,
    CaseSource,
    CaseStore,
    DeskStore,
    Purge,
    RegisterStore,
    SourceFailed,
    SourceMetrics,
    Upserted,
)
from collector.ports.commands import (
    AdministrationStore,
    Aggregate,
    Finding,
    ImportedRow,
    PeopleStore,
    Retention,
)
from collector.ports.figures import (
    CaseFigureStore,
    FigureStore,
    FrozenStore,
    MeasuredStore,
    ShownStore,
)
from collector.ports.polling import (
    Clock,
    DirectProbe,
    PollMetrics,
    PollStore,
    Probe,
    Resolver,
    StoreUnavailable,
)

__all__ = [
    "AdministrationStore",
    "Aggregate",
    "CaseFigureStore",
    "CasePage",
    "CaseSource",
    "CaseStore",
    "Clock",
    "DeskStore",
    "DirectProbe",
    "FigureStore",
    "Finding",
    "FrozenStore",
    "ImportedRow",
    "MeasuredStore",
    "PeopleStore",
    "PollMetrics",
    "PollStore",
    "Probe",
    "Purge",
    "RegisterStore",
    "Resolver",
    "Retention",
    "ShownStore",
    "SourceFailed",
    "SourceMetrics",
    "Store",
    "StoreUnavailable",
    "Upserted",
]


class Store(
    PollStore,
    FigureStore,
    AdministrationStore,
    PeopleStore,
    FrozenStore,
    CaseStore,
    RegisterStore,
    Protocol,
):
    """All of it: what collector.store opens."""

    def close(self) -> None:
        """Let go of the database."""
        ...

"""Supply: takes a number that another system tells as the figure of an indicator."""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Protocol

from collector.domain.instants import Instant
from collector.domain.registers import SuppliedFigure
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import CaseStore, Clock, RegisterStore, SourceFailed

log = logging.getLogger(__name__)


class NumberSource(Protocol):
    """A system that tells one number."""

    name: str

    async def fetch(self, now: Instant) -> SuppliedFigure:
        """The figure as it is told now; SourceFailed where there is none."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class SuppliedStore(CaseStore, RegisterStore, Protocol):
    """Where figures and the state of their sources are kept."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """What was told, and why nothing was where it failed; `new` says that it was not known."""

    source: str
    figure: SuppliedFigure | None = None
    new: bool = False
    failure: SourceFailure | None = None
    message: str = ""


async def supply(source: NumberSource, store: SuppliedStore, clock: Clock) -> Supplied:
    """Fetch a number and keep it; a failure is kept as the source's state and told once."""
    now = clock.now()
    try:
        figure = await source.fetch(now)
    except SourceFailed as failed:
        before = await asyncio.to_thread(store.source_state, source.name)
        state = _failed(before, failed, now)
        await asyncio.to_thread(store.save_source_state, state)
        if before.failure is None:
            log.warning("%s cannot be read: %s", source.name, failed)
        return Supplied(source.name, failure=failed.failure, message=failed.message)
    new = await asyncio.to_thread(store.supply, figure)
    state = SourceState(source.name, complete_at=now, tried_at=now)
    await asyncio.to_thread(store.save_source_state, state)
    return Supplied(source.name, figure, new)


def _failed(state: SourceState, failed: SourceFailed, now: Instant) -> SourceState:
    return replace(
        state,
        tried_at=now,
        failure=failed.failure,
        failing_since=now if state.failing_since is None else state.failing_since,
        message=failed.message,
    )

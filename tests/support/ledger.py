"""What an agent wrote down, read from its database beside it."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from collector.domain.events import Event, EventKind
from collector.domain.instants import Instant
from collector.domain.samples import Sample
from collector.domain.states import State
from collector.kpi.tail import known_until
from collector.store import open_store


class Stretch(NamedTuple):
    """A stretch of one measured state; an open one ends where it is no longer known."""

    state: State
    start: Instant
    end: Instant


def now() -> Instant:
    """The wall clock, as the agent reads it."""
    return time.time_ns() // 1000


class Ledger:
    """The store of a configuration file's agent, through the same port as the figures read it."""

    def __init__(self, config: Path) -> None:
        named: str = yaml.safe_load(config.read_text())["database"]
        file = named.removeprefix("sqlite:///")
        self._url = named if file == named else f"sqlite:///{config.parent / file}"

    def stretches(self) -> Mapping[str, Sequence[Stretch]]:
        """Each target's measured states from its first poll on, oldest first."""
        store = open_store(self._url)
        try:
            at = now()
            until = known_until(store.tail(), at)
            intervals = store.intervals(0, at)
            return {
                record.name: [
                    Stretch(it.state, it.start, until[record.id] if it.end is None else it.end)
                    for it in intervals.get(record.id, ())
                ]
                for record in store.targets()
            }
        finally:
            store.close()

    def samples(self) -> Mapping[str, Sequence[Sample]]:
        """Each target's raw samples, oldest first."""
        store = open_store(self._url)
        try:
            at = now()
            return {record.name: store.samples(record.id, 0, at) for record in store.targets()}
        finally:
            store.close()

    def events(self, *kinds: EventKind) -> Sequence[Event]:
        """Events of these kinds, oldest first."""
        store = open_store(self._url)
        try:
            return store.events(0, now(), kinds)
        finally:
            store.close()

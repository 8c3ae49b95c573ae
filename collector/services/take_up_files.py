"""Take up files: what a desk puts into a watched folder, each file whole or not at all."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from collector.domain.cases import ReadCase
from collector.domain.instants import Instant
from collector.domain.sources import Covered, SourceFailure
from collector.ports import Clock, DeskStore
from collector.services.import_cases import Links, import_cases

log = logging.getLogger(__name__)

_SECOND_LOOK = 6.0
"""Seconds after which a file that was new is looked at again."""


class Folder(Protocol):
    """A watched folder; OSError from any of it where it cannot be used."""

    path: Path
    unripe: int

    def ripe(self, now: Instant) -> Sequence[Path]:
        """The files that have stopped growing, in the order they were written."""
        ...

    def unchanged(self, file: Path) -> bool:
        """Whether a file is as it was then."""
        ...

    def written(self, file: Path) -> Instant:
        """When a file was last written to."""
        ...

    def done(self, file: Path) -> Path:
        """Put a file aside that was taken in."""
        ...

    def rejected(self, file: Path, lines: Sequence[str]) -> Path:
        """Put a file aside that was not, with the reasons beside it."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says; with `problems` nothing of it is taken in. `links_reports` is as ReadRows
    (collector.sources.rows) has it."""

    cases: Sequence[ReadCase] = ()
    problems: Sequence[str] = ()
    links_reports: bool = False


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What a look into a folder came to; `failure` and `message` tell of the last that failed."""

    files: int = 0
    rejected: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    failure: SourceFailure | None = None
    message: str = ""


class FolderFeed:
    """Looks into the folder of one source."""

    def __init__(
        self,
        source: str,
        folder: Folder,
        read: Callable[[Path], Contents],
        store: DeskStore,
        clock: Clock,
    ) -> None:
        self.source = source
        self._folder = folder
        self._read = read
        self._store = store
        self._clock = clock
        self._unusable = ""

    async def run(self) -> TakenUp:
        """Take up the files that are whole; those that are new are looked at a second time."""
        done = await asyncio.to_thread(self._look)
        if self._folder.unripe and not done.failure:
            await asyncio.sleep(_SECOND_LOOK)
            later = await asyncio.to_thread(self._look)
            done = replace(
                later,
                files=done.files + later.files,
                rejected=done.rejected + later.rejected,
                read=done.read + later.read,
                new=done.new + later.new,
                changed=done.changed + later.changed,
            )
        return done

    def _look(self) -> TakenUp:
        now = self._clock.now()
        done = TakenUp()
        try:
            for file in self._folder.ripe(now):
                done = self._take_up(file, now, done)
        except OSError as error:
            message = f"{self._folder.path} cannot be used: {error.strerror}"
            if message != self._unusable:
                log.warning("%s: %s", self.source, message)
            self._unusable = message
            self._fail(message, now)
            return replace(done, failure=SourceFailure.REFUSED, message=message)
        if self._unusable:
            log.info("%s: %s can be used again", self.source, self._folder.path)
            self._unusable = ""
            if not done.failure:
                state = self._store.source_state(self.source)
                whole = replace(state, tried_at=now, failure=None, failing_since=None, message="")
                self._store.save_source_state(whole)
        return done

    def _take_up(self, file: Path, now: Instant, done: TakenUp) -> TakenUp:
        written = min(self._folder.written(file), now)
        found = self._read(file)
        if not self._folder.unchanged(file):
            return done
        if found.problems:
            place = self._folder.rejected(file, found.problems)
            # Not the problems themselves: a cell in the wrong place may hold anything.
            faults = f"{len(found.problems)} problem{'s' if len(found.problems) > 1 else ''}"
            message = f"{file.name} was rejected, {faults}; see {place}.reason.txt"
            log.warning("%s: %s", self.source, message)
            self._fail(message, now)
            failed = replace(done, failure=SourceFailure.REFUSED, message=message)
            return replace(failed, rejected=done.rejected + 1)
        start = min((case.created for case in found.cases), default=written)
        covered = Covered(self.source, start, written) if start < written else None
        links = Links(file.name, self.source) if found.links_reports else None
        taken = import_cases(
            self._store, self.source, found.cases, covered=covered, links=links, now=now
        )
        self._folder.done(file)
        log.info(
            "%s: %s taken up, %d cases, %d new, %d changed",
            *(self.source, file.name, taken.read, taken.new, taken.changed),
        )
        return replace(
            done,
            files=done.files + 1,
            read=done.read + taken.read,
            new=done.new + taken.new,
            changed=done.changed + taken.changed,
        )

    def _fail(self, message: str, now: Instant) -> None:
        state = self._store.source_state(self.source)
        since = now if state.failing_since is None else state.failing_since
        self._store.save_source_state(
            replace(
                state,
                tried_at=now,
                failure=SourceFailure.REFUSED,
                failing_since=since,
                message=message,
            )
        )

"""`driftkoll cases sync`: reads the sources now."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from collector.app import SystemClock
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, new_app
from collector.cli.output import emit
from collector.cli.storing import store_of
from collector.domain.sources import SourceFailure
from collector.ports import CaseSource, Store
from collector.services.supply import NumberSource, supply
from collector.services.sync import Progress, Swept, Sync
from collector.services.take_up_files import Folder, FolderFeed
from collector.settings.sources import SourceSettings
from collector.settings.sourcing import (
    file_reader,
    number_source,
    read_from,
    rest_source,
    watched_folder,
)

app = new_app()


@app.command()
def sync(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="All that there are, if none is given."),
    ] = None,
    config: ConfigFile = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Read from the beginning, not from where it stands.")
    ] = False,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Find what is gone, too, as is done each night.")
    ] = False,
) -> None:
    """Read the sources of cases and figures now: what changed since the last time.

    The agent does this by itself at each source's own pace. With a source that cannot be read the
    exit status is 1.

    \b
    Examples:
      driftkoll cases sync -c driftkoll.yaml
      driftkoll cases sync -c driftkoll.yaml servicedesk --anew
    """
    work = opened(config)
    chosen = _chosen(work, sources or ())
    with store_of(work, create=True) as store:
        sound = asyncio.run(_read(work, store, chosen, anew=anew, sweep=sweep))
    if not sound:
        raise typer.Exit(1)


def _chosen(work: Opened, names: Sequence[str]) -> list[SourceSettings]:
    known = read_from(work.settings.sources)
    if not known:
        raise RefusedError(
            f"{work.settings.path}: no source that can be read; files are taken in by "
            "driftkoll cases import"
        )
    wanted = [work.one_of("source", name, known) for name in dict.fromkeys(names)]
    return [known[name] for name in wanted or known]


async def _read(
    work: Opened, store: Store, chosen: Sequence[SourceSettings], *, anew: bool, sweep: bool
) -> bool:
    """Read one source after the other; whether all of them could be read."""
    clock = SystemClock()
    syncing = Sync(store, clock)
    sound = True
    for source in chosen:
        desk = rest_source(work.settings, source)
        number = number_source(work.settings, source)
        folder = watched_folder(source)
        if desk is not None:
            told = await _desk(syncing, desk, anew=anew, sweep=sweep)
        elif number is not None:
            told = await _number(number, store, clock)
        else:
            assert folder is not None, "what is neither watched nor asked is not read"
            told = await _folder(work, source, folder, store, clock)
        sound = told and sound
    return sound


async def _desk(syncing: Sync, desk: CaseSource, *, anew: bool, sweep: bool) -> bool:
    swept: Swept | None = None
    line = _Line() if sys.stderr.isatty() else None
    try:
        done = await syncing.run(desk, anew=anew, progress=line)
        if line is not None:
            line.end()
        if sweep and done.failure is None:
            swept = await syncing.sweep(desk)
    finally:
        await desk.close()
    if done.failure is not None:
        return _failed(desk.name, done.failure, done.message)
    gone = "" if swept is None else f", {swept.gone} gone"
    emit(f"{desk.name}: {done.read} read, {done.new} new, {done.changed} changed{gone}")
    if swept is not None and swept.failure is not None:
        return _failed(desk.name, swept.failure, swept.message)
    return True


async def _number(number: NumberSource, store: Store, clock: SystemClock) -> bool:
    try:
        done = await supply(number, store, clock)
    finally:
        await number.close()
    if done.failure is not None:
        return _failed(number.name, done.failure, done.message)
    assert done.figure is not None, "what did not fail told a figure"
    what = f"{done.figure.indicator} of {done.figure.period} is {done.figure.value:g}"
    emit(f"{number.name}: {what}{'' if done.new else ', as before'}")
    return True


async def _folder(
    work: Opened, source: SourceSettings, folder: Folder, store: Store, clock: SystemClock
) -> bool:
    feed = FolderFeed(
        source.name, folder, file_reader(work.settings, source, clock.now), store, clock
    )
    done = await feed.run()
    files = f"{done.files} file{'' if done.files == 1 else 's'} taken up"
    emit(f"{source.name}: {files}, {done.read} read, {done.new} new, {done.changed} changed")
    if done.failure is not None:
        return _failed(source.name, done.failure, done.message)
    return True


def _failed(source: str, failure: SourceFailure, message: str) -> bool:
    print(f"{source}: {failure}: {message}", file=sys.stderr)
    return False


class _Line:
    """A line that is written over while a source is read, where somebody looks on."""

    def __call__(self, it: Progress) -> None:
        left = "" if it.left is None else f", about {it.left} left"
        print(f"\r\033[K{it.source}: {it.read} read{left}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        print("\r\033[K", end="", file=sys.stderr, flush=True)

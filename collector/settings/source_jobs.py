"""What the agent does with each source of the configuration."""

from collections.abc import Mapping
from datetime import time

from collector.domain.sources import SourceFailure
from collector.ports import CaseSource, Clock, Store
from collector.services.keep_sources import SourceJob
from collector.services.supply import NumberSource, supply
from collector.services.sync import Sync
from collector.services.take_up_files import FolderFeed
from collector.settings.calendars import as_minutes
from collector.settings.settings import Settings
from collector.settings.sources import SourceSettings
from collector.settings.sourcing import (
    file_reader,
    number_source,
    read_from,
    rest_source,
    watched_folder,
)


def source_jobs(
    settings: Settings, store: Store, clock: Clock, sync: Sync
) -> Mapping[str, SourceJob]:
    """A job for each source that is read by itself."""
    return {
        name: _job(settings, source, store, clock, sync)
        for name, source in read_from(settings.sources).items()
    }


def _job(
    settings: Settings, source: SourceSettings, store: Store, clock: Clock, sync: Sync
) -> SourceJob:
    if (desk := rest_source(settings, source)) is not None:
        return _desk_job(settings, source, desk, sync)
    if (number := number_source(settings, source)) is not None:
        return _number_job(settings, source, number, store, clock)
    folder = watched_folder(source)
    assert folder is not None, "only what is read by itself has a job"
    feed = FolderFeed(source.name, folder, file_reader(settings, source, clock.now), store, clock)

    async def look() -> SourceFailure | None:
        return (await feed.run()).failure

    return SourceJob(source.name, _said(settings, source), source.options.every, look)


def _desk_job(
    settings: Settings, source: SourceSettings, desk: CaseSource, sync: Sync
) -> SourceJob:
    async def read() -> SourceFailure | None:
        return (await sync.run(desk)).failure

    async def sweep() -> SourceFailure | None:
        done = await sync.sweep(desk)
        return None if done is None else done.failure

    hour, minute = divmod(as_minutes(source.options.sweep_at), 60)
    return SourceJob(
        source.name,
        _said(settings, source),
        source.options.every,
        read,
        nightly=sweep,
        nightly_at=time(hour, minute),
        close=desk.close,
    )


def _number_job(
    settings: Settings, source: SourceSettings, number: NumberSource, store: Store, clock: Clock
) -> SourceJob:
    async def fetch() -> SourceFailure | None:
        return (await supply(number, store, clock)).failure

    return SourceJob(
        source.name, _said(settings, source), source.options.every, fetch, close=number.close
    )


def _said(settings: Settings, source: SourceSettings) -> object:
    """All of the configuration that reading a source hangs on."""
    return (source, settings.zone, settings.sites)

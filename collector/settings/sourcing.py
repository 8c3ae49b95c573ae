"""Sources as the configuration wants them, each with what is done to read it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from collector.domain.instants import Instant
from collector.ports import CaseSource
from collector.services.supply import NumberSource
from collector.services.take_up_files import Contents, Folder
from collector.settings.case_files import read_case_file
from collector.settings.errors import ConfigurationError
from collector.settings.settings import Settings
from collector.settings.sources import SourceSettings
from collector.sources.file_options import FileOptions
from collector.sources.files import Folder as WatchedFolder

if TYPE_CHECKING:
    from collector.sources.declared import DeclaredSource
    from collector.sources.json_number import JsonNumberOptions

JSON_NUMBER = "json_number"


def rest_source(settings: Settings, source: SourceSettings) -> CaseSource | None:
    """A servicedesk that is read over HTTP; None for a source of another kind."""
    if source.files is not None or source.preset == JSON_NUMBER:
        return None
    # Late: httpx is 10 MB, and not everybody has a servicedesk.
    from collector.sources.rest import RestSource  # noqa: PLC0415

    declared: DeclaredSource = source.options
    return RestSource(source.name, declared, sites=settings.sites, zone=settings.zone)


def number_source(settings: Settings, source: SourceSettings) -> NumberSource | None:
    """A system that tells one number; None for a source of another kind."""
    if source.preset != JSON_NUMBER:
        return None
    from collector.sources.json_number import JsonNumber  # noqa: PLC0415 - as above

    options: JsonNumberOptions = source.options
    return JsonNumber(source.name, options, zone=settings.zone)


def watched_folder(source: SourceSettings) -> Folder | None:
    """The folder that a source's files are put into; None where there is none."""
    files = source.files
    return None if files is None or files.folder is None else WatchedFolder(files.folder)


def file_reader(
    settings: Settings, source: SourceSettings, now: Callable[[], Instant]
) -> Callable[[Path], Contents]:
    """What reads a file of a source, whatever is wrong with it among the contents."""
    options = source.files
    assert isinstance(options, FileOptions), "only files are read as files"

    def read(file: Path) -> Contents:
        try:
            found = read_case_file(
                file,
                options,
                source=source.name,
                sites=settings.sites,
                zone=settings.zone,
                now=now(),
            )
        except ConfigurationError as error:
            return Contents(problems=error.problems)
        return Contents(found.cases, links_reports=found.links_reports)

    return read


def read_from(sources: Mapping[str, SourceSettings]) -> dict[str, SourceSettings]:
    """The sources that are read by themselves: all but files that nobody watches for."""
    return {
        name: source
        for name, source in sources.items()
        if source.files is None or source.files.folder is not None
    }

"""`driftkoll cases import`: a desk's cases from a file."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.asking import who
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened, refused
from collector.cli.options import ConfigFile, new_app
from collector.cli.output import emit, warn
from collector.cli.storing import store_of
from collector.domain.cases import ReadCase
from collector.domain.instants import Instant
from collector.domain.sources import Covered
from collector.kpi.periods import midnight
from collector.services.import_cases import Links, import_cases
from collector.settings.case_files import read_case_file, warnings_of
from collector.sources.file_options import FileOptions

app = new_app()

_DOUBTS_TOLD = 5
"""Lines of a file that are warned of one by one: a night's cases may all occur twice."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or Excel's .xlsx.")],
    config: ConfigFile = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help="The first day that the file is complete for; that of its first case, if not "
            "given.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DAY",
            help="The last day that it is complete for, itself included; until now, if not given.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="NAME",
            help="Whose cases they are, where the configuration has several sources of files.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and say what it would add.")
    ] = False,
) -> None:
    """Take in a servicedesk's cases from a file.

    \b
    Columns: id, type, created; and, where there are any, first_response, resolved, closed, status,
    group (that resolved it), groups (all that had it, separated by |), waiting_seconds,
    scheduled_seconds, category, priority, channel, site, satisfaction, satisfaction_at, reopened,
    reassignments, caused_by_change, disruption_report, severity, excluded. ISO 8601, local time
    where no offset is given. Other headings are mapped by `columns` in the configuration.

    A file with anything wrong in it is not taken in at all; a word that is not mapped is kept, and
    `driftkoll cases check` lists it. The same file a second time changes nothing.

    \b
    Examples:
      driftkoll cases import -c driftkoll.yaml october.csv --from 2026-10-01 --until 2026-10-31
      driftkoll cases import -c driftkoll.yaml export.xlsx --source servicedesk --dry-run
    """
    work = opened(config)
    name, options = _file_source(work, source)
    first, after = _day(work, "--from", from_), _day(work, "--until", until, after=True)
    if first is not None and after is not None and first >= after:
        raise RefusedError(f"--from {from_} is not before the end of --until {until}")
    with refused():
        found = read_case_file(
            file,
            options,
            source=name,
            sites=work.settings.sites,
            zone=work.settings.zone,
            now=work.now,
        )
    doubts = warnings_of(file, found)
    warn(*doubts[:_DOUBTS_TOLD])
    if len(doubts) > _DOUBTS_TOLD:
        warn(f"{file}: {len(doubts) - _DOUBTS_TOLD} more like these")
    covered = _covered(name, found.cases, first, after, work.now)
    if dry_run:
        emit(f"{file}: would take in {_cases(len(found.cases))}{_until(work, covered)}")
        return
    with store_of(work, create=True) as store:
        links = Links(file.name, who()) if found.links_reports else None
        done = import_cases(store, name, found.cases, covered=covered, links=links, now=work.now)
    if done.new or done.changed:
        counts = f"{done.new} new, {done.changed} changed"
        emit(f"{file}: took in {_cases(done.read)}, {counts}{_until(work, covered)}")
    else:
        emit(f"{file}: {_cases(done.read)}, all as before{_until(work, covered)}")
    if unmapped := sum(1 for case in found.cases if case.unmapped):
        verb = "have" if unmapped > 1 else "has"
        warn(f"{_cases(unmapped)} {verb} a value that is not mapped; see driftkoll cases check")


def _file_source(work: Opened, name: str | None) -> tuple[str, FileOptions]:
    """The source whose files are to be read: the one that is named, else the only one."""
    sources = work.settings.sources.items()
    known = {key: source.files for key, source in sources if source.files is not None}
    if not known:
        raise RefusedError(
            f"{work.settings.path}: no source of files; write sources: {{servicedesk: "
            "{preset: csv, groups: {servicedesk: [Servicedesk]}}"
        )
    if name is not None:
        return name, known[work.one_of("source of files", name, known)]
    if len(known) > 1:
        raise RefusedError(f"whose cases are they? give --source, one of {', '.join(known)}")
    return next(iter(known.items()))


def _day(work: Opened, option: str, text: str | None, *, after: bool = False) -> Instant | None:
    """When a day begins, or with `after` when it has ended."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        return midnight(day + timedelta(days=1) if after else day, work.settings.zone)
    except (ValueError, OverflowError):
        raise RefusedError(f"{option} {text!r} is no day; write it as 2026-10-01") from None


def _covered(
    source: str,
    cases: tuple[ReadCase, ...],
    first: Instant | None,
    after: Instant | None,
    now: Instant,
) -> Covered | None:
    """What a file is complete for; None where nothing tells from when."""
    start = min((case.created for case in cases), default=None) if first is None else first
    end = now if after is None else min(after, now)
    return None if start is None or start >= end else Covered(source, start, end)


def _until(work: Opened, covered: Covered | None) -> str:
    if covered is None or covered.start is None:
        return ""
    start, end = (
        work.words.date(at, work.settings.zone) for at in (covered.start, covered.end - 1)
    )
    return f"; {covered.source} is complete from {start} to {end}"


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"

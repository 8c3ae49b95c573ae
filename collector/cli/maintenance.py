"""`driftkoll maintenance`: when people work on what."""

from collections.abc import Sequence
from typing import Annotated

import typer

from collector.cli.asking import who
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, Format, OutputFormat, PeriodText, new_app
from collector.cli.output import Cell, Column, emit, emit_json, table, warn
from collector.cli.storing import store_of
from collector.domain.instants import DAY, Instant, moment
from collector.domain.maintenance import Window
from collector.kpi.maintenance import coming
from collector.kpi.periods import running_month
from collector.ports import Store
from collector.services.maintain import Once, Registered, add_window, cancel_window, extend_window
from collector.services.recurring import Again
from collector.services.work_list import (
    ListedWork,
    ScopeWords,
    list_work,
    min_notice_of,
    scope_words,
)
from exporters import work_json

app = new_app(help="Add, list, extend and cancel maintenance windows.")

_AHEAD = 90 * DAY
"""How far ahead `list` looks where no period is given."""

_NAMES_SHOWN = 3

Author = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Who says so; you, if not given.")
]
Number = Annotated[int, typer.Argument(metavar="ID", help="As `maintenance list` has it.")]


def _several(option: str, metavar: str, help_: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(
        option, metavar=metavar, help=f"{help_}; may be given several times.", show_default=False
    )
    return found


@app.command()
def add(
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="What is done, and why.")],
    config: ConfigFile = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="ISO 8601, local time.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="ISO 8601, local time.")
    ] = None,
    rrule: Annotated[
        str | None,
        typer.Option("--rrule", metavar="RULE", help="The days it comes back on (RFC 5545)."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="18:00", help="When on those days, local time.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--duration", metavar="2h", help="How long each time.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="The first day; today, if not given."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day, itself included.")
    ] = None,
    target: Annotated[list[str] | None, _several("--target", "T", "A target")] = None,
    behind: Annotated[
        list[str] | None, _several("--behind", "T", "A target with everything behind it")
    ] = None,
    kind: Annotated[list[str] | None, _several("--kind", "K", "All of a kind")] = None,
    site: Annotated[list[str] | None, _several("--site", "S", "All at a site")] = None,
    tag: Annotated[list[str] | None, _several("--tag", "T", "All with a tag")] = None,
    author: Author = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Register a maintenance window.

    \b
    Polling goes on in it, alerts are silent. Registered early enough (min_notice, a day) it is
    planned maintenance and no downtime; registered later, or while its target is down, it is
    urgent work, whose downtime counts. Kinds, sites and tags narrow each other.

    \b
    Examples:
      driftkoll maintenance add -c driftkoll.yaml --start 2026-12-01T18:00 --end 2026-12-01T20:00
        --target srv-ad-1 --reason "New memory"
      driftkoll maintenance add -c driftkoll.yaml --rrule "FREQ=MONTHLY;BYDAY=3TU" --at 18:00
        --duration 2h --from 2026-12-01 --kind server --site laxa --reason Patching
      driftkoll maintenance add -c driftkoll.yaml --start 2026-12-01T18:00 --end 2026-12-01T20:00
        --behind sw-laxa-1 --reason "New switch"
    """
    work = opened(config)
    scope = ScopeWords(target or (), behind or (), kind or (), site or (), tag or ())
    when = _when(work, start, end, rrule, at, duration, from_, until)
    with store_of(work, create=True) as store:
        done = add_window(
            store,
            scope,
            when,
            reason=reason,
            author=author or who(),
            configured=work.settings.targets,
            sites=work.settings.sites,
            zone=work.settings.zone,
            now=work.now,
            min_notice=min_notice_of(work.settings.register),
        )
        _tell(work, store, done, output, "registered")


def _when(
    work: Opened,
    start: str | None,
    end: str | None,
    rrule: str | None,
    at: str | None,
    duration: str | None,
    first: str | None,
    last: str | None,
) -> Once | Again:
    """A single window or a recurring one, by the options that were given."""
    recurring = (at, duration, first, last)
    if rrule is None and start and end and recurring == (None,) * 4:
        return Once(start, end)
    if rrule and at and duration and start is None and end is None:
        today = moment(work.now).astimezone(work.settings.zone).date().isoformat()
        return Again(rrule, at, duration, first or today, last)
    raise RefusedError(
        "when is it? give --start and --end, or --rrule with --at and --duration "
        "(and --from, --until)"
    )


@app.command("list")
def list_(
    config: ConfigFile = None, period: PeriodText = None, output: OutputFormat = Format.TABLE
) -> None:
    """List the work of a period, or of the running month and the 90 days to come.

    Example: driftkoll maintenance list -c driftkoll.yaml --period 2026-12
    """
    work = opened(config)
    if period is None:
        start, end = running_month(work.now, work.settings.zone).start, work.now + _AHEAD
    else:
        asked = work.period(period)
        start, end = asked.start, asked.end
    with store_of(work) as store:
        found = list_work(store, start, end, min_notice=min_notice_of(work.settings.register))
    if output is Format.JSON:
        emit_json([work_json.work(each, work.settings.zone) for each in found])
    else:
        emit(_table(work, found))


@app.command()
def extend(
    id_: Number,
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="ISO 8601, local time.")],
    config: ConfigFile = None,
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="Why.")] = "",
    author: Author = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Let a window end later: the time it holds now, or else the next.

    What is added after it began is urgent work, whose downtime counts.

    Example: driftkoll maintenance extend -c driftkoll.yaml 3 --end 2026-12-01T21:00
    """
    work = opened(config)
    with store_of(work) as store:
        done = extend_window(
            store,
            id_,
            end,
            reason=reason,
            author=author or who(),
            zone=work.settings.zone,
            now=work.now,
            min_notice=min_notice_of(work.settings.register),
        )
        _tell(work, store, done, output, "extended")


@app.command()
def cancel(
    id_: Number,
    config: ConfigFile = None,
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="Why.")] = "",
    author: Author = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Let nothing more come of a window; what was of it stays.

    Example: driftkoll maintenance cancel -c driftkoll.yaml 3 --reason "The parts are late"
    """
    work = opened(config)
    with store_of(work) as store:
        done = cancel_window(
            store,
            id_,
            reason=reason,
            author=author or who(),
            zone=work.settings.zone,
            now=work.now,
        )
        _tell(work, store, done, output, "cancelled")


def _tell(work: Opened, store: Store, done: Registered, output: Format, what: str) -> None:
    """Say what was done to a window, after what there is to say of it."""
    warn(*done.warnings)
    if output is Format.JSON:
        names = {record.id: record.name for record in store.targets()}
        scope = scope_words(done.window.scope, names)
        emit_json(work_json.window(done.window, scope, work.settings.zone))
        return
    zone = work.settings.zone
    start, end = (work.words.time(at, zone) for at in _shown(done.window, work.now))
    again = "" if done.window.recurrence is None else f", {done.window.recurrence.rule}"
    emit(f"window {done.window.id}: {what}, {start} to {end.removeprefix(f'{start[:10]} ')}{again}")


def _shown(window: Window, now: Instant) -> tuple[Instant, Instant]:
    """The time it holds now or next, else its first."""
    parts = coming(window, now)
    return (parts[0].start, parts[-1].end) if parts else (window.start, window.end)


def _table(work: Opened, found: list[ListedWork]) -> str:
    words, zone = work.words, work.settings.zone
    if not found:
        return words["no_work"]
    rows = []
    for each in found:
        it = each.occurrence
        start, end = words.time(it.start, zone), words.time(it.end, zone)
        rows.append(
            (
                str(it.window.id),
                start.removesuffix(":00"),
                end.removeprefix(f"{start[:10]} ").removesuffix(":00"),
                _kind_of(work, each),
                _scope(work, each.scope),
                it.window.reason,
                it.window.author,
            )
        )
    return table(
        [
            Column(words["number"], "right"),
            Column(words["start"], wrap=10),
            Column(words["end"], "right", wrap=10),
            Column(words["work"], wrap=10),
            Column(words["concerns"], wrap=12),
            Column(words["why"], wrap=12),
            Column(words["by"], wrap=6),
        ],
        rows,
    )


def _kind_of(work: Opened, each: ListedWork) -> Cell:
    words, it = work.words, each.occurrence
    said = words["work.planned" if each.planned else "work.urgent"]
    if each.planned and each.urgent_for:
        said += f", {words['urgent_for'].format(names=_some(work, each.urgent_for))}"
    cancelled = it.window.cancelled
    if cancelled is not None and cancelled.at == it.end:
        said += f", {words['work.cancelled']}"
    return Cell(said, "maintenance" if each.planned else "unknown")


def _scope(work: Opened, scope: ScopeWords) -> str:
    """What a window is for, in words: `Switchar, Laxå; srv-ad-1; allt bakom sw-1`."""
    words, sites = work.words, work.settings.sites
    general = [
        " + ".join(words.kinds(kind) for kind in scope.kinds),
        " + ".join(sites.get(site, site) for site in scope.sites),
        " + ".join(words["tagged"].format(tag=tag) for tag in scope.tags),
    ]
    parts = [", ".join(filter(None, general))]
    if scope.targets:
        parts.append(_some(work, scope.targets))
    parts += [words["everything_behind"].format(name=name) for name in scope.behind]
    return "; ".join(filter(None, parts))


def _some(work: Opened, names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return work.words["and_more"].format(names=shown, count=more) if more > 0 else shown

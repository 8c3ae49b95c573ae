"""`driftkoll outages annotate`, `correct` and `corrections`: what people say afterwards."""

from typing import Annotated

import typer

from collector.cli.asking import who
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened
from collector.cli.options import (
    ConfigFile,
    Format,
    OutputFormat,
    PeriodText,
    TargetName,
    new_app,
)
from collector.cli.output import Cell, emit, emit_json, table, titled, warn
from collector.cli.storing import store_of
from collector.domain.corrections import CORRECTABLE, Cause
from collector.services import correct as correcting
from collector.services.correct import TrailEntry
from collector.services.work_list import min_notice_of
from exporters import json_text, outage_json

app = new_app()
"""Commands that `outages` takes over."""

Author = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Who says so; you, if not given.")
]


@app.command()
def annotate(
    target: Annotated[str, typer.Argument(metavar="TARGET")],
    start: Annotated[
        str, typer.Argument(metavar="START", help="When it began, as `outages list` has it.")
    ],
    cause: Annotated[str, typer.Option("--cause", metavar="C", help=f"One of {', '.join(Cause)}.")],
    config: ConfigFile = None,
    name: Annotated[
        str, typer.Option("--name", metavar="N", help="What the public calls it.")
    ] = "",
    text: Annotated[str, typer.Option("--text", metavar="T", help="What happened.")] = "",
    supplier: Annotated[
        str, typer.Option("--supplier", metavar="S", help="Whose fault it was, or who mended it.")
    ] = "",
    link: Annotated[
        str, typer.Option("--link", metavar="L", help="The case or the change it belongs to.")
    ] = "",
    author: Author = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Say what caused an outage; what was said of it before is kept.

    \b
    Example: driftkoll outages annotate -c driftkoll.yaml sw-laxa-1 2026-10-10T10:00 --cause power
      --name "Strömavbrott i Laxå" --supplier Elbolaget --link CASE-4711
    """
    work = opened(config)
    with store_of(work) as store:
        done = correcting.annotate(
            store,
            target,
            start,
            cause,
            name=name,
            text=text,
            supplier=supplier,
            link=link,
            author=author or who(),
            zone=work.settings.zone,
            now=work.now,
            min_notice=min_notice_of(work.settings.register),
        )
    warn(*done.warnings)
    began = done.outage.start
    if output is Format.JSON:
        said = outage_json.annotation(done.annotation, work.settings.zone)
        began_at = json_text.time(began, work.settings.zone)
        emit_json({"target": target, "start": began_at, "annotation": said})
    else:
        emit(f"{target}: outage of {work.words.time(began, work.settings.zone)} annotated")


@app.command()
def correct(
    target: Annotated[str | None, typer.Argument(metavar="TARGET")] = None,
    config: ConfigFile = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="ISO 8601, local time.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="ISO 8601, local time.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="STATE", help=f"What it was: {', '.join(CORRECTABLE)}."),
    ] = None,
    undo: Annotated[
        int | None,
        typer.Option("--undo", metavar="ID", help="Undo a correction, by an entry of its own."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="Why.")] = "",
    author: Author = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Correct what a target was: the monitoring was at fault, or the work was planned.

    The measured state is kept; figures are told both with corrections and before them. Of
    corrections that overlap the latest counts, and none is ever changed: `outages corrections`
    lists them all.

    \b
    Examples:
      driftkoll outages correct -c driftkoll.yaml srv-ad-1 --from 2026-10-10T10:00
        --until 2026-10-10T11:00 --state up --reason "The firewall dropped our pings"
      driftkoll outages correct -c driftkoll.yaml --undo 3 --reason "It was down after all"
    """
    work = opened(config)
    author = author or who()
    with store_of(work) as store:
        if undo is not None and (target, start, end, state) == (None,) * 4:
            done = correcting.undo(
                store, undo, reason=reason, author=author, zone=work.settings.zone, now=work.now
            )
        elif undo is None and target and start and end and state:
            done = correcting.correct(
                store,
                target,
                start,
                end,
                state,
                reason=reason,
                author=author,
                zone=work.settings.zone,
                now=work.now,
                min_notice=min_notice_of(work.settings.register),
            )
        else:
            raise RefusedError(
                "what is corrected? give TARGET, --from, --until and --state, or --undo alone"
            )
        (entry,) = [it for it in correcting.trail(store) if it.correction.id == done.correction.id]
    warn(*done.warnings)
    if output is Format.JSON:
        emit_json(outage_json.correction(entry, work.settings.zone))
    else:
        said = f"undoes {undo}" if undo is not None else f"was {done.correction.state}"
        emit(f"correction {done.correction.id}: {entry.name} {said}")


@app.command()
def corrections(
    config: ConfigFile = None,
    period: PeriodText = None,
    target: TargetName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the corrections of a period, in order of entry, undone ones too.

    Example: driftkoll outages corrections -c driftkoll.yaml --period 2026-10
    """
    work = opened(config)
    asked = work.period(period)
    with store_of(work) as store:
        if target is not None:
            work.one_of("target", target, {record.name for record in store.targets()})
        found = correcting.trail(store, asked.start, asked.end, target)
    if output is Format.JSON:
        emit_json([outage_json.correction(entry, work.settings.zone) for entry in found])
    else:
        emit(_table(work, found))


def _table(work: Opened, found: list[TrailEntry]) -> str:
    words, zone = work.words, work.settings.zone
    if not found:
        return words["no_corrections"]
    rows = []
    for entry in found:
        it = entry.correction
        start, end = words.time(it.start, zone), words.time(it.end, zone)
        rows.append(
            (
                str(it.id),
                entry.name,
                start,
                end.removeprefix(f"{start[:10]} "),
                _what(work, entry),
                it.reason,
                it.author,
                words.time(it.at, zone),
            )
        )
    titles = ("number", "object", "start", "end", "corrected_to", "why", "by", "entered")
    wraps = {"object": 12, "corrected_to": 9, "why": 12, "by": 6, "start": 10, "entered": 10}
    return table(titled(words, titles, right=("number", "end"), wraps=wraps), rows)


def _what(work: Opened, entry: TrailEntry) -> Cell:
    words, it = work.words, entry.correction
    if it.undoes is not None:
        said = words["undoes"].format(number=it.undoes)
    else:
        said = words[f"state.{it.state}"]
    if entry.undone_by is not None:
        said += f", {words['undone_by'].format(number=entry.undone_by.id)}"
    return Cell(said, "" if entry.undone_by or it.undoes else it.state)

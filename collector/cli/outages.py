"""`driftkoll outages`: what was down, and taking in what a former system knew of it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from collector.cli import correcting
from collector.cli.asking import confirmed, who
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened, table_of
from collector.cli.options import (
    ConfigFile,
    Format,
    KindWord,
    OutputFormat,
    PeriodText,
    SiteKey,
    TargetName,
    Yes,
    new_app,
)
from collector.cli.output import Cell, emit, emit_json, table, titled, warn
from collector.cli.storing import store_of
from collector.domain.states import Origin
from collector.ports import ImportedRow, Store
from collector.services.outage_list import Listed, list_outages
from collector.services.outages import ImportPlan, OutageRow, plan_import
from collector.services.work_list import min_notice_of
from exporters import outage_json

app = new_app(help="List, annotate, correct and import outages.")
app.registered_commands += correcting.app.registered_commands

_NAMES_SHOWN = 3


@app.command("list")
def list_(
    config: ConfigFile = None,
    period: PeriodText = None,
    site: SiteKey = None,
    kind: KindWord = None,
    target: TargetName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the outages of a period, oldest first.

    What failed behind a device that was down itself is a consequence, and listed under that
    device's outage. The duration is the time down: planned maintenance and what nobody measured
    are not in it.

    Example: driftkoll outages list -c driftkoll.yaml --period 2026-10 --site laxa
    """
    work = opened(config)
    asked, key = work.period(period), work.site(site)
    with store_of(work) as store:
        if target is not None:
            work.one_of("target", target, {record.name for record in store.targets()})
        found = list_outages(
            store,
            asked,
            work.now,
            site=key,
            kind=kind,
            target=target,
            min_notice=min_notice_of(work.settings.register),
        )
    if output is Format.JSON:
        emit_json([outage_json.outage(each, work.settings.zone) for each in found])
    else:
        emit(_table(work, found))


def _table(work: Opened, found: list[Listed]) -> str:
    words, zone = work.words, work.settings.zone
    if not found:
        return words["no_outages"]
    rows = []
    for listed in found:
        outage = listed.outage
        start, end = words.time(outage.start, zone), words.time(outage.end, zone)
        rows.append(
            (
                start,
                Cell(words["ongoing"], "down")
                if listed.open
                else end.removeprefix(f"{start[:10]} "),
                words.duration(outage.length),
                listed.name,
                words.kind(listed.attributes.kind),
                work.settings.sites.get(listed.attributes.site, listed.attributes.site),
                _consequences(work, listed),
                _cause(work, listed),
                ", ".join(str(each.id) for each in listed.corrections),
                words[f"origin.{listed.origin}"],
            )
        )
    titles = (
        *("start", "end", "duration", "object", "kind", "site"),
        *("consequences", "cause", "corrections", "origin"),
    )
    needless = {n: not any(row[n] for row in rows) for n in (6, 7, 8)}
    needless[9] = all(listed.origin is Origin.POLLED for listed in found)
    shown = [n for n in range(len(titles)) if not needless.get(n)]
    wraps = {
        "start": 10,
        "end": 10,
        "duration": 8,
        "object": 12,
        "site": 9,
        "consequences": 12,
        "cause": 12,
    }
    return table(
        titled(
            words,
            [titles[n] for n in shown],
            right=("duration", "end"),
            wraps=wraps,
            optional=("kind", "origin"),
        ),
        [[row[n] for n in shown] for row in rows],
    )


def _cause(work: Opened, listed: Listed) -> str:
    """What is said to have caused it, with the public name where it has one."""
    said = listed.annotation
    if said is None:
        return ""
    return ": ".join(filter(None, (work.words[f"cause.{said.cause}"], said.name)))


def _consequences(work: Opened, listed: Listed) -> str:
    """What failed behind it, or what it failed behind."""
    if listed.cause is not None:
        return f"{work.words['consequence_of'].lower()} {listed.cause}"
    names = [each.name for each in listed.consequences]
    if not names:
        return ""
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    if more > 0:
        shown = work.words["and_more"].format(names=shown, count=more)
    return f"{len(names)}: {shown}"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    config: ConfigFile = None,
    author: Annotated[
        str | None,
        typer.Option("--author", metavar="NAME", help="Who vouches for it; you, if not given."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and say what it would add.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Take in what a former monitoring system knew of outages.

    \b
    Columns: target, state (up, down, unreachable, unknown, maintenance), start, end, comment;
    ISO 8601, local time where no offset is given. An up row is a span that was watched; rows of
    other states lie inside one; maintenance may lie anywhere. Where no row reaches, nothing is
    known. All is taken in or nothing, and the same file a second time changes nothing.

    Example: driftkoll outages import -c driftkoll.yaml former-system.csv --dry-run
    """
    work = opened(config)
    rows = [
        OutageRow(row.line, **row.values)
        for row in table_of(file, ("target", "state", "start", "end"), ("comment",))
    ]
    with store_of(work, create=True) as store:
        planned = _plan(work, store, rows, file)
        if dry_run:
            emit(f"{file}: would take in {_amount(planned)}")
            return
        if sys.stdin.isatty() and not confirmed(f"Take in {_amount(planned)}?", yes):
            emit("nothing was changed")
            return
        store.add_missing(work.settings.targets, work.now)
        ids = {record.name: record.id for record in store.targets()}
        new = store.import_intervals(
            [ImportedRow(ids[span.target], span.interval, span.comment) for span in planned.spans],
            author or who(),
            str(file),
            work.now,
        )
    if new:
        emit(f"{file}: took in {new} of {len(planned.spans)} spans")
    else:
        emit(f"{file}: was taken in before; nothing was changed")


def _plan(work: Opened, store: Store, rows: list[OutageRow], file: Path) -> ImportPlan:
    """The checked rows; refused with all that is wrong with them."""
    records = store.targets()
    named = {row.target for row in rows}
    ids = {record.id: record.name for record in records if record.name in named}
    existing = store.intervals(0, work.now, ids)
    planned = plan_import(
        rows,
        known={record.name for record in records} | {each.name for each in work.settings.targets},
        existing={ids[target]: intervals for target, intervals in existing.items()},
        zone=work.settings.zone,
        now=work.now,
    )
    warn(*(f"{file}:{remark.line}: {remark.text}" for remark in planned.warnings))
    if planned.problems:
        raise RefusedError(*(f"{file}:{each.line}: {each.text}" for each in planned.problems))
    return planned


def _amount(planned: ImportPlan) -> str:
    targets = len({span.target for span in planned.spans})
    return f"{len(planned.spans)} spans of {targets} target{'' if targets == 1 else 's'}"

"""`driftkoll register`: disruption reports, confirmed security incidents, and attesting them."""

from pathlib import Path
from typing import Annotated

import typer

from collector.cli.asking import who
from collector.cli.case_tables import short_time
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened, table_of
from collector.cli.options import ConfigFile, Format, OutputFormat, PeriodText, choice, new_app
from collector.cli.output import Column, Row, emit, emit_json, table, warn
from collector.cli.storing import refused_by_store, store_of
from collector.domain.registers import Attestation, Register
from collector.services.registers import (
    COLUMNS,
    RegisterContent,
    attest,
    content_of,
    read_entries,
    take_in,
)
from exporters import register_json

app = new_app(help="List, import and attest the registers beside the servicedesk.")

Name = Annotated[
    Register,
    typer.Argument(
        metavar="REGISTER",
        help=f"One of {', '.join(Register)}.",
        parser=choice(Register, "register"),
    ),
]
Author = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Who says so; you, if not given.")
]


@app.command("list")
def list_(
    register: Name,
    config: ConfigFile = None,
    period: PeriodText = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List what a register has of a period, and what was attested of it.

    Example: driftkoll register list -c driftkoll.yaml disruption_reports --period 2026
    """
    work = opened(config)
    asked, zone = work.period(period), work.settings.zone
    with store_of(work) as store:
        found = content_of(store, register, asked.start, asked.end)
    if output is Format.JSON:
        entries = [register_json.disruption_report(each, zone) for each in found.reports]
        incidents = [register_json.security_incident(each, zone) for each in found.incidents]
        attested = [register_json.attestation(each, zone) for each in found.attestations]
        emit_json({"entries": [*entries, *incidents], "attestations": attested})
    else:
        emit(*_lines(work, register, found))


@app.command("import")
def import_(
    register: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or Excel's .xlsx.")],
    config: ConfigFile = None,
    author: Author = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and say what it would add.")
    ] = False,
) -> None:
    """Take in a register's entries from a file, by their numbers.

    \b
    Columns of disruption_reports: number, date; and change (the id of the change that caused it),
    change_date, outage, cause, site.
    Columns of security_incidents: number, detected; and severity, site.

    All of the file is taken in or nothing, and the same file a second time changes nothing.

    Example: driftkoll register import -c driftkoll.yaml disruption_reports reports.csv
    """
    work = opened(config)
    severities = next(
        (
            indicator.definition.get("severities", ())
            for indicator in work.settings.register
            if indicator.id == register.indicator
        ),
        (),
    )
    found = read_entries(
        register,
        ((row.line, row.values) for row in table_of(file, *COLUMNS[register])),
        author=author or who(),
        sites=work.settings.sites,
        severities=severities,
        zone=work.settings.zone,
        now=work.now,
    )
    if found.problems:
        raise RefusedError(*(f"{file}:{each.line}: {each.text}" for each in found.problems))
    warn(*(f"{file}:{each.line}: {each.text}" for each in found.warnings))
    count = len(found.reports) + len(found.incidents)
    amount = f"{count} entr{'y' if count == 1 else 'ies'}"
    if dry_run:
        emit(f"{file}: would take in {amount}")
        return
    with store_of(work, create=True) as store:
        done = take_in(store, found)
    if done.new or done.changed:
        emit(f"{file}: took in {amount}, {done.new} new, {done.changed} changed")
    else:
        emit(f"{file}: was taken in before; nothing was changed")


@app.command("attest")
def attest_(
    register: Name,
    period: Annotated[
        str,
        typer.Option("--period", metavar="P", help="What is attested, as 2026-10 or 2026."),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="R", help="What it rests on; it stays.")
    ],
    config: ConfigFile = None,
    author: Author = None,
) -> None:
    """Say that a register is whole for a period: then none in it is a zero, and not unknown.

    Of a period that is running, what is over of it is attested.

    \b
    Example:
      driftkoll register attest -c driftkoll.yaml security_incidents --period 2026-10
        --reason "Looked through with the security officer"
    """
    work = opened(config)
    asked = work.period(period)
    with store_of(work, create=True) as store, refused_by_store():
        done = attest(store, register, asked, author=author or who(), reason=reason, now=work.now)
    first, last = _days(work, done)
    emit(f"{register} attested from {first} to {last} by {done.author}")


def _days(work: Opened, it: Attestation) -> tuple[str, str]:
    zone = work.settings.zone
    return work.words.date(it.start, zone), work.words.date(it.end - 1, zone)


def _lines(work: Opened, register: Register, found: RegisterContent) -> list[str]:
    words, zone, sites = work.words, work.settings.zone, work.settings.sites
    lines: list[str] = []
    titles: tuple[str, ...]
    rows: list[Row]
    if register is Register.DISRUPTION_REPORTS:
        titles = ("number", "date", "change", "change_date", "outage", "cause", "site", "by")
        rows = [
            (
                each.number,
                short_time(work, each.at),
                each.change,
                "" if each.change_at is None else words.date(each.change_at, zone),
                each.outage,
                each.cause,
                sites.get(each.site, each.site),
                each.author,
            )
            for each in found.reports
        ]
    else:
        titles = ("number", "detected", "severity", "site", "by")
        rows = [
            (
                each.number,
                short_time(work, each.detected),
                each.severity,
                sites.get(each.site, each.site),
                each.author,
            )
            for each in found.incidents
        ]
    wraps = {"outage": 12, "cause": 12, "site": 9, "by": 6, "date": 10}
    columns = [Column(words[title], wrap=wraps.get(title, 0)) for title in titles]
    lines.append(table(columns, rows) if rows else words["no_entries"])
    if found.attestations:
        lines += ["", f"{words['attested']}:", ""]
        columns = [Column(words["start"]), Column(words["end"]), Column(words["by"], wrap=6)]
        columns.append(Column(words["why"], wrap=20))
        attested = [(*_days(work, each), each.author, each.reason) for each in found.attestations]
        lines.append(table(columns, attested))
    return lines

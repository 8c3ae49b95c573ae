"""`driftkoll report`: what a report of a closed month rests on."""

from typing import Annotated

import typer

from collector.cli.asking import who
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, Format, OutputFormat, new_app
from collector.cli.output import Column, Row, emit, emit_json, table
from collector.cli.storing import store_of
from collector.services.freeze import Freezing
from collector.services.freeze import freeze as freeze_month
from exporters import figure_json

app = new_app(help="Freeze the figures of a closed month.")


@app.callback()
def report() -> None:
    """Freeze the figures of a closed month."""


@app.command()
def freeze(
    period: Annotated[
        str, typer.Option("--period", metavar="P", help="A calendar month that is over: 2026-10.")
    ],
    config: ConfigFile = None,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="Why; needed for the second version of a month and all after it.",
            show_default=False,
        ),
    ] = "",
    author: Annotated[
        str | None,
        typer.Option("--author", metavar="A", help="Who decided it; else you.", show_default=False),
    ] = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Freeze a month's figures as they are now.

    They stay so, whatever is learned later, with those of the year to the month's end. Where
    something changed since, a new version is made, with a reason; all versions stay readable
    (`indicator show --version N`).

    \b
    Examples:
      driftkoll report freeze -c driftkoll.yaml --period 2026-10
      driftkoll report freeze -c driftkoll.yaml --period 2026-10 --reason "UPS log from Laxå"
    """
    work = opened(config)
    with store_of(work) as store:
        made = freeze_month(
            store,
            work.settings.register,
            work.period(period),
            zone=work.settings.zone,
            population=work.settings.population,
            service=work.settings.service,
            desk=work.settings.desk,
            author=author or who(),
            reason=reason.strip(),
            now=work.now,
        )
    if output is Format.JSON:
        version = figure_json.frozen_version(made.version, work.settings.zone)
        emit_json({**version, "new": made.new})
    else:
        emit(*_table(work, made))


def _table(work: Opened, made: Freezing) -> list[str]:
    words, version = work.words, made.version
    said = words["frozen_now"] if made.new else words["frozen_before"]
    rows: list[Row] = [
        (words["frozen_at"], words.time(version.at, work.settings.zone)),
        (words["frozen_by"], version.author),
        (words["frozen_because"], version.reason or words["none"]),
        (words["fingerprint"], version.fingerprint[:16]),
    ]
    return [
        said.format(period=version.period, version=version.version),
        "",
        table([Column(""), Column("", wrap=20)], rows, headings=False),
    ]

"""`driftkoll indicator`: what the board follows, and one figure in full."""

from functools import partial
from typing import Annotated

import typer

from collector.cli.measurements import details, name_of
from collector.cli.opening import ALL_SITES, Opened, opened
from collector.cli.options import (
    ConfigFile,
    Format,
    KindWord,
    OutputFormat,
    PeriodText,
    SiteKey,
    TargetName,
    new_app,
)
from collector.cli.output import Column, emit, emit_json, table
from collector.cli.storing import store_of
from collector.domain.instants import moment
from collector.domain.measurements import Indicator
from collector.services.measure import measure
from collector.services.show import show as shown
from exporters import jsonable

app = new_app(help="List the indicators; show one in detail.")


@app.command("list")
def list_(config: ConfigFile = None, output: OutputFormat = Format.TABLE) -> None:
    """List the register's indicators with the running year's targets.

    Example: driftkoll indicator list -c driftkoll.yaml
    """
    work = opened(config)
    if output is Format.JSON:
        emit_json([jsonable.indicator(each) for each in work.settings.register])
        return
    words = work.words
    year = moment(work.now).astimezone(work.settings.zone).year
    emit(
        table(
            [
                Column(words["id"]),
                Column(words["indicator"], wrap=21),
                Column(words["baseline"], "right"),
                Column(f"{words['target']} {year}", "right"),
            ],
            [
                (
                    each.id,
                    name_of(work, each),
                    words.exactly(each.baseline, each.unit),
                    words.decided(each.target_for(year), each.unit),
                )
                for each in work.settings.register
            ],
        )
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="As `indicator list` has it.")],
    config: ConfigFile = None,
    period: PeriodText = None,
    site: SiteKey = None,
    kind: KindWord = None,
    target: TargetName = None,
    version: Annotated[
        int | None,
        typer.Option(
            "--version",
            metavar="N",
            help="This version of a frozen month; the latest where it is not given.",
            show_default=False,
        ),
    ] = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show one indicator for a period: all of it, or one site, class or object.

    A month that is frozen (`report freeze`) is as it was frozen, with what it would be now.

    \b
    Examples:
      driftkoll indicator show -c driftkoll.yaml availability --period 2026-10
      driftkoll indicator show -c driftkoll.yaml availability --period 2026 --target srv-ad-1
    """
    work = opened(config)
    indicator = _indicator(work, name)
    asked, key = work.period(period), work.site(site)
    with store_of(work) as store:
        if target is not None:
            work.one_of("target", target, {record.name for record in store.targets()})
        live = partial(
            measure,
            store,
            indicator,
            zone=work.settings.zone,
            site=key or ALL_SITES,
            kind=kind,
            target=target,
            sites=work.settings.sites,
            population=work.settings.population,
            service=work.settings.service,
            now=work.now,
            known_until=None,
        )
        measured = shown(
            store,
            live,
            asked,
            zone=work.settings.zone,
            site=key or ALL_SITES,
            kind=kind,
            target=target,
            now=work.now,
            version=version,
        )
    if output is Format.JSON:
        emit_json(jsonable.measurement(measured, work.settings.zone))
    else:
        emit(*details(work, indicator, measured))


def _indicator(work: Opened, name: str) -> Indicator:
    register = {each.id: each for each in work.settings.register}
    return register[work.one_of("indicator", name, register)]

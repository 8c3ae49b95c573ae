"""`driftkoll indicator`: what the board follows, and one figure in full."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from collector.cli.failures import RefusedError
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
from collector.domain.instants import Duration, moment
from collector.domain.measurements import Indicator
from collector.domain.quantities import parse_duration
from collector.indicators import availability
from collector.indicators.registry import case_indicators
from collector.services.further_outage import further_outage
from collector.services.measure import measure
from collector.services.roll_up import rolled_up
from collector.services.show import show as shown
from exporters import figure_json

app = new_app(help="List the indicators; show one in detail.")


@app.command("list")
def list_(config: ConfigFile = None, output: OutputFormat = Format.TABLE) -> None:
    """List the register's indicators with the running year's targets.

    Example: driftkoll indicator list -c driftkoll.yaml
    """
    work = opened(config)
    if output is Format.JSON:
        emit_json([figure_json.indicator(each) for each in work.settings.register])
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
    outage: Annotated[
        str | None,
        typer.Option(
            "--outage",
            metavar="D",
            help="What a further outage of this length, as 2h, would do: of the target, the kind, "
            "the site or everything that is shown.",
            show_default=False,
        ),
    ] = None,
    cases: Annotated[
        bool, typer.Option("--cases", help="Also the ids of the cases behind the figure.")
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show one indicator for a period: all of it, or one site; of availability one class or object.

    A month that is frozen (`report freeze`) is as it was frozen, with what it would be now.

    \b
    Examples:
      driftkoll indicator show -c driftkoll.yaml availability --period 2026-10
      driftkoll indicator show -c driftkoll.yaml availability --period 2026 --target srv-ad-1
      driftkoll indicator show -c driftkoll.yaml availability --kind switch --outage 2h
      driftkoll indicator show -c driftkoll.yaml incident_handling_time --site laxa --cases
    """
    work = opened(config)
    indicator = _indicator(work, name)
    _sensible(indicator, {"--kind": kind, "--target": target}, cases=cases)
    asked, key = work.period(period), work.site(site)
    further = None if outage is None else _further(outage, indicator)
    with store_of(work) as store:
        if target is not None:
            work.one_of("target", target, {record.name for record in store.targets()})
        scope: dict[str, Any] = {
            "zone": work.settings.zone,
            "site": key or ALL_SITES,
            "kind": kind,
            "target": target,
            "now": work.now,
        }
        service, population = work.settings.service, work.settings.population
        live = partial(
            measure,
            store,
            indicator,
            sites=work.settings.sites,
            population=population,
            service=service,
            desk=work.settings.desk,
            known_until=None,
            cases=cases,
            **scope,
        )
        measured = shown(store, live, asked, version=version, **scope)
        measured = rolled_up(store, indicator, asked, measured, service=service, **scope)
        if further is not None:
            would = further_outage(
                store,
                indicator,
                asked,
                further,
                population=population,
                service=service,
                known_until=None,
                **scope,
            )
            measured = replace(measured, detail={**measured.detail, "further_outage": would})
    if output is Format.JSON:
        emit_json(figure_json.measurement(measured, work.settings.zone))
    else:
        emit(*details(work, indicator, measured))


def _sensible(indicator: Indicator, scope: Mapping[str, str | None], *, cases: bool) -> None:
    """Refused for a scope that an indicator does not have."""
    if indicator.id == availability.ID:
        if cases:
            raise RefusedError(f"--cases is for indicators of cases, {indicator.id} has objects")
        return
    for option, asked in scope.items():
        if asked is not None:
            raise RefusedError(
                f"{option} is for {availability.ID}, {indicator.id} has no objects; take it away"
            )
    if cases and indicator.id not in case_indicators():
        raise RefusedError(f"--cases is for indicators of cases, {indicator.id} has none")


def _further(text: str, indicator: Indicator) -> Duration:
    """The length of a further outage."""
    if indicator.id != availability.ID:
        raise RefusedError(f"--outage is for {availability.ID}, {indicator.id} has no outages")
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise RefusedError(f"--outage {error}") from None
    if not length:
        raise RefusedError(f"--outage {text!r} is no time at all; write a duration, as 2h")
    return length


def _indicator(work: Opened, name: str) -> Indicator:
    register = {each.id: each for each in work.settings.register}
    return register[work.one_of("indicator", name, register)]

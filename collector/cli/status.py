"""`driftkoll status`: all indicators against their decided targets."""

from functools import partial

from collector.cli.measurements import heading, judged_on_year, name_of, overview
from collector.cli.opening import ALL_SITES, opened
from collector.cli.options import ConfigFile, Format, OutputFormat, PeriodText, SiteKey, new_app
from collector.cli.output import emit, emit_json
from collector.cli.storing import store_of
from collector.services.measure import measure
from collector.services.show import show
from exporters import figure_json

app = new_app()


@app.command()
def status(
    config: ConfigFile = None,
    period: PeriodText = None,
    site: SiteKey = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show all indicators against their decided targets.

    \b
    Examples:
      driftkoll status -c driftkoll.yaml
      driftkoll status -c driftkoll.yaml --period 2026 --site laxa
    """
    work = opened(config)
    asked, key = work.period(period), work.site(site)
    with store_of(work) as store:
        measured = [
            (
                indicator,
                show(
                    store,
                    partial(
                        measure,
                        store,
                        indicator,
                        zone=work.settings.zone,
                        site=key or ALL_SITES,
                        sites=work.settings.sites,
                        population=work.settings.population,
                        service=work.settings.service,
                        desk=work.settings.desk,
                        now=work.now,
                        known_until=None,
                    ),
                    asked,
                    zone=work.settings.zone,
                    site=key or ALL_SITES,
                    now=work.now,
                ),
            )
            for indicator in work.settings.register
        ]
    if output is Format.JSON:
        emit_json(
            [
                {"name": name_of(work, each), **figure_json.measurement(its, work.settings.zone)}
                for each, its in measured
            ]
        )
    elif measured:
        figures = overview(work, measured)
        emit(heading(work, measured[0][1]), "", figures, *judged_on_year(work, measured))

"""`driftkoll cases`: the servicedesk's cases, fetched, taken in and looked through."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from collector.cli import case_import, case_sync
from collector.cli.case_status_table import status_lines
from collector.cli.case_tables import case_table, check_lines
from collector.cli.opening import opened
from collector.cli.options import (
    ConfigFile,
    Format,
    OutputFormat,
    PeriodText,
    SiteKey,
    choice,
    new_app,
)
from collector.cli.output import emit, emit_json
from collector.cli.storing import store_of
from collector.domain.cases import CaseStatus, CaseType
from collector.services.case_list import list_cases
from collector.services.case_status import case_status
from collector.services.check_cases import Checked, check_cases, snippet
from exporters import case_json

app = new_app(help="Fetch, import, list and check the servicedesk's cases.")
app.registered_commands += case_sync.app.registered_commands
app.registered_commands += case_import.app.registered_commands

TypeWord = Annotated[
    CaseType | None,
    typer.Option(
        "--type",
        metavar="T",
        help=f"Only this type: {', '.join(CaseType)}.",
        parser=choice(CaseType, "type"),
        show_default=False,
    ),
]
StatusWord = Annotated[
    CaseStatus | None,
    typer.Option(
        "--status",
        metavar="S",
        help=f"Only this class of status: {', '.join(CaseStatus)}.",
        parser=choice(CaseStatus, "status"),
        show_default=False,
    ),
]
GroupName = Annotated[
    str | None,
    typer.Option(
        "--group", metavar="G", help="Only this group's, by its name.", show_default=False
    ),
]


@app.command("list")
def list_(
    config: ConfigFile = None,
    period: PeriodText = None,
    type_: TypeWord = None,
    status: StatusWord = None,
    group: GroupName = None,
    site: SiteKey = None,
    open_only: Annotated[
        bool, typer.Option("--open", help="Those that are open, now or at the period's end.")
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the cases that were made or resolved in a period, or that are open.

    Ids, times and classes: Driftkoll keeps nothing else of a case.

    \b
    Examples:
      driftkoll cases list -c driftkoll.yaml --period 2026-10 --type incident --site laxa
      driftkoll cases list -c driftkoll.yaml --open --group "Servicedesk"
    """
    work = opened(config)
    asked, key = work.period(period), work.site(site)
    with store_of(work) as store:
        found = list_cases(
            store,
            asked.start,
            asked.measured_end,
            open_only=open_only,
            type_=type_,
            status=status,
            group=group,
            site=key,
        )
    if output is Format.JSON:
        emit_json([case_json.case(each, work.settings.zone) for each in found])
    else:
        emit(case_table(work, found))


@app.command()
def check(config: ConfigFile = None, output: OutputFormat = Format.TABLE) -> None:
    """List what the configuration does not map, and the cases that figures cannot use.

    With anything to say the exit status is 1, and at the end stands YAML for the configuration:
    replace each CHOOSE by one of the words that are given beside it.

    Example: driftkoll cases check -c driftkoll.yaml
    """
    work = opened(config)
    settings = work.settings
    with store_of(work) as store:
        found = check_cases(store, settings.desk)
    memberships = {name: source.memberships for name, source in settings.sources.items()}
    yaml = snippet(found.unmapped, memberships, settings.sites) if found.unmapped else ""
    if output is Format.JSON:
        emit_json(_checked(found, yaml))
    else:
        emit(*check_lines(work, found, yaml))
    if found:
        raise typer.Exit(1)


def _checked(found: Checked, yaml: str) -> dict[str, Any]:
    return {
        "cases": found.cases,
        "unmapped": [asdict(each) for each in found.unmapped],
        "unusable": [asdict(each) for each in found.unusable],
        "snippet": yaml,
    }


@app.command()
def status(
    config: ConfigFile = None, site: SiteKey = None, output: OutputFormat = Format.TABLE
) -> None:
    """Show how the servicedesk stands now: what came in and was resolved a day, what is open, and
    what somebody should look at.

    \b
    Examples:
      driftkoll cases status -c driftkoll.yaml
      driftkoll cases status -c driftkoll.yaml --site laxa --format json
    """
    work = opened(config)
    key, settings = work.site(site), work.settings
    with store_of(work) as store:
        found = case_status(
            store,
            settings.desk,
            settings.register,
            zone=settings.zone,
            now=work.now,
            site=key,
            service=settings.service,
        )
    if output is Format.JSON:
        emit_json(case_json.desk_status(found, settings.zone))
    else:
        emit(*status_lines(work, found))

"""`driftkoll targets`: what is watched."""

import os
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.asking import confirmed
from collector.cli.failures import RefusedError, unknown
from collector.cli.opening import Opened, opened, refused
from collector.cli.options import ConfigFile, Format, KindWord, OutputFormat, SiteKey, Yes, new_app
from collector.cli.output import Cell, emit, emit_json, table, titled
from collector.cli.storing import store_of
from collector.domain.states import State
from collector.services.target_list import list_targets
from collector.settings.load import load
from collector.settings.target_changes import (
    Plan,
    plan,
    read_targets,
    renamed,
    table_to_replace,
    write_targets,
)
from exporters import target_json
from exporters.target_json import TargetData

app = new_app(help="List, import and rename targets.")

_RELOAD = "reload the agent to take it up (kill -HUP, or systemctl reload driftkoll)"


@app.command("list")
def list_(
    config: ConfigFile = None,
    site: SiteKey = None,
    kind: KindWord = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """List the configuration's targets with the state that the database has of them.

    Example: driftkoll targets list -c driftkoll.yaml --site laxa --kind switch
    """
    work = opened(config)
    key = work.site(site)
    with store_of(work) as store:
        listed = list_targets(store, work.settings.targets, work.now)
    rows = [
        target_json.target(each, work.settings.zone)
        for each in listed
        if key in (None, each.target.site) and kind in (None, each.target.kind)
    ]
    if output is Format.JSON:
        emit_json(rows)
    else:
        emit(_table(work, rows))


def _table(work: Opened, rows: list[TargetData]) -> str:
    words = work.words
    if not rows:
        return words["no_targets"]
    titles = ("object", "kind", "site", "address", "probes", "parent", "state", "first_seen")
    wraps = {"object": 12, "site": 9, "address": 15, "parent": 9, "state": 10, "probes": 8}
    return table(
        titled(words, titles, wraps=wraps, optional=("kind", "first_seen")),
        [
            (
                row["name"],
                words.kind(row["kind"]),
                work.settings.sites.get(row["site"], row["site"]),
                row["address"],
                " ".join(row["probes"])
                or words["members_needed"].format(members=len(row["members"]), needs=row["needs"]),
                row["parent"] or "",
                Cell(words.state(State(row["state"])), row["state"])
                if row["answered"] or row["state"] != State.UNKNOWN
                else Cell(words["reason.never_answered"], row["state"]),
                (row["first_seen"] or words["none"])[:10],
            )
            for row in rows
        ],
    )


@app.command("import")
def import_targets(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The new list.")],
    config: ConfigFile = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="CSV",
            help="Which of the configuration's CSV files it replaces, where there are several.",
            show_default=False,
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Replace the configuration's CSV file of targets, after showing what that changes.

    The whole configuration is checked with the new list first. The columns are name, kind, site,
    address, probes, parent, snmp_profile, snmp_port, in_service_from, retired_at and tags.

    Example: driftkoll targets import -c driftkoll.yaml new-targets.csv
    """
    work = opened(config)
    with refused():
        place = table_to_replace(work.settings, into)
        rows = read_targets(file)
        new = load(work.settings.path, os.environ, instead={place: file})
    changes = plan(work.settings.targets, new.targets, work.settings.zone)
    if not changes:
        emit(f"{place}: nothing changes")
        return
    emit(*_told(changes))
    if not confirmed(f"Write {place}?", yes):
        emit("nothing was changed")
        return
    write_targets(place, [row.values for row in rows])
    emit(f"{place}: written; {_RELOAD}")


def _told(changes: Plan) -> list[str]:
    lines = [f"+ {target.name} ({target.kind}, {target.address})" for target in changes.added]
    lines += [
        f"~ {change.name}: "
        + "; ".join(
            f"{field.field} {field.before or '(none)'} -> {field.after or '(none)'}"
            for field in change.fields
        )
        for change in changes.changed
    ]
    lines += [f"- {target.name} ({target.kind}, {target.address})" for target in changes.removed]
    counts = (len(changes.added), len(changes.changed), len(changes.removed))
    return [*lines, "{} added, {} changed, {} removed".format(*counts)]


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD")],
    new: Annotated[str, typer.Argument(metavar="NEW")],
    config: ConfigFile = None,
) -> None:
    """Give a target another name and keep its history.

    A CSV file of the configuration is changed too; what remains to be changed by hand is told.

    Example: driftkoll targets rename -c driftkoll.yaml sw-1 sw-askersund-1
    """
    work = opened(config)
    if not new.strip() or new != new.strip() or not new.isprintable():
        raise RefusedError(f"{new!r} is no name for a target")
    settings = work.settings
    configured = {target.name for target in settings.targets}
    if new in configured and old in configured:
        raise RefusedError(f"{settings.places[new]}: there is another target {new!r} already")
    with store_of(work) as store:
        try:
            store.rename(old, new)
        except KeyError:
            raise unknown("target", old, {record.name for record in store.targets()}) from None
        except ValueError as error:
            raise RefusedError(f"cannot rename {old!r}: {error}") from None
    emit(f"{old} is now {new}, history and all")
    if old in configured:
        emit(*_configuration_renamed(work, old, new))


def _configuration_renamed(work: Opened, old: str, new: str) -> list[str]:
    """Change the name in the CSV files; what was done, and what is left to do by hand."""
    settings = work.settings
    lines = []
    for file in settings.target_files:
        rows = read_targets(file)
        changed = renamed(rows, old, new)
        if changed != [row.values for row in rows]:
            write_targets(file, changed)
            lines.append(f"{file}: changed")
    files = {str(file) for file in settings.target_files}
    told = []
    for target in settings.targets:
        place = settings.places[target.name]
        if place.rpartition(":")[0] in files:
            continue
        if target.name == old:
            told.append(f"{place}: write {new!r} for {old!r}")
        if target.parent == old:
            told.append(f"{place}: write {new!r} for {old!r} as the parent of {target.name!r}")
        if old in target.members:
            told.append(f"{place}: write {new!r} for {old!r} among the members of {target.name!r}")
    lines += told
    if old in settings.polling.sentinels:
        lines.append(f"{settings.path}: polling.sentinels: write {new!r} for {old!r}")
    return [*lines, f"then {_RELOAD}" if told else _RELOAD]

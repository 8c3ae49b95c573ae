"""`driftkoll doctor`: what keeps the agent from measuring, and how to mend it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from collector.cli import desk_diagnosis, diagnosis
from collector.cli.diagnosis import Diagnosis, Grade
from collector.cli.failures import RefusedError
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, new_app
from collector.cli.output import Cell, emit, styled
from collector.cli.polling import poll_targets
from collector.cli.rollout import look_into, never_answered, show, write
from collector.domain.states import State

app = new_app()


@app.command()
def doctor(
    config: ConfigFile = None,
    rollout: Annotated[
        bool,
        typer.Option(
            "--rollout",
            help="List instead the targets that have never answered, by site and cause.",
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="With --rollout: write them to a CSV file, corrected as far as can be known.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Look for what keeps the agent from measuring: rights, clock, limits, disk, database,
    sentinels, sources of cases.

    Each line says OK, warn or FAIL; the line after it what to do. The exit status is 0 all the
    same.

    \b
    Examples:
      driftkoll doctor -c driftkoll.yaml
      driftkoll doctor -c driftkoll.yaml --rollout --csv to-correct.csv
    """
    work = opened(config)
    if to and not rollout:
        raise RefusedError("--csv goes with --rollout")
    if rollout:
        found = asyncio.run(look_into(work, never_answered(work)))
        show(found)
        if to:
            write(to, found)
        return
    for each in _diagnoses(work):
        emit(f"{styled(Cell(f'{each.grade:<4}', each.grade))}  {each.what}")
        if each.remedy:
            emit(f"      -> {each.remedy}")


def _diagnoses(work: Opened) -> Iterator[Diagnosis]:
    settings = work.settings
    yield Diagnosis(Grade.OK, f"configuration: {len(settings.targets)} targets")
    for warning in settings.warnings:
        yield Diagnosis(Grade.WARN, warning)
    yield diagnosis.icmp_rights(settings.targets)
    yield diagnosis.clock()
    yield diagnosis.descriptors(settings.targets)
    yield from diagnosis.database(settings.database)
    yield from _sentinels(work)
    yield from desk_diagnosis.sources(work)


def _sentinels(work: Opened) -> Iterator[Diagnosis]:
    """Whether those answer by whose answers the agent knows that it is not blind itself."""
    names = work.settings.polling.sentinels
    chosen = [target for target in work.settings.targets if target.name in names]
    for answer in asyncio.run(poll_targets(work.settings, chosen)):
        name = answer.target.name
        if answer.state is State.UP:
            yield Diagnosis(Grade.OK, f"sentinel {name}: answers")
        else:
            reason = answer.reason or answer.state
            yield Diagnosis(
                Grade.WARN,
                f"sentinel {name} ({answer.target.address}): {reason}",
                "choose one beside the collector that always answers (polling.sentinels)",
            )

"""`driftkoll doctor`: what keeps the agent from measuring, and how to mend it."""

import asyncio
from collections.abc import Iterator

from collector.cli import diagnosis
from collector.cli.diagnosis import Diagnosis, Grade
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, new_app
from collector.cli.output import Cell, emit, styled
from collector.cli.polling import poll_targets
from collector.domain.states import State

app = new_app()


@app.command()
def doctor(config: ConfigFile = None) -> None:
    """Look for what keeps the agent from measuring: rights, clock, limits, disk, database,
    sentinels.

    Each line says OK, warn or FAIL; the line after it what to do. The exit status is 0 all the
    same.

    Example: driftkoll doctor -c driftkoll.yaml
    """
    work = opened(config)
    for found in _diagnoses(work):
        emit(f"{styled(Cell(f'{found.grade:<4}', found.grade))}  {found.what}")
        if found.remedy:
            emit(f"      -> {found.remedy}")


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

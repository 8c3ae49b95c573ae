"""`driftkoll doctor --rollout`: which targets have never answered, and why."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from collector.cli.failures import RefusedError
from collector.cli.opening import Opened
from collector.cli.output import Column, emit, table
from collector.cli.storing import store_of
from collector.domain.instants import MINUTE, SECOND
from collector.domain.targets import ProbeSpec, Target
from collector.probes._resolver import DnsResolver
from collector.services.rollout import Diagnosis, diagnose
from collector.settings.probing import probes_of_kinds, snmp_trials

_PING = ProbeSpec("icmp", "icmp", MINUTE, 2 * SECOND)

_COLUMNS = (
    *("name", "kind", "site", "address", "probes", "parent", "snmp_profile"),
    *("cause", "advice"),
)


def never_answered(work: Opened) -> list[Target]:
    """The configuration's targets in service that no poll of the agent was ever answered by."""
    with store_of(work) as store:
        answered = {each.name for each in store.targets() if each.answered_at is not None}
    return [
        target
        for target in work.settings.targets
        if target.name not in answered
        and not target.members  # each of them is listed itself
        and (target.retired_at is None or target.retired_at > work.now)
    ]


async def look_into(work: Opened, targets: Sequence[Target]) -> list[Diagnosis]:
    """Why each of the targets has not answered."""
    settings = work.settings
    resolver = DnsResolver()
    kinds = {"icmp", "snmp", *(spec.kind for target in targets for spec in target.probes)}
    probes = probes_of_kinds(settings, kinds, resolver)
    try:
        return await diagnose(targets, probes, lambda target: snmp_trials(settings, target), _PING)
    finally:
        for probe in probes.values():
            await probe.close()
        await resolver.close()


def show(found: Sequence[Diagnosis]) -> None:
    """Print how many at each site have which cause, then each target with what to do."""
    if not found:
        emit("OK: every target has answered")
        return
    counts = Counter((each.site, each.cause) for each in found)
    emit(
        table(
            [Column("Site"), Column("Cause"), Column("Targets", "right")],
            [
                (site, _words(cause), str(number))
                for (site, cause), number in sorted(counts.items())
            ],
        ),
        "",
        table(
            [
                Column("Site"),
                Column("Target", wrap=12),
                Column("Address", wrap=15),
                Column("Cause", wrap=10, optional=True),
                Column("What to do", wrap=20),
            ],
            [
                (
                    each.site,
                    each.target.name,
                    each.target.address,
                    _words(each.cause),
                    each.proposal.advice,
                )
                for each in sorted(found, key=lambda it: (it.site, it.cause, it.target.name))
            ],
        ),
    )


def write(file: Path, found: Sequence[Diagnosis]) -> None:
    """Write the targets to a CSV file as what is proposed, with the cause and the advice."""
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.DictWriter(opened, _COLUMNS, delimiter=";")
            writer.writeheader()
            writer.writerows(_row(each) for each in found)
    except OSError as error:
        raise RefusedError(f"{file}: cannot be written: {error.strerror}") from None
    emit("", f"{file}: {len(found)} target{'' if len(found) == 1 else 's'} to correct")


def _row(found: Diagnosis) -> dict[str, str]:
    target, proposal = found.target, found.proposal
    probes = proposal.probes or [spec.kind for spec in target.probes]
    return {
        "name": target.name,
        "kind": target.kind.value,
        "site": target.site,
        "address": target.address,
        "probes": " ".join(dict.fromkeys(probes)),
        "parent": target.parent or "",
        "snmp_profile": proposal.snmp_profile or "",
        "cause": found.cause.value,
        "advice": proposal.advice,
    }


def _words(cause: str) -> str:
    return cause.replace("_", " ")

"""The roll-out: why a target has never answered, and what to change in the list of targets."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import ProbeSpec, Target
from collector.ports import Probe

_AT_ONCE = 64


class Cause(StrEnum):
    """Why a target has never answered, as far as can be known from here."""

    ANSWERS_NOW = "answers_now"
    NO_ADDRESS = "no_address"
    NAME_SERVER_SILENT = "name_server_silent"
    NO_ROUTE = "no_route"
    LOCAL_ERROR = "local_error"
    OTHER_PROFILE = "other_profile"
    SNMP_BUT_NO_ICMP = "snmp_but_no_icmp"
    WRONG_CREDENTIAL = "wrong_credential"
    OTHER_ADDRESS = "other_address"
    NOT_SNMP = "not_snmp"
    REFUSED = "refused"
    ICMP_BUT_NO_SNMP = "icmp_but_no_snmp"
    SILENT = "silent"


class Trial(NamedTuple):
    """An SNMP profile of the configuration and how a target is asked with it.

    `current` marks the one that the target is configured with.
    """

    profile: str
    spec: ProbeSpec
    current: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to write in the list of targets instead; `advice` is one sentence for people.

    `probes` and `snmp_profile` None leave what is there.
    """

    advice: str
    probes: tuple[str, ...] | None = None
    snmp_profile: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why one target has never answered."""

    target: Target
    site: str
    cause: Cause
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a target answered: to ICMP (None where it was not asked), to the other probes of its
    own, and to each SNMP profile, `current` being the one it is configured with."""

    icmp: Outcome | None
    own: Mapping[str, Outcome]
    snmp: Mapping[str, Outcome]
    current: str | None


async def diagnose(
    targets: Iterable[Target],
    probes: Mapping[str, Probe],
    trials: Callable[[Target], Sequence[Trial]],
    icmp: ProbeSpec | None,
) -> list[Diagnosis]:
    """Ask each target by ICMP, by its own probes and with every SNMP profile, and say why it has
    not answered; at most 64 targets at once, in the order given.

    `icmp` is how to ping a target that has no icmp probe of its own, None not to.
    """
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(target: Target) -> Diagnosis:
        async with places:
            cause, proposal = judge(await _gather(target, probes, trials(target), icmp))
            return Diagnosis(target, target.site, cause, proposal)

    return await asyncio.gather(*(one(target) for target in targets))


def judge(seen: Evidence) -> tuple[Cause, Proposal]:
    """The cause and the remedy, by what was seen; what is certain goes before what is likely."""
    outcomes = [*seen.own.values(), *seen.snmp.values()] + ([seen.icmp] if seen.icmp else [])
    current = seen.snmp.get(seen.current) if seen.current else None
    answering = [profile for profile, outcome in seen.snmp.items() if _answers(outcome)]
    configured = [*seen.own.values()] + ([current] if current else [])
    if any(_answers(outcome) for outcome in configured):
        return Cause.ANSWERS_NOW, Proposal("answers now; nothing to change")
    unreached = _not_reached(outcomes)
    if unreached is not None:
        return unreached
    if answering:
        return _with_other_profile(seen, answering)
    return _without_snmp(seen, current)


def _not_reached(outcomes: Sequence[Outcome]) -> tuple[Cause, Proposal] | None:
    """What stopped every question before it was asked."""
    reasons = {outcome.reason for outcome in outcomes}
    if Reason.HOST_NOT_FOUND in reasons:
        return Cause.NO_ADDRESS, Proposal("its name has no address in DNS: correct address")
    if Reason.RESOLVER_SILENT in reasons:
        return Cause.NAME_SERVER_SILENT, Proposal("no name server answers: see /etc/resolv.conf")
    if not outcomes or any(outcome.result is not Result.UNKNOWN for outcome in outcomes):
        return None
    if Reason.NO_ROUTE in reasons:
        return Cause.NO_ROUTE, Proposal("the collector has no route to its network")
    why = next((outcome.message for outcome in outcomes if outcome.message), "")
    return Cause.LOCAL_ERROR, Proposal(f"the collector itself could not ask: {why}")


def _with_other_profile(seen: Evidence, answering: Sequence[str]) -> tuple[Cause, Proposal]:
    profile = answering[0]
    if seen.current is not None:
        advice = f"answers SNMP with the profile {profile}, not with {seen.current}"
        return Cause.OTHER_PROFILE, Proposal(advice, snmp_profile=profile)
    advice = f"answers SNMP with the profile {profile}, but no ICMP: poll it by snmp"
    return Cause.SNMP_BUT_NO_ICMP, Proposal(advice, ("snmp",), profile)


def _without_snmp(seen: Evidence, current: Outcome | None) -> tuple[Cause, Proposal]:
    asked = [current] if current else [*seen.snmp.values()]
    for reasons, cause, remedy in _SNMP_CAUSES:
        found = next((outcome for outcome in asked if outcome.reason in reasons), None)
        if found is not None:
            return cause, Proposal(f"{found.message}{remedy}")
    if seen.icmp is not None and _answers(seen.icmp):
        advice = "answers ICMP, but SNMP with no profile: allow SNMP on it, or poll it by icmp"
        return Cause.ICMP_BUT_NO_SNMP, Proposal(advice, ("icmp",))
    return Cause.SILENT, Proposal("answers nothing: wrong address, switched off, or filtered")


_SNMP_CAUSES = (
    (
        {Reason.WRONG_COMMUNITY, Reason.UNKNOWN_USER, Reason.WRONG_KEY},
        Cause.WRONG_CREDENTIAL,
        "; no profile of the configuration fits: add one",
    ),
    ({Reason.FOREIGN_REPLY}, Cause.OTHER_ADDRESS, ""),
    ({Reason.MALFORMED_REPLY}, Cause.NOT_SNMP, ": is something else at that port?"),
    ({Reason.REFUSED}, Cause.REFUSED, ": SNMP is not on, or at another snmp_port"),
)


def _answers(outcome: Outcome) -> bool:
    return outcome.result in (Result.UP, Result.DEGRADED)


async def _gather(
    target: Target,
    probes: Mapping[str, Probe],
    trials: Sequence[Trial],
    icmp: ProbeSpec | None,
) -> Evidence:
    own = [spec for spec in target.probes if spec.kind != "snmp"]
    pings = any(spec.kind == "icmp" for spec in own)
    asked = [*own, *(trial.spec for trial in trials)]
    if icmp is not None and not pings:
        asked.append(icmp)
    # A retry's thoroughness: several packets, and a look at where an answer comes from.
    outcomes = await asyncio.gather(*(probes[spec.kind](target, spec, 1) for spec in asked))
    answered = dict(zip([spec.name for spec in own], outcomes, strict=False))
    by_profile = zip([trial.profile for trial in trials], outcomes[len(own) :], strict=False)
    ping = next((outcomes[i] for i, spec in enumerate(asked) if spec.kind == "icmp"), None)
    current = next((trial.profile for trial in trials if trial.current), None)
    return Evidence(ping, answered, dict(by_profile), current)

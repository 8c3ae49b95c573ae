"""Probe objects as the configuration wants them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from collector.domain.targets import Target
from collector.ports import Probe, Resolver
from collector.probes.registry import ProbeContext, probe_kinds
from collector.services.rollout import Trial
from collector.settings.settings import Settings

_SNMP = "snmp"


def build_probes(
    settings: Settings, targets: Iterable[Target], resolver: Resolver
) -> Mapping[str, Probe]:
    """One probe object of each kind that these targets use, by kind."""
    return probes_of_kinds(
        settings, {spec.kind for target in targets for spec in target.probes}, resolver
    )


def probes_of_kinds(
    settings: Settings, wanted: Iterable[str], resolver: Resolver
) -> Mapping[str, Probe]:
    """One probe object of each of these kinds, by kind."""
    context = ProbeContext(
        resolver=resolver,
        snmp_profiles=settings.snmp_profiles,
        snmp_client=settings.snmp_client,
    )
    kinds = probe_kinds()
    return {kind: kinds[kind](context) for kind in sorted(wanted)}


def snmp_trials(settings: Settings, target: Target) -> Sequence[Trial]:
    """How to ask a target with each SNMP profile of the configuration, at its own SNMP port."""
    options = probe_kinds()[_SNMP].Options
    own = next((spec for spec in target.probes if spec.kind == _SNMP), None)
    configured = own.options if own and isinstance(own.options, options) else None
    if own and not configured:
        configured = options()
    trials = []
    for profile in settings.snmp_profiles:
        asked = (configured or options()).model_copy(update={"profile": profile})
        like = own or replace(target.probes[0], kind=_SNMP)
        spec = replace(like, name=f"{_SNMP} {profile}", options=asked)
        trials.append(Trial(profile, spec, asked == configured))
    return trials

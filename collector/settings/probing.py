"""Probe objects as the configuration wants them."""

from collections.abc import Iterable, Mapping

from collector.domain.targets import Target
from collector.ports import Probe, Resolver
from collector.probes.registry import ProbeContext, probe_kinds
from collector.settings.settings import Settings


def build_probes(
    settings: Settings, targets: Iterable[Target], resolver: Resolver
) -> Mapping[str, Probe]:
    """One probe object of each kind that these targets use, by kind."""
    context = ProbeContext(
        resolver=resolver,
        snmp_profiles=settings.snmp_profiles,
        snmp_client=settings.snmp_client,
    )
    kinds = probe_kinds()
    wanted = {spec.kind for target in targets for spec in target.probes}
    return {kind: kinds[kind](context) for kind in sorted(wanted)}

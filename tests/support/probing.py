"""Probes as tests poll with them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome
from collector.domain.targets import Kind, ProbeSpec, Target
from collector.ports import Probe, Resolver
from collector.probes._snmp.credentials import Credential
from collector.probes.registry import ProbeContext, probe_kinds
from collector.probes.snmp import SnmpProbe


class AsGiven:
    """A resolver for literal addresses."""

    def known(self, host: str) -> str:
        return host

    async def __call__(self, host: str) -> str:
        return host


@asynccontextmanager
async def probing(
    kind: str,
    profiles: Mapping[str, Credential] | None = None,
    client: str = "gufo",
    resolver: Resolver | None = None,
) -> AsyncIterator[Probe]:
    """A probe of a kind, closed at the end."""
    context = ProbeContext(resolver or AsGiven(), profiles or {}, client)  # type: ignore[arg-type]  # as given
    probe = probe_kinds()[kind](context)
    try:
        yield probe
    finally:
        await probe.close()


def target(address: str, *specs: ProbeSpec) -> Target:
    """A target at an address."""
    return Target("device", Kind.SWITCH, "hallsberg", address, specs)


def icmp_spec(seconds: float = 0.4) -> ProbeSpec:
    """A ping with a time-out."""
    return ProbeSpec("icmp", "icmp", 60 * SECOND, int(seconds * SECOND))


def snmp_spec(port: int, profile: str = "default", seconds: float = 0.4) -> ProbeSpec:
    """An SNMP poll with a time-out."""
    options = SnmpProbe.Options(profile=profile, port=port)
    return ProbeSpec("snmp", "snmp", 60 * SECOND, int(seconds * SECOND), options)


async def snmp_poll(
    probe: Probe, port: int, *, address: str = "127.0.0.1", attempt: int = 0, seconds: float = 0.4
) -> Outcome:
    """One poll by the profile `default`."""
    spec = snmp_spec(port, seconds=seconds)
    return await probe(target(address), spec, attempt)

"""Polling from the command line, with the probes that the agent has."""

from collections.abc import Callable, Sequence

from collector.domain.targets import Target
from collector.probes._resolver import DnsResolver
from collector.services.poll_once import Answer, poll_once, with_members
from collector.settings.probing import build_probes
from collector.settings.settings import Settings


async def poll_targets(
    settings: Settings,
    targets: Sequence[Target],
    progress: Callable[[], None] = lambda: None,
    others: Sequence[Target] = (),
) -> list[Answer]:
    """Each target's answer; `progress` is called when one is polled. Members that are not among
    the targets are taken from `others`."""
    resolver = DnsResolver()
    probes = build_probes(settings, with_members(targets, others), resolver)
    try:
        return await poll_once(targets, probes, progress, others=others)
    finally:
        for probe in probes.values():
            await probe.close()
        await resolver.close()

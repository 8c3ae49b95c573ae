"""The families of services: phases, certificates and messages, of the targets that have any."""

from collections.abc import Iterator, Sequence

from collector.domain.instants import SECOND
from collector.domain.live import LiveTarget
from exporters.exposition.families import (
    CERTIFICATE_EXPIRY,
    MESSAGES_FAILED,
    MESSAGES_SENT,
    MESSAGES_WAITING,
    PROBE_PHASE,
)
from exporters.exposition.text import Family

_SLICE = 500
_FAMILIES = (PROBE_PHASE, CERTIFICATE_EXPIRY, MESSAGES_SENT, MESSAGES_FAILED, MESSAGES_WAITING)


def service_pieces(targets: Sequence[LiveTarget]) -> Iterator[bytes]:
    """The families that have samples; empty pieces only give the loop its turn."""
    samples: dict[Family, list[str]] = {family: [] for family in _FAMILIES}
    for start in range(0, len(targets), _SLICE):
        for target in targets[start : start + _SLICE]:
            _add(samples, target)
        yield b""
    for family, lines in samples.items():
        if lines:
            yield (family.header + "".join(lines)).encode()


def _add(samples: dict[Family, list[str]], target: LiveTarget) -> None:
    name = target.name
    if target.certificate_expires is not None:
        expires = target.certificate_expires / SECOND
        samples[CERTIFICATE_EXPIRY].append(CERTIFICATE_EXPIRY.sample(expires, name))
    if target.messages_sent is not None:
        samples[MESSAGES_SENT].append(MESSAGES_SENT.sample(target.messages_sent, name))
    if target.messages_failed is not None:
        samples[MESSAGES_FAILED].append(MESSAGES_FAILED.sample(target.messages_failed, name))
    waiting: list[int] = []
    for probe, outcome, _ in target.checks:
        if outcome is None or outcome.service is None:
            continue
        for phase, seconds in outcome.service.phases.items():
            samples[PROBE_PHASE].append(PROBE_PHASE.sample(seconds, name, probe, phase))
        messages = outcome.service.messages
        if messages is not None and messages.waiting is not None:
            waiting.append(messages.waiting)
    if waiting:
        samples[MESSAGES_WAITING].append(MESSAGES_WAITING.sample(sum(waiting), name))

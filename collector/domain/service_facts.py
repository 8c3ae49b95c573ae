"""What a probe of a service found beside up or down: certificate, phases, message statistics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.domain.instants import Instant


@dataclass(frozen=True, slots=True)
class Messages:
    """An integration platform's own counters as it states them; None where it states none.

    `sent` and `failed` count up from whenever the platform began and fall back when it restarts;
    `waiting` is how many wait now.
    """

    sent: int | None = None
    failed: int | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """Facts of a service.

    `phases` are seconds of resolve, connect, tls and first_byte, those that there were;
    `certificate_expires` is when the certificate it showed ceases to be valid.
    """

    phases: Mapping[str, float] = field(default_factory=dict)
    certificate_expires: Instant | None = None
    messages: Messages | None = None

"""What services last said of themselves, and their message counters through their restarts."""

from typing import NamedTuple

from collector.domain.instants import Instant
from collector.domain.service_facts import Messages, ServiceFacts


class ServiceRecord(NamedTuple):
    """A target as its services told it.

    `certificate_expires` is the earliest of its certificates'; `sent` and `failed` are what was
    counted since this agent first saw the target, None where nothing is counted.
    """

    certificate_expires: Instant | None = None
    sent: int | None = None
    failed: int | None = None


class ServiceLedger:
    """Totals that never fall: a counter that goes back means that the platform has restarted, and
    what it shows then has been counted since. First sight adds nothing, but sets the base."""

    def __init__(self) -> None:
        self._certificates: dict[int, dict[str, Instant]] = {}
        self._counters: dict[int, dict[str, _Counters]] = {}
        self._records: dict[int, ServiceRecord] = {}

    def see(self, target: int, probe: str, facts: ServiceFacts) -> None:
        """Take in what a poll of one of a target's probes found."""
        if facts.certificate_expires is None and facts.messages is None:
            return
        if facts.certificate_expires is not None:
            self._certificates.setdefault(target, {})[probe] = facts.certificate_expires
        if facts.messages is not None:
            counters = self._counters.setdefault(target, {})
            counters[probe] = counters.get(probe, _NONE).after(facts.messages)
        self._records[target] = self._sum(target)

    def record(self, target: int) -> ServiceRecord:
        """How a target stands."""
        return self._records.get(target, _NOTHING)

    def forget(self, target: int, probe: str | None = None) -> None:
        """A target, or one of its probes, is not polled any more."""
        for known in (self._certificates, self._counters):
            if probe is None:
                known.pop(target, None)
            elif target in known:
                known[target].pop(probe, None)
        self._records[target] = self._sum(target)
        if self._records[target] == _NOTHING:
            del self._records[target]

    def _sum(self, target: int) -> ServiceRecord:
        counters = self._counters.get(target, {}).values()
        return ServiceRecord(
            min(self._certificates.get(target, {}).values(), default=None),
            _total([each.sent.total for each in counters if each.sent]),
            _total([each.failed.total for each in counters if each.failed]),
        )


class _Counter(NamedTuple):
    """A counter as last seen, and what was added up."""

    seen: int
    total: int = 0

    def after(self, value: int) -> "_Counter":
        grown = value - self.seen if value >= self.seen else value
        return _Counter(value, self.total + grown)


class _Counters(NamedTuple):
    """One probe's."""

    sent: _Counter | None = None
    failed: _Counter | None = None

    def after(self, messages: Messages) -> "_Counters":
        return _Counters(_next(self.sent, messages.sent), _next(self.failed, messages.failed))


_NONE = _Counters()
_NOTHING = ServiceRecord()


def _next(counter: _Counter | None, value: int | None) -> _Counter | None:
    if value is None:
        return counter
    return counter.after(value) if counter else _Counter(value)


def _total(totals: list[int]) -> int | None:
    return sum(totals) if totals else None

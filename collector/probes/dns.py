"""dns: does a name server give the record, with the right content?"""

import asyncio
import re
from collections.abc import Sequence
from time import perf_counter
from typing import Annotated, Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from collector.domain.instants import SECOND
from collector.domain.quantities import parse_duration
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.service_facts import ServiceFacts
from collector.domain.targets import ProbeSpec, Target
from collector.probes._dns import ask
from collector.probes._patterns import Pattern
from collector.probes._stream import Failure, down, judge_latency
from collector.probes.registry import ProbeContext, ProbeOptions, register

_RESENDS = (0, 2, 4)
"""How often a question is sent again in a regular poll, its first retry and the later ones."""


def _name(text: str) -> str:
    try:
        dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text!r} is no domain name: {error}") from None
    return text


def _record(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Expect(BaseModel):
    """What the records have to be, each as in a zone file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exactly: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    contains: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    matches: Pattern | None = None


@register("dns")
class DnsProbe:
    """Up where the target, as a name server, gives the record. With `servers` these are asked in
    its place: all have to, and where only some do the target is degraded."""

    class Options(ProbeOptions):
        """The question, and what the answer has to be."""

        name: Annotated[str, AfterValidator(_name)]
        type: Annotated[
            Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"],
            BeforeValidator(_record),
        ] = "A"
        servers: tuple[str, ...] = ()
        port: Annotated[int, Field(ge=1, le=65_535)] = 53
        expect: Expect = Expect()
        latency_warn: Annotated[int, BeforeValidator(parse_duration), Field(gt=0)] | None = None
        latency_crit: Annotated[int, BeforeValidator(parse_duration), Field(gt=0)] | None = None

        @model_validator(mode="after")
        def _one_expectation(self) -> "DnsProbe.Options":
            if self.expect.exactly and self.expect.contains:
                raise ValueError("exactly and contains exclude one another")
            return self

    def __init__(self, context: ProbeContext) -> None:
        self._context = context

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """The result; the duration is the slowest answer's."""
        options = spec.options
        assert isinstance(options, DnsProbe.Options)
        servers = options.servers or (target.address,)
        outcomes = await asyncio.gather(
            *(self._ask(server, spec, options, attempt) for server in servers)
        )
        if len(outcomes) == 1:
            return outcomes[0]
        return _together(servers, outcomes)

    async def close(self) -> None:
        """Nothing is open between polls."""

    async def _ask(
        self, server: str, spec: ProbeSpec, options: "DnsProbe.Options", attempt: int
    ) -> Outcome:
        address = await self._context.resolver(server)
        if not isinstance(address, str):
            return address
        if not self._context.pacer.free():
            await self._context.pacer.turn()
        question = dns.message.make_query(options.name, options.type, use_edns=0, payload=1232)
        resends = _RESENDS[min(attempt, len(_RESENDS) - 1)]
        within = spec.timeout / SECOND
        began = perf_counter()
        try:
            async with asyncio.timeout(within):
                answer = await ask(question, address, options.port, within / (resends + 1))
            seconds = perf_counter() - began
            _judge(options, answer)
            slow = judge_latency(seconds, options.latency_warn, options.latency_crit)
        except TimeoutError:
            return down(Reason.TIMEOUT).outcome()
        except Failure as failure:
            return failure.outcome()
        facts = ServiceFacts({"first_byte": seconds})
        if slow:
            return slow.outcome(seconds, facts)
        return Outcome(Result.UP, None, seconds, service=facts)


def _judge(options: DnsProbe.Options, answer: dns.message.Message) -> None:
    """Failure where the answer is not the right one."""
    asked = f"{options.name} {options.type}"
    code = answer.rcode()
    if code == dns.rcode.NXDOMAIN:
        raise down(Reason.NAME_NOT_FOUND, asked)
    if code != dns.rcode.NOERROR:
        raise down(Reason.SERVER_ERROR, f"{asked}: {dns.rcode.to_text(code)}")
    kind = dns.rdatatype.from_text(options.type)
    found = [
        item.to_text().lower()
        for records in answer.answer
        if records.rdtype == kind
        for item in records
    ]
    if not found:
        raise down(Reason.NO_SUCH_RECORD, asked)
    wanted = [_folded(text) for text in options.expect.exactly or options.expect.contains]
    known = {_folded(text) for text in found}
    if options.expect.exactly and known != set(wanted):
        raise down(Reason.ANSWER_MISMATCH, f"{asked}: not exactly {', '.join(wanted)}")
    if missing := [text for text in wanted if text not in known]:
        raise down(Reason.ANSWER_MISMATCH, f"{asked}: {', '.join(missing)} is missing")
    pattern = options.expect.matches
    if pattern is not None and not any(pattern.search(text) for text in found):
        raise down(Reason.ANSWER_MISMATCH, f"{asked}: nothing matches {pattern.pattern!r}")


def _folded(text: str) -> str:
    """Content in the one way to compare it: case and a name's last dot tell nothing."""
    return re.sub(r"\.(?=\s|$)", "", text.lower().strip('"'))


def _together(servers: Sequence[str], outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several servers': as bad as the best is, degraded where they differ."""
    best = min(outcomes, key=lambda outcome: outcome.result)
    worst = max(outcomes, key=lambda outcome: outcome.result)
    if best.result in (Result.DOWN, Result.UNKNOWN) or worst.result is Result.UP:
        times = [outcome.duration for outcome in outcomes if outcome.duration is not None]
        return best._replace(duration=max(times, default=None))
    told = [
        f"{server}: {outcome.reason}"
        for server, outcome in zip(servers, outcomes, strict=True)
        if outcome.result is not Result.UP
    ]
    return Outcome(
        Result.DEGRADED, Reason.SERVERS_DIFFER, best.duration, None, None, "; ".join(told)
    )

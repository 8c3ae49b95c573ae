"""tcp: does a port take a connection, and greet as it should?"""

import asyncio
import re
from time import perf_counter
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from collector.domain.instants import SECOND
from collector.domain.quantities import parse_duration
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.service_facts import ServiceFacts
from collector.domain.targets import ProbeSpec, Target
from collector.probes._patterns import Pattern
from collector.probes._stream import Failure, Stream, connect, down, judge_latency, open_stream
from collector.probes._tls import Tls, TlsContexts, expiry, judge_days
from collector.probes.registry import ProbeContext, ProbeOptions, register
from collector.secret import Secret

_MOST = 64 * 1024
"""Bytes of a greeting: what comes after is not read."""


def _tls(value: object) -> object:
    """`true` for TLS by the machine's authorities, `false` for none."""
    if value is True:
        return Tls()
    return None if value is False else value


@register("tcp")
class TcpProbe:
    """Up where the connection stands, its certificate holds and the banner is as expected."""

    class Options(ProbeOptions):
        """The port, and what is to be said and heard there."""

        port: Annotated[int, Field(ge=1, le=65_535)]
        tls: Annotated[Tls | None, BeforeValidator(_tls)] = None
        server_name: str = ""
        send: Secret | None = None
        banner: Pattern | None = None
        certificate_days_warn: Annotated[int, Field(ge=0, le=3650)] | None = 14
        certificate_days_crit: Annotated[int, Field(ge=0, le=3650)] | None = None
        latency_warn: Annotated[int, BeforeValidator(parse_duration), Field(gt=0)] | None = None
        latency_crit: Annotated[int, BeforeValidator(parse_duration), Field(gt=0)] | None = None

        @model_validator(mode="after")
        def _named_by_tls(self) -> "TcpProbe.Options":
            if self.server_name and self.tls is None:
                raise ValueError("server_name needs tls")
            return self

    def __init__(self, context: ProbeContext) -> None:
        self._context = context
        self._contexts = TlsContexts()

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """The result; the duration is until the connection stood or, where a banner is expected,
        until it was there."""
        options = spec.options
        assert isinstance(options, TcpProbe.Options)
        address = await self._context.resolver(target.address)
        if not isinstance(address, str):
            return address
        if not self._context.pacer.free():
            await self._context.pacer.turn()
        call = _Call(options, self._contexts, options.server_name or target.address)
        began = perf_counter()
        try:
            async with asyncio.timeout(spec.timeout / SECOND):
                await call.run(address)
            seconds = perf_counter() - began
            days = (options.certificate_days_warn, options.certificate_days_crit)
            expiring = judge_days(call.facts.certificate_expires, self._context.now(), *days)
            slow = judge_latency(seconds, options.latency_warn, options.latency_crit)
        except TimeoutError:
            return down(Reason.TIMEOUT, call.doing).outcome(service=call.facts)
        except Failure as failure:
            return failure.outcome(service=call.facts)
        finally:
            call.close()
        if degraded := slow or expiring:
            return degraded.outcome(seconds, call.facts)
        return Outcome(Result.UP, None, seconds, service=call.facts)

    async def close(self) -> None:
        """Nothing is open between polls."""


class _Call:
    """One connection, and what was found on it so far."""

    def __init__(self, options: TcpProbe.Options, contexts: TlsContexts, name: str) -> None:
        self._options = options
        self._contexts = contexts
        self._name = name
        self._stream: Stream | None = None
        self.facts = ServiceFacts()
        self.doing = ""

    async def run(self, address: str) -> None:
        """Failure where anything is not as it should."""
        options = self._options
        began = perf_counter()
        self.doing = "in connecting"
        connection = await connect(address, options.port)
        phases = {"connect": perf_counter() - began}
        self.facts = ServiceFacts(phases)
        if options.tls is None:
            self._stream = await open_stream(connection)
        else:
            self.doing = "in the TLS handshake"
            began = perf_counter()
            context = self._contexts.of(options.tls)
            try:
                self._stream = await open_stream(connection, context, self._name)
            except Failure as failure:
                if failure.reason in (Reason.CERTIFICATE_EXPIRED, Reason.CERTIFICATE_INVALID):
                    shown = await self._contexts.expiry_unverified(
                        address, options.port, self._name
                    )
                    self.facts = ServiceFacts(phases, shown)
                raise
            phases = phases | {"tls": perf_counter() - began}
            self.facts = ServiceFacts(phases, expiry(self._stream))
        if options.send is not None:
            await self._stream.write(options.send.get_secret_value().encode())
        if options.banner is not None:
            self.doing = "waiting for the banner"
            await self._hear(self._stream, options.banner)

    async def _hear(self, stream: Stream, banner: re.Pattern[str]) -> None:
        heard = b""
        while len(heard) < _MOST:
            came = await stream.read(_MOST - len(heard))
            heard += came
            if banner.search(heard.decode("utf-8", "replace")):
                return
            if not came:
                break
        raise down(Reason.BANNER_MISMATCH, f"nothing matches {banner.pattern!r}")

    def close(self) -> None:
        """Let go of the connection."""
        if self._stream is not None:
            self._stream.close()

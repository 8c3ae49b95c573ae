"""http: does a service answer a request, or several in turn, as it should?"""

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import ProbeSpec, Target
from collector.probes._http.options import HttpOptions
from collector.probes._pacing import Pacer
from collector.probes._stream import Failure, down, judge_latency
from collector.probes._tls import TlsContexts, judge_days
from collector.probes.registry import ProbeContext, register

if TYPE_CHECKING:
    from collector.probes._http.visit import Visit

_LATE = {
    "resolve": "in looking the name up",
    "connect": "in connecting",
    "tls": "in the TLS handshake",
    "first_byte": "waiting for the answer to begin",
    "body": "in the midst of the answer",
}


@register("http")
class HttpProbe:
    """Up where every step is answered as expected; degraded where the answer is slow, the service
    warns or its certificate soon expires. `spec.timeout` is the whole poll's."""

    Options = HttpOptions
    needs_address = False

    def __init__(self, context: ProbeContext) -> None:
        # Late: httpx is 10 MB, and a probe is made only where a target has it.
        from collector.probes._http.tokens import Tokens  # noqa: PLC0415
        from collector.probes._http.visit import Visit  # noqa: PLC0415

        self._context = context
        self._pacer: Pacer = context.pacer
        self._visit = Visit
        self._tokens = Tokens()
        self._contexts = TlsContexts("http/1.1")

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """The result; the duration is that of all steps but for the optional ones and tokens."""
        options = spec.options
        assert isinstance(options, HttpOptions)
        if not self._pacer.free():
            await self._pacer.turn()
        visit = self._visit(options, self._context.resolver, self._contexts, self._tokens)
        began = perf_counter()
        try:
            async with asyncio.timeout(spec.timeout / SECOND):
                await visit.run()
        except TimeoutError:
            late = _late(visit, perf_counter() - began)
            if late is not None:
                return late.outcome(service=visit.facts())
        except Failure as failure:
            return failure.outcome(service=visit.facts())
        finally:
            visit.close()
        return self._judge(options, visit)

    async def close(self) -> None:
        """Nothing is open between polls."""

    def _judge(self, options: HttpOptions, visit: "Visit") -> Outcome:
        """A poll whose steps all went well."""
        facts, seconds = visit.facts(), visit.seconds
        try:
            expiring = judge_days(
                facts.certificate_expires if facts else None,
                self._context.now(),
                options.certificate_days_warn,
                options.certificate_days_crit,
            )
            slow = judge_latency(seconds, options.latency_warn, options.latency_crit)
        except Failure as failure:
            return failure.outcome(seconds, facts)
        if degraded := visit.degraded or slow or expiring:
            return degraded.outcome(seconds, facts)
        return Outcome(Result.UP, None, seconds, None, None, visit.note, facts)


def _late(visit: "Visit", seconds: float) -> Failure | None:
    """The deadline has passed; None where only something optional was still under way."""
    doing = visit.doing
    failure = down(Reason.TIMEOUT, f"after {seconds:.1f} s {_LATE.get(doing, '')}".rstrip())
    if doing == "resolve":
        failure = Failure(Result.UNKNOWN, Reason.RESOLVER_SILENT, failure.message)
    return visit.late(failure)
